"""Limits on runs, on both databases: order by key, one at a time, so many at once, so many in a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from studio.core import faults
from studio.runtime.models import Event, Run
from studio.runtime.service import starts
from studio.runtime.service.settling import Finding, settle
from tests.engine.gated import GatedRig
from tests.engine.rig import step
from tests.factories.accounts import make_tenant

ORDERED = {"one_at_a_time": {"key": "trigger.order"}}
ASK = ([step("ask", "test.wait")], [("t", "next", "ask")])


@pytest.fixture
def make_gated(app):
    made = []

    def make(nodes=(), edges=()):
        tenant = make_tenant(app.extensions["studio_database"])
        made.append(GatedRig(app, tenant.id, list(nodes), list(edges)))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


# -- one at a time -------------------------------------------------------------------------------------------------


def test_runs_of_a_key_go_one_after_the_other_and_others_beside_them(make_gated):
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    first, second, third = (rig.deliver({"order": "6021"}).run_id for _ in range(3))
    other = rig.deliver({"order": "6022"}).run_id
    rig.settle()
    assert rig.of(first, second, third, other) == ["waiting", "gate", "gate", "waiting"]
    for run_id, left in ((first, ["waiting", "gate"]), (second, ["succeeded", "waiting"])):
        [wait] = [wait for wait in rig.open_waits() if wait.run_id == run_id]
        assert rig.answer(wait, {})
        rig.settle()
        assert rig.of(second, third) == left
    assert rig.of(other) == ["waiting"]


def test_one_key_for_the_whole_workflow_where_none_is_said(make_gated):
    rig = make_gated()
    rig.limit(one_at_a_time={})
    run_ids = [rig.deliver({"order": number}).run_id for number in range(5)]
    assert rig.look() == 1
    assert rig.of(*run_ids) == ["main", *["gate"] * 4]
    rig.settle()
    done = [rig.run(run_id).started_at for run_id in run_ids]
    assert done == sorted(done)


def test_a_run_that_needs_a_person_keeps_its_key(make_gated):
    rig = make_gated([step("call", "test.outside", {"keyed": False})], [("t", "next", "call")])
    rig.limit(**ORDERED)
    first, second = (rig.deliver({"order": "1"}).run_id for _ in range(2))
    rig.look()
    rig.drain()
    assert rig.drain("effect", crash_at="effect.after_call")
    rig.free_leases()
    rig.settle()
    assert rig.of(first, second) == ["needs_review", "gate"]
    with rig.database.unit(rig.workspace_id) as unit:
        settle(unit, unit.session.get_one(Run, first), Finding.ARRIVED, rig.engine.wake_main)
    rig.settle()
    assert rig.of(first, second) == ["succeeded", "succeeded"]


def test_a_cancelled_run_gives_its_key_back(make_gated):
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    first, second = (rig.deliver({"order": "1"}).run_id for _ in range(2))
    rig.settle()
    rig.cancel(first)
    rig.settle()
    assert rig.of(first, second) == ["cancelled", "waiting"]


def test_the_newest_takes_the_place_of_all_before_it(make_gated):
    rig = make_gated(*ASK)
    rig.limit(one_at_a_time={"key": "trigger.order", "conflict": "cancel"})
    first, other = rig.deliver({"order": "1"}).run_id, rig.deliver({"order": "2"}).run_id
    rig.settle()
    second, third = (rig.deliver({"order": "1"}).run_id for _ in range(2))
    rig.settle()
    assert rig.of(first, second, third, other) == ["cancelled", "cancelled", "waiting", "waiting"]
    assert len(rig.withdrawn) == 1
    assert rig.run(first).error["code"] == "run.replaced"
    assert "(1)" in rig.run(first).error["message"]
    assert rig.run(first).error["run_id"] == str(third)


def test_a_skipped_event_names_the_run_in_progress_and_starts_nothing(make_gated):
    rig = make_gated(*ASK)
    rig.limit(one_at_a_time={"key": "trigger.order", "conflict": "skip"})
    first = rig.deliver({"order": "1"}, key="a")
    rig.settle()
    skipped, other = rig.deliver({"order": "1"}, key="b"), rig.deliver({"order": "2"})
    assert (skipped.verdict, skipped.run_id) == ("limited", first.run_id)
    assert "one at a time" in skipped.reason
    assert other.verdict == "started"
    assert rig.deliver({"order": "1"}, key="a").verdict == "duplicate"
    [event] = rig.all(Event, Event.verdict == "limited")
    assert (event.run_id, event.reason, event.body) == (first.run_id, skipped.reason, {"order": "1"})
    rig.cancel(first.run_id)
    assert rig.deliver({"order": "1"}, key="b").verdict == "started", "what was skipped is not remembered as delivered"


def test_of_many_events_at_once_one_starts_and_all_others_name_it(make_gated):
    rig = make_gated(*ASK)
    rig.limit(one_at_a_time={"key": "trigger.order", "conflict": "skip"})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: rig.deliver({"order": number % 3}), range(24)))
    started = [one.run_id for one in found if one.verdict == "started"]
    assert len(started) == 3
    assert {one.run_id for one in found} == set(started)


# -- so many at once -----------------------------------------------------------------------------------------------


def test_so_many_execute_and_those_that_wait_give_their_place_up(make_gated):
    rig = make_gated(*ASK)
    rig.limit(at_once={"limit": 2})
    run_ids = [rig.deliver().run_id for _ in range(5)]
    assert rig.look() == 2
    assert rig.look() == 0
    assert rig.of(*run_ids) == ["main", "main", "gate", "gate", "gate"]
    rig.settle()
    assert rig.of(*run_ids) == ["waiting"] * 5


def test_woken_runs_need_a_place_again_and_come_before_new_ones(make_gated):
    rig = make_gated([step("ask", "test.wait", {"seconds": 5.0})], [("t", "next", "ask")])
    rig.limit(at_once={"limit": 2})
    parked = [rig.deliver().run_id for _ in range(3)]
    rig.settle()
    new = rig.deliver().run_id
    rig.later(10)
    assert rig.of(*parked, new) == ["back", "back", "back", "gate"]
    assert rig.look() == 2
    assert rig.of(*parked, new) == ["main", "main", "back", "gate"]
    rig.settle()
    assert rig.of(*parked, new) == ["succeeded"] * 3 + ["waiting"]


def test_places_by_key(make_gated):
    rig = make_gated()
    rig.limit(at_once={"limit": 1, "key": "trigger.shop"})
    run_ids = [rig.deliver({"shop": shop}).run_id for shop in "aaabb"]
    assert rig.look() == 2
    assert rig.of(*run_ids) == ["main", "gate", "gate", "main", "gate"]


def test_a_worker_that_dies_keeps_no_place(make_gated):
    rig = make_gated()
    rig.limit(at_once={"limit": 1})
    first, second = (rig.deliver().run_id for _ in range(2))
    rig.look()
    assert rig.drain(crash_at="claim.after_commit")
    assert rig.look() == 0
    rig.free_leases()
    rig.settle()
    assert rig.of(first, second) == ["succeeded", "succeeded"]


@pytest.mark.parametrize("point", ["gate.before_commit", "gate.after_commit"])
def test_a_gatekeeper_that_dies_leaves_nothing_half_done(make_gated, point):
    rig = make_gated()
    rig.limit(at_once={"limit": 2}, rate={"limit": 100, "per_s": 1})
    run_ids = [rig.deliver().run_id for _ in range(4)]

    def die():
        raise OSError("dead")

    faults.arm(point, die)
    with pytest.raises(OSError, match="dead"):
        rig.look()
    faults.arm("")
    passed = [lane for lane in rig.of(*run_ids) if lane == "main"]
    assert len(passed) == (0 if point == "gate.before_commit" else 2)
    rig.settle()
    rig.later(2)
    rig.settle()
    assert rig.of(*run_ids) == ["succeeded"] * 4


def test_the_workspace_counts_all_its_workflows(make_gated):
    rig = make_gated(*ASK)
    rig.limit(workspace={"at_once": 2})
    run_ids = [rig.deliver().run_id for _ in range(4)]
    assert rig.look() == 2
    assert rig.of(*run_ids) == ["main", "main", "gate", "gate"]


def test_limits_that_are_taken_back_let_everybody_go(make_gated):
    rig = make_gated()
    rig.limit(at_once={"limit": 1}, **ORDERED)
    run_ids = [rig.deliver({"order": "1"}).run_id for _ in range(4)]
    rig.look()
    rig.limit()
    rig.look()
    assert rig.of(*run_ids) == ["main"] * 4


# -- so many in a time ---------------------------------------------------------------------------------------------


def test_starts_are_spaced_over_the_time(make_gated):
    rig = make_gated()
    rig.limit(rate={"limit": 4, "per_s": 1})
    run_ids = [rig.deliver().run_id for _ in range(12)]
    for _ in range(6):
        rig.look()
        rig.later(0.5)
    starts_at = [rig.run(run_id).available_at for run_id in run_ids]
    assert rig.of(*run_ids) == ["main"] * 12
    assert all(late - early >= timedelta(seconds=0.25) for early, late in pairwise(starts_at))


def test_a_rate_by_key_holds_nobody_else(make_gated):
    rig = make_gated()
    rig.limit(rate={"limit": 1, "per_s": 3600, "key": "trigger.shop"})
    run_ids = [rig.deliver({"shop": shop}).run_id for shop in "aab"]
    rig.look()
    assert rig.of(*run_ids) == ["main", "gate", "main"]


def test_too_many_are_turned_away_with_the_time_to_come_again(make_gated):
    rig = make_gated()
    rig.limit(rate={"limit": 2, "per_s": 60, "over": "skip"})
    first, second, third = (rig.deliver({}, key=key) for key in "abc")
    assert [one.verdict for one in (first, second, third)] == ["started", "started", "limited"]
    assert (third.run_id, rig.deliver({}, key="a").verdict) == (None, "duplicate")
    assert 58 <= third.retry_after_s <= 61
    rig.later(61)
    assert rig.deliver({}, key="c").verdict == "started"


def test_of_many_at_once_no_more_than_the_limit_start(make_gated):
    rig = make_gated()
    rig.limit(rate={"limit": 5, "per_s": 3600, "over": "skip"})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _number: rig.deliver().verdict, range(20)))
    assert sorted(found) == ["limited"] * 15 + ["started"] * 5


def test_the_workspace_paces_all_starts(make_gated):
    rig = make_gated()
    rig.limit(workspace={"starts": 1, "per_s": 3600})
    run_ids = [rig.deliver().run_id for _ in range(2)]
    rig.look()
    assert rig.of(*run_ids) == ["main", "gate"]


# -- every way in --------------------------------------------------------------------------------------------------


def test_priority_says_who_is_claimed_first(make_gated):
    rig = make_gated()
    late = rig.deliver().run_id
    rig.limit(priority="high")
    early = rig.deliver().run_id
    assert [rig.run(run_id).priority for run_id in (late, early)] == [0, -10]


def start(rig, data, verb=starts.start):
    with rig.database.unit(rig.workspace_id) as unit:
        [trigger] = rig.all_in(unit)
        run = verb(unit, trigger, data, rig.engine.wake_main)
        return run.id if run is not None else None


def test_runs_that_people_and_schedules_start_take_their_turn(make_gated):
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    first = rig.deliver({"order": "1"}).run_id
    second, third = start(rig, {"order": "1"}), start(rig, {"order": "1"}, starts.start_or_turn_away)
    rig.settle()
    assert rig.of(first, second, third) == ["waiting", "gate", "gate"]


def test_who_starts_by_hand_hears_why_not_and_an_event_keeps_it(make_gated):
    rig = make_gated(*ASK)
    rig.limit(one_at_a_time={"key": "trigger.order", "conflict": "skip"})
    first = start(rig, {"order": "1"})
    with pytest.raises(starts.NotNow) as refused:
        start(rig, {"order": "1"})
    assert (refused.value.status, refused.value.code, refused.value.resource) == (
        409,
        "run.in_progress",
        f"run:{first}",
    )
    assert start(rig, {"order": "1"}, starts.start_or_turn_away) is None
    assert start(rig, {}, starts.start_or_turn_away) is None
    assert [event.verdict for event in rig.all(Event)] == ["started", "limited", "refused"]


def test_a_repeated_run_takes_its_turn_too(make_gated):
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    first = rig.deliver({"order": "1"}).run_id
    rig.settle()
    rig.cancel(first)
    second = rig.deliver({"order": "1"}).run_id
    rig.settle()
    with rig.database.unit(rig.workspace_id) as unit:
        again = rig.repeat(unit, first)
    rig.settle()
    assert rig.of(second, again) == ["waiting", "gate"]


def test_a_backlog_of_one_key_keeps_no_other_key_from_its_turn(make_gated, monkeypatch):
    """More keys than a page: the look goes on behind them, and comes round."""
    monkeypatch.setattr("studio.runtime.engine.gate.PAGE", 3)
    monkeypatch.setattr("studio.runtime.engine.gate.REST_S", 0)
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    held = [rig.deliver({"order": number}).run_id for number in range(8)]
    rig.settle()
    behind = [rig.deliver({"order": number}).run_id for number in range(8)]
    rig.settle()
    assert rig.of(*held, *behind) == ["waiting"] * 8 + ["gate"] * 8
    for run_id in held:
        rig.cancel(run_id)
    rig.settle()
    assert rig.of(*behind) == ["waiting"] * 8


def test_a_run_that_somebody_holds_is_passed_over_and_not_waited_for(make_gated):
    rig = make_gated()
    if rig.database.dialect == "sqlite":
        pytest.skip("one writer: nobody can hold a row beside the gatekeeper")
    rig.limit(at_once={"limit": 5})
    first, second = (rig.deliver().run_id for _ in range(2))
    with rig.database.unit(rig.workspace_id) as unit:
        unit.session.execute(update(Run).where(Run.id == first).values(title="held"))
        assert rig.look() == 1
    assert rig.of(first, second) == ["gate", "main"]


def test_keys_that_cannot_go_are_not_asked_about_at_every_event(make_gated, monkeypatch):
    monkeypatch.setattr("studio.runtime.engine.gate.PAGE", 3)
    monkeypatch.setattr("studio.runtime.engine.gate.REST_S", 60)
    monkeypatch.setattr("studio.runtime.engine.gate.TURNS_S", 60)
    rig = make_gated(*ASK)
    rig.limit(**ORDERED)
    for _ in range(2):
        for number in range(5):
            rig.deliver({"order": number})
    rig.settle()
    asked = []
    monkeypatch.setattr(rig.engine.gate, "_turns", lambda: asked.append(1) or 0)
    rig.look()  # the look before came through all pages and let nobody pass
    assert asked == []
    rig.engine.gate._rest_until = 0.0  # the pause is over
    rig.look()
    assert asked == [1]
