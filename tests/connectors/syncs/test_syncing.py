"""Records are copied page by page: added, updated and deleted told apart, and nothing lost where something fails."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from studio.connectors.calling.opening import find
from studio.connectors.models import Connection, ConnectionCall, ConnectionRecord
from studio.connectors.service import state
from studio.connectors.syncing import changes as changes_of
from studio.connectors.syncing import passing, verbs
from studio.connectors.syncing.passing import Lost
from studio.connectors.syncs.stream import Page
from studio.core.errors import Conflict, InvalidInput
from studio.core.models import OutboxRow
from studio.runtime.models import Run
from tests.factories import syncs

IDS = [f"o-{number}" for number in range(25)]


def changes(desk):
    found = [(change, one) for _connection, _part, _stream, change, one in desk.told]
    desk.told.clear()
    return found


def test_a_first_pass_copies_everything_silently_and_later_ones_tell_what_has_changed(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS, total="10.00")
    sync = desk.start(connection)
    assert desk.drain() == 25
    assert set(desk.kept(sync)) == set(IDS)
    assert changes(desk) == [], "what was always there has not just happened"
    row = desk.row(sync)
    assert (row.state, row.records, row.added, row.run_id) == ("succeeded", 25, 25, None)
    assert [(one.kind, one.state, one.pages) for one in desk.passes(sync)] == [("first", "succeeded", 3)]

    assert desk.drain() == 0, "nothing is due"
    desk.shop.put("o-3", total="12.00")
    desk.shop.put("o-99", total="1.00")
    assert desk.later() == 2
    assert changes(desk) == [("updated", "o-3"), ("added", "o-99")]
    assert desk.kept(sync)["o-3"]["total"] == "12.00"
    assert desk.later() == 0
    assert changes(desk) == []
    with desk.unit(read_only=True) as unit:
        calls = unit.session.scalars(select(ConnectionCall.purpose)).all()
    assert calls == ["sync:orders"] * 5


def test_a_whole_listing_finds_what_is_gone_and_what_comes_back_is_new(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    sync = desk.start(connection)
    desk.drain()
    desk.shop.drop("o-7")
    desk.later()
    assert "o-7" in desk.kept(sync), "pages do not say so"
    desk.later(90_000)
    assert changes(desk) == [("deleted", "o-7")]
    assert "o-7" not in desk.kept(sync)
    assert (desk.row(sync).records, desk.row(sync).deleted) == (24, 1)
    assert [one.kind for one in desk.passes(sync)] == ["first", "changes", "full"]
    desk.shop.put("o-7")
    desk.later()
    assert changes(desk) == [("added", "o-7")]
    assert desk.row(sync).records == 25


def test_tombstones_are_believed(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put("a", "b", path="/customers")
    sync = desk.start(connection, "customers")
    desk.drain()
    desk.shop.drop("a", path="/customers")
    desk.later()
    assert changes(desk) == [("deleted", "a")]
    assert set(desk.kept(sync)) == {"b"}


def test_failing_backs_off_goes_on_from_the_page_and_tells_its_owner_once(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    sync = desk.start(connection)
    desk.shop.answer(500, json_body={"message": "database is locked"})
    desk.drain()
    row = desk.row(sync)
    assert (row.state, row.failures, row.error_code) == ("failed", 1, "http.status_500")
    assert "database is locked" in row.error
    assert desk.drain() == 0, "not at once"
    desk.shop.always(503)
    for number in range(2, 14):
        desk.shop.answer(503)
        desk.later(4_000)
        assert desk.row(sync).failures == number
    with desk.unit(read_only=True) as unit:
        told = OutboxRow.key.startswith("alert.trouble:sync.failing:")
        assert unit.session.scalar(select(func.count()).select_from(OutboxRow).where(told)) == 1
        assert unit.session.get_one(Connection, connection).health == "degraded"
    assert desk.later(4_000) == 25
    assert (desk.row(sync).state, desk.row(sync).failures, desk.row(sync).error) == ("succeeded", 0, None)
    assert len(desk.passes(sync)) == 1, "it is one pass, whatever it met"


def test_a_provider_that_says_too_much_is_left_alone_by_all_syncs_of_the_connection(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    first, second = desk.start(connection), desk.start(connection, "customers")
    desk.shop.answer(429, headers={"retry-after": "600"})
    desk.drain()
    assert {desk.row(first).state, desk.row(second).state} == {"rate_limited", "idle"}
    desk.do(verbs.now, first)
    assert desk.later(500) == 0
    assert len(desk.shop.requests) == 1
    desk.later(200)
    assert {desk.row(first).state, desk.row(second).state} == {"succeeded"}
    assert desk.row(first).failures == 0


def test_a_lost_sign_in_makes_it_wait_and_it_goes_on_by_itself(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    sync = desk.start(connection)
    desk.shop.keys = {"another"}
    desk.drain()
    assert (desk.row(sync).state, desk.row(sync).failures) == ("queued", 0)
    with desk.unit(read_only=True) as unit:
        assert unit.session.get_one(Connection, connection).status == "reauth_required"
    asked = len(desk.shop.requests)
    assert desk.later() == 0
    assert len(desk.shop.requests) == asked, "nothing is asked of it"
    desk.shop.put(*IDS, key="another")
    syncs.sign_in(desk.board, connection, "another")
    assert desk.drain() == 25
    assert desk.row(sync).state == "succeeded"


def test_pausing_ends_what_is_under_way_and_a_paused_connection_reads_nothing(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    sync = desk.start(connection)
    with desk.unit() as unit:
        plan = passing.take(unit, sync)
    desk.do(verbs.pause, sync)
    with pytest.raises(Lost), desk.unit() as unit:
        passing.keep(unit, sync, plan, Page([{"id": "late"}], {"after": 1}, done=True), [], desk.syncing.tell)
    assert desk.kept(sync) == {}
    assert desk.later() == 0
    with pytest.raises(Conflict):
        desk.do(verbs.now, sync)
    desk.do(verbs.resume, sync)
    with desk.unit() as unit:
        state.pause(unit, find(unit, "main-shop"))
    assert desk.drain() == 0
    with desk.unit() as unit:
        state.resume(unit, find(unit, "main-shop"))
    assert desk.drain() == 25
    assert set(desk.kept(sync)) == set(IDS)


def test_a_backfill_reads_again_without_losing_what_is_there(desk):
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    sync = desk.start(connection)
    with pytest.raises(Conflict):
        desk.do(verbs.backfill, sync)
    desk.drain()
    with desk.unit() as unit:  # somebody has lost some of them, and one is not what it was
        for one in unit.session.scalars(select(ConnectionRecord).where(ConnectionRecord.external_id.in_(IDS[:3]))):
            if one.external_id == IDS[2]:
                one.hash = "0" * 32
            else:
                unit.session.delete(one)
    desk.shop.drop("o-9")
    desk.do(verbs.backfill, sync)
    assert len(desk.kept(sync)) == 23
    assert desk.drain() == 24
    assert sorted(changes(desk)) == [("added", "o-0"), ("added", "o-1"), ("deleted", "o-9"), ("updated", "o-2")]
    assert set(desk.kept(sync)) == set(IDS) - {"o-9"}
    with desk.unit() as unit:
        moment = unit.now
    with pytest.raises(InvalidInput):
        desk.do(verbs.backfill, sync, moment.replace(year=2099))
    desk.do(verbs.backfill, sync, moment.replace(year=2026, month=1, day=1, hour=0, minute=0, second=20, microsecond=0))
    assert desk.drain() == 5, "those behind the 20th change"
    assert [one.kind for one in desk.passes(sync)] == ["first", "full", "since"]


def test_pages_that_make_no_sense_keep_what_was_read_and_say_why(desk):
    connection = syncs.connect(desk.board)
    sync = desk.start(connection)
    good = [{"id": "a", "text": "with a \0 in it"}, {"no": "id"}, {"id": "x" * 201}, {"id": "big", "v": "y" * 300_000}]
    desk.shop.answer(200, json_body={"records": good, "next": 4, "done": False})
    desk.shop.answer(200, body=b"<html>maintenance</html>", headers={"content-type": "text/html"})
    desk.drain()
    row = desk.row(sync)
    assert (row.state, row.error_code, row.records, row.cursor) == ("partial", "api.not_json", 1, {"after": 4})
    assert desk.kept(sync)["a"]["text"] == "with a \ufffd in it"
    desk.shop.answer(200, json_body={"records": [], "next": 4, "done": False})
    desk.later(4_000)
    assert desk.row(sync).error_code == "sync.stuck"
    desk.shop.answer(200, json_body={"records": "none"})
    desk.later(4_000)
    assert desk.row(sync).error_code == "sync.broken"
    desk.later(4_000)
    row = desk.row(sync)
    assert (row.state, row.error_code, desk.passes(sync)[0].refused) == ("succeeded", "sync.records_refused", 3)


def test_what_has_changed_starts_the_workflows_that_listen_for_it(app, desk, make_rig):
    rig = make_rig([], [])
    desk.board.workspace_id = rig.workspace_id
    wishes = {"connection": "main-shop", "stream": "orders", "changes": ["updated"], "filter": 'trigger.id != "o-4"'}
    listening = rig.publish([], [], name="Listens", trigger="connection.record", config=wishes)
    anybody = app.extensions["studio_engine"].app_events.anybody
    desk.syncing = replace(desk.syncing, tell=partial(changes_of.start_workflows, anybody))
    connection = syncs.connect(desk.board)
    desk.shop.put(*IDS)
    desk.start(connection)
    desk.drain()
    desk.shop.put("o-3", "o-4", "o-98")
    desk.later()
    [run] = [row for row in rig.all(Run) if row.workflow_id == listening.workflow_id]
    data = run.input
    assert (data["change"], data["id"], data["record"]["id"]) == ("updated", "o-3", "o-3")


def test_two_accounts_on_two_channels_and_two_warehouses_never_mix(desk):
    made = {}
    desk.shop.keys = {"north-key", "south-key"}
    for name in ("north", "south"):
        connection = syncs.connect(desk.board, name.title(), f"{name}-key")
        with desk.unit() as unit:
            parts = [("channel", "1"), ("warehouse", "1"), ("channel", "2"), ("warehouse", "2")]
            scopes = {one: syncs.scope(unit, connection, *one) for one in parts}
        for (kind, number), scope_id in scopes.items():
            made[name, kind, number] = desk.start(connection, "orders", scope_id)
    for name in ("north", "south"):
        desk.shop.put("a", *(f"{name}-{n}" for n in range(14)), key=f"{name}-key", part="1", of=name)
        desk.shop.put("a", *(f"{name}-x{n}" for n in range(3)), key=f"{name}-key", part="2", of=name)
    desk.drain()
    for (name, _kind, number), sync in made.items():
        kept = desk.kept(sync)
        assert len(kept) == (15 if number == "1" else 4)
        assert {one["of"] for one in kept.values()} == {name}
    cursors = {made_key: desk.row(sync).cursor for made_key, sync in made.items()}
    desk.shop.put("only-here", key="south-key", part="2", of="south")
    desk.told.clear()
    desk.later()
    assert sorted({(handle, part, one) for handle, part, _stream, _change, one in desk.told}) == [
        ("south", "2", "only-here")
    ]
    moved = {key for key, sync in made.items() if "only-here" in desk.kept(sync)}
    assert moved == {("south", "channel", "2"), ("south", "warehouse", "2")}
    assert all(desk.row(made[key]).cursor["after"] >= cursor["after"] for key, cursor in cursors.items())
    asked = {(one.headers["x-api-key"], one.headers["x-part"]) for one in desk.shop.requests}
    assert asked == {(f"{name}-key", number) for name in ("north", "south") for number in ("1", "2")}
