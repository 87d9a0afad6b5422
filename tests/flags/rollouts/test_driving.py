"""Rollouts through the service, with the clock moved: what they do by themselves, and what people do to them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.approvals import service as approvals
from studio.approvals.outcomes import Outcome
from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import Conflict, InvalidInput
from studio.flags.evaluation import hashing
from studio.flags.models import FlagExposure, FlagRollout, FlagSetting
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, planning, rows, ticking
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import archiving, changing, environments
from studio.flags.service.changing import Change
from studio.flags.studies import exposures, measurements
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from tests.factories.approvals import shown
from tests.factories.flags import EVERYBODY
from tests.flags.rollouts.world import NAMED, PLAN, World, people


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


def test_without_a_regression_it_goes_on_step_by_step_and_completes(app):
    world = World(app)
    assert world.shares() == (True, [])
    world.do(Verb.START)
    assert world.shares() == (True, ["10"])
    for batch in range(2):
        world.report(people(batch), lambda user, treated: user.endswith("7"))
    assert world.pass_time(seconds=30) == 1
    assert world.row().step == 0
    world.pass_time(seconds=40)
    assert (world.row().step, world.shares()) == (1, (True, ["50"]))
    world.report(people(2), lambda user, treated: user.endswith("7"))
    world.pass_time(seconds=70)
    assert (world.row().state, world.row().step) == ("running", 2)
    world.pass_time(seconds=1)
    assert (world.row().state, world.shares()) == ("completed", (True, ["all"]))
    happened = world.history()
    assert happened == ["created", "started", "advanced", "advanced", "completed"]
    with world.unit() as uow:
        of = select(AuditEvent.action).where(AuditEvent.action.startswith("flag_rollout.")).order_by(AuditEvent.seq)
        assert list(uow.session.scalars(of)) == [f"flag_rollout.{one}" for one in happened]
        flag, place = world.found(uow)
        assert changing.change(uow, flag, place, Change(True, [NAMED], [])) is not None  # owned by nobody any more
    assert world.pass_time(hours=9) == 0


def test_a_regression_rolls_it_back_to_what_held_before(app):
    world = World(app)
    world.do(Verb.START)
    for batch in range(2):
        world.report(people(batch), lambda user, treated: treated and user[-1] in "135")
    world.pass_time(seconds=5)
    assert (world.row().state, world.shares()) == ("rolled_back", (True, []))
    with world.unit() as uow:
        event = rows.events(uow, rows.find(uow, world.id))[0]
        assert (event.what, event.share, event.findings[0]["key"]) == ("rolled_back", 0, "guardrail:errors:up")
        assert 0 < event.findings[0]["low"] < event.findings[0]["estimate"] < event.findings[0]["high"]
        assert changing.current(uow, *world.found(uow)).strategies[0]["parameters"] == NAMED["parameters"]
        planning.create(uow, *world.found(uow), Wanted(PLAN))  # the next one may be planned


def test_arms_that_lost_units_hold_it_until_somebody_lets_it_go_on(app):
    world = World(app)
    world.do(Verb.START)
    lost = [user for user in people(0, 3000) if not (hashing.bucket(f"rollout:{world.id}", user) <= 10
                                                      and user[-1] in "0123456")]  # fmt: skip
    world.report(lost)
    world.pass_time(seconds=5)
    assert (world.row().state, world.row().reasons) == ("held", ["mismatch"])
    world.pass_time(hours=1)
    assert (world.row().state, world.shares()) == ("held", (True, ["10"]))
    world.do(Verb.RESUME)
    world.pass_time(seconds=90)
    world.pass_time(seconds=1)
    assert (world.row().state, world.row().accepted) == ("held", [])  # the next step holds for the same anew
    assert world.row().step == 1


def test_exposures_count_once_in_the_arm_of_their_first_moment_and_bad_ones_are_refused_by_path(app):
    world = World(app)
    before = world.now()
    world.do(Verb.START)
    users = people(0, 200)
    first = world.report([*users, *users])
    mine = [user for user in users if not 10 < hashing.bucket(f"rollout:{world.id}", user) <= 90]
    assert (first.counted, first.duplicates, first.outside) == (len(mine), len(mine), 2 * (200 - len(mine)))
    assert world.report(users).counted == 0
    with world.unit() as uow:
        place = world.found(uow)[1]
        far, old = uow.now + timedelta(minutes=6), uow.now - timedelta(days=8)
        told = exposures.take(uow, place, [
            Exposure("new-checkout", "a", far), Exposure("new-checkout", "a", old), Exposure("none", "a", uow.now),
            Exposure("new-checkout", mine[0], before - timedelta(hours=1)),
        ])  # fmt: skip
        assert [(one.path, one.code) for one in told.refused] == [
            ("exposures.0.at", "study.future"), ("exposures.1.at", "study.too_old"),
            ("exposures.2.flag", "study.unknown_flag"),
        ]  # fmt: skip
        assert (told.counted, told.outside) == (0, 1)  # nobody had it before the start
        given = [Measurement("1", "errors", "a", 1, uow.now), Measurement("1", "errors", "a", 1, uow.now),
                 Measurement("2", "none", "a", 1, uow.now), Measurement("3", "errors", "a", 1, far),
                 Measurement("4", "errors", "a", float("inf"), uow.now)]  # fmt: skip
        told = measurements.take(uow, place, given)
        assert (told.counted, told.duplicates) == (1, 1)
        assert [(one.path, one.code) for one in told.refused] == [
            ("measurements.2.metric", "study.unknown_metric"), ("measurements.3.at", "study.future"),
            ("measurements.4.value", "study.bad_value"),
        ]  # fmt: skip
        assert measurements.take(uow, place, given[:1]).duplicates == 1
        arms = {one.unit: one.arm for one in uow.session.execute(select(FlagExposure.unit, FlagExposure.arm))}
        assert len(arms) == len(mine)
        assert all(len(unit) == 16 for unit in arms)


def test_while_it_is_open_its_strategy_is_its_own_and_turning_the_flag_off_rolls_it_back(app):
    world = World(app)
    world.do(Verb.START)
    with world.unit() as uow:
        flag, place = world.found(uow)
        held = changing.current(uow, flag, place)
        with pytest.raises(Conflict) as owned:
            changing.change(uow, flag, place, Change(True, [NAMED], []))
        assert owned.value.code == "flag.owned"
        with pytest.raises(Conflict):
            archiving.archive(uow, flag)
        with pytest.raises(Conflict):
            environments.retire(uow, place)
        with pytest.raises(Conflict) as second:
            planning.create(uow, flag, place, Wanted(PLAN))
        assert second.value.code == "rollout.open"
        assert held.enabled
        changing.turn(uow, flag, place, on=False)
    assert (world.row().state, world.shares()) == ("rolled_back", (False, []))
    with pytest.raises(Conflict) as over:
        world.do(Verb.RESUME)
    assert over.value.code == "rollout.not_allowed"


def test_a_plan_that_cannot_be_walked_is_refused_by_path_and_nothing_is_written(app):
    world = World(app)
    world.do(Verb.ROLL_BACK)
    bad = [
        ({"steps": [{"share": 0.5}]}, {}, "steps.0.share"),
        ({"steps": [{"share": 10, "approval": True}]}, {}, "approvers"),
        ({"steps": [{"share": 10}], "guardrails": [{"metric": "none"}]}, {}, "guardrails.0.metric"),
        ({"steps": [{"share": 10}]}, {"stickiness": "random"}, "stickiness"),
        ({"steps": [{"share": 10}]}, {"segments": [9]}, "segments.0"),
    ]
    for plan, wanted, path in bad:
        with pytest.raises(InvalidInput) as refused, world.unit() as uow:
            planning.create(uow, *world.found(uow), Wanted(plan, **wanted))
        assert path in [refused.value.field, *(one.path for one in refused.value.problems)]
    with world.unit() as uow:
        flag, place = world.found(uow)
        changing.change(uow, flag, place, Change(True, [EVERYBODY], []))
        with pytest.raises(Conflict) as already:
            planning.create(uow, flag, place, Wanted(PLAN))
        assert already.value.code == "rollout.already_on"
        assert len(uow.session.scalars(select(FlagRollout)).all()) == 1


def test_a_look_that_dies_has_moved_nothing_and_the_next_one_moves_once(app, monkeypatch):
    world = World(app, plan={"steps": [{"share": 10, "dwell": 60}, {"share": 100}], "control": False})
    world.do(Verb.START)
    clock.shift(timedelta(seconds=61))

    class Killed(BaseException):
        pass

    def die(*_args, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(driving.history, "write", die)
        with pytest.raises(Killed):
            world.ticking().drain()
    assert (world.row().step, world.shares()) == (0, (True, ["10"]))
    assert [world.ticking().drain(), world.history()] == [1, ["created", "started", "advanced"]]
    with world.unit() as uow:
        assert ticking.look(uow, world.id).kind == "complete"
        assert ticking.look(uow, world.id) is None
        assert uow.session.scalars(select(FlagSetting)).all()


def test_a_step_that_needs_somebody_asks_once_and_goes_on_with_the_answer(app):
    plan = {"steps": [{"share": 10, "approval": True}, {"share": 100}], "control": False}
    world = World(app, plan=plan, approvers=["group:Nobody"])
    world.do(Verb.START)
    world.pass_time(seconds=1)
    assert world.row().state == "held"  # nobody can be asked, which is said
    with world.unit() as uow:
        assert rows.events(uow, rows.find(uow, world.id))[0].note
        rows.find(uow, world.id).approvers = [f"user:{world.tenant['owner'].email}"]
    world.do(Verb.RESUME)
    world.pass_time(seconds=1)
    asked = world.row()
    assert (asked.state, asked.approval) == ("running", "pending")
    seen = shown(world.database, world.tenant, asked.request_id)
    with world.unit() as uow:
        approvals.decide(uow, asked.request_id, Outcome.APPROVED, shown=seen, reason="Fine.")
    world.pass_time(seconds=1)
    assert (world.row().step, world.row().approval) == (1, "not_asked")
    assert world.history() == ["created", "started", "held", "resumed", "asked", "advanced"]
