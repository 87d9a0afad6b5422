"""Slots out of the database: shared by all who ask, each taken once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from studio.runtime.flow.gcra import Rate
from studio.runtime.flow.rates import take
from tests.factories.accounts import make_tenant

RATE = Rate(10, 1.0)


def test_many_at_once_take_a_slot_each(app):
    database = app.extensions["studio_database"]
    workspace_id = make_tenant(database).id

    def ask(_number):
        with database.unit(workspace_id) as unit:
            return take(unit.session, workspace_id, "workflow:a", "anna", RATE, unit.now).at

    with ThreadPoolExecutor(8) as pool:
        given = sorted(pool.map(ask, range(24)))
    gaps = [after - before for before, after in pairwise(given)]
    assert min(gaps) >= timedelta(seconds=0.1)


def test_streams_do_not_hold_one_another_up(app):
    database = app.extensions["studio_database"]
    ours, theirs = make_tenant(database).id, make_tenant(database).id
    for workspace_id, scope, key in (
        (ours, "workflow:a", "x"), (ours, "workflow:a", "y"), (ours, "workflow:b", "x"), (theirs, "workflow:a", "x"),
    ):  # fmt: skip
        with database.unit(workspace_id) as unit:
            assert take(unit.session, workspace_id, scope, key, RATE, unit.now).at == unit.now
            assert take(unit.session, workspace_id, scope, key, RATE, unit.now).at > unit.now


def test_the_engine_takes_them_too(app):
    database = app.extensions["studio_database"]
    workspace_id = make_tenant(database).id
    with database.across() as unit:
        first = take(unit.session, workspace_id, "workspace", "", RATE, unit.now)
        assert take(unit.session, workspace_id, "workspace", "", RATE, unit.now).at == first.at + RATE.interval
