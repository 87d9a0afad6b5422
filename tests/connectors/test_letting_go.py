"""The end of a connection's life, and a setting that a newer Studio asks for."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from studio.connectors import catalogue
from studio.connectors.calling.opening import find
from studio.connectors.definition import Field
from studio.connectors.models import Connection, ConnectionCall
from studio.connectors.service import creating, letting_go, state
from studio.core import clock
from studio.core.db import Base
from studio.runtime.models import Run
from tests.engine.rig import step

CALL = step("call", "connection.request", {"connection": "main-shop", "path": "/orders"})


def test_a_disconnected_one_goes_with_all_that_hangs_on_it_once_runs_of_its_time_are_gone(switchboard, http_target):
    rig, board = switchboard([CALL], [("t", "next", "call")])
    board.connect()
    board.connect("Other shop")
    rig.accept({})
    rig.settle()
    with board.database.unit(board.workspace_id) as unit:
        state.disconnect(unit, find(unit, "main-shop"), revoked=False)
    for days, left in ((89, 2), (2, 1)):
        clock.shift(timedelta(days=days))
        with board.database.unit(board.workspace_id) as unit:
            letting_go.purge(unit)
            assert unit.session.scalar(select(func.count()).select_from(Connection)) == left
    with board.database.unit(board.workspace_id) as unit:
        assert unit.session.scalar(select(func.count()).select_from(ConnectionCall)) == 0


def test_nothing_that_hangs_on_a_connection_is_forgotten():
    hanging = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in ("connection", "connection_sync")
    }
    named = {part.__tablename__ for part in letting_go.PARTS}
    assert hanging - named == {"connection_record"}, "which go first, some at a time"


def test_a_setting_that_a_newer_definition_asks_for_holds_runs_until_it_is_filled_in(
    switchboard, http_target, monkeypatch
):
    rig, board = switchboard([CALL], [("t", "next", "call")])
    board.connect()
    known = dict(catalogue.connectors())
    region = Field(name="region", title="Region")
    grown = replace(known["http"], settings=(*known["http"].settings, region))
    for module in (creating, catalogue):
        monkeypatch.setattr(module, "connector", lambda key: grown if key == "http" else known[key])
    board.sign_in("main-shop")
    assert board.row("main-shop").status == "needs_config"
    rig.accept({})
    rig.settle()
    assert {row.state for row in rig.all(Run)} == {"waiting"}
    with board.database.unit(board.workspace_id) as unit:
        row = find(unit, "main-shop")
        creating.change(unit, row, title=row.title, settings={**row.settings, "region": "eu"})
    rig.settle()
    assert board.row("main-shop").status == "active"
    assert {row.state for row in rig.all(Run)} == {"succeeded"}
