"""Rollouts driven by runs: a run begins one, waits for its end, and leaves by how that went."""

from datetime import timedelta

import jsonschema
import numpy as np
import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core import clock
from studio.flags.evaluation import hashing
from studio.flags.models import FlagRollout
from studio.flags.nodes.flag_rollout import RollOut
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, rows, ticking, waiting
from studio.flags.service import changing, finding
from studio.flags.studies import exposures, measurements, metrics
from studio.flags.studies.exposures import Exposure
from studio.flags.studies.measurements import Measurement
from studio.runtime.leases import NamedLeases
from studio.runtime.models import Run, WaitRow
from studio.runtime.service import runs
from tests.engine.rig import step
from tests.factories.flags import make_flag
from tests.factories.guard import make_guard_policy

HERE = {"flag": "new-checkout", "environment": "development"}
PLAN = HERE | {
    "steps": [{"share": 10, "dwell_s": 60}, {"share": 50, "dwell_s": 60}, {"share": 100, "dwell_s": 0}],
    "guardrails": [{"metric": "errors", "minimum": 50, "tolerance": 0.01}],
}
NAMES = ("completed", "rolled_back", "held")


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


class Shop:
    """A run that rolls a flag out, and people who are seen and fail by chance, drawn from a seed."""

    def __init__(self, app, tenant, make_rig, config=None, *, seed=1, more=(), edges=()):
        self.tenant, self.database = tenant, app.extensions["studio_database"]
        make_flag(app, tenant)
        with self.unit() as uow:
            metrics.create(uow, key="errors", title="Errors", kind="proportion", worse="up")
        ends = [step(one, "action.note", {"text": one}) for one in NAMES]
        self.rig = make_rig(
            [step("roll", "flag.rollout", config or PLAN), *ends, *more],
            [("t", "next", "roll"), *(("roll", one, one) for one in NAMES), *edges],
        )
        self.rig.engine.endings.withdraw[waiting.KIND] = waiting.withdraw
        self.chance, self.people, self.sent = np.random.default_rng(seed), 0, 0
        self.run_id = self.rig.accept().run_id
        self.rig.settle()

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["owner"].actor)

    def row(self):
        with self.unit() as uow:
            return uow.session.scalars(select(FlagRollout).order_by(FlagRollout.id.desc())).first()

    def act(self, verb):
        with self.unit() as uow:
            driving.act(uow, rows.find(uow, self.row().id), verb)
        self.rig.settle()

    def minute(self, count=1000, errors=0.02, worse=0.02, lost=0.0):
        """So many people come; `worse` of the treated fail, and `lost` of them are never reported."""
        row = self.row()
        share = rows.share_of(row)
        users = [f"user-{self.people + number}" for number in range(count)]
        self.people += count
        treated = {one for one in users if hashing.bucket(f"rollout:{row.id}", one) <= share}
        told = [one for one in users if not (one in treated and self.chance.random() < lost)]
        with self.unit() as uow:
            place, at = finding.environment(uow, "development"), uow.now
            exposures.take(uow, place, [Exposure("new-checkout", one, at) for one in told])
            bad = [one for one in told if self.chance.random() < (worse if one in treated else errors)]
            measurements.take(uow, place, [Measurement(f"bad-{one}", "errors", one, 1, at) for one in bad])
        self.pass_time(minutes=1)

    def pass_time(self, **by):
        clock.shift(timedelta(**by))
        ticking.Ticking(self.database, NamedLeases(self.database, "test")).drain()
        self.rig.engine.writer.run(lambda session: self.rig.engine.ledger.fire_due(session, 100))
        self.rig.settle()

    def step(self, key="roll"):
        return next(one for one in self.rig.steps(self.run_id) if one.node_key == key)

    def left_by(self):
        """The port, or None while it waits."""
        return self.step().port

    def history(self):
        with self.unit() as uow:
            return [(one.what, one.note) for one in reversed(rows.events(uow, rows.find(uow, self.row().id)))]


@pytest.fixture
def shop(app, tenant, make_rig):
    def make(*args, **named):
        return Shop(app, tenant, make_rig, *args, **named)

    return make


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_regression_the_run_waits_and_leaves_by_completed(shop, seed):
    world = shop(seed=seed)
    assert (world.rig.run(world.run_id).state, world.row().state) == ("waiting", "running")
    assert world.step().note == "Waiting for the rollout of new-checkout in Development"
    for _minute in range(4):
        world.minute()
    assert world.left_by() == "completed"
    told = world.step().output
    assert (told["state"], told["share"], told["step"], told["steps"]) == ("completed", 100, 3, 3)
    assert told["guardrails"][0]["verdict"] == "holds"
    assert told["treatment"] > 500 < told["control"]
    assert world.step().note == told["verdict"] == "100 % have new-checkout in Development"
    assert world.rig.run(world.run_id).state == "succeeded"
    assert {one.node_key for one in world.rig.steps(world.run_id)} == {"t", "roll", "completed"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_regression_is_taken_back_and_the_run_leaves_by_rolled_back(shop, seed):
    world = shop(seed=seed)
    for _minute in range(6):
        world.minute(worse=0.3)
        if world.left_by():
            break
    assert world.left_by() == "rolled_back"
    told = world.step().output
    assert (told["share"], told["reasons"]) == (0, ["guardrail:errors:up"])
    assert told["reached"] in (10, 50)
    assert told["guardrails"][0]["verdict"] == "broken"
    assert 0.01 < told["guardrails"][0]["low"] < told["guardrails"][0]["estimate"]
    assert world.step().note.endswith("The guardrail “errors” is broken.")
    with world.unit() as uow:
        held = changing.current(uow, finding.flag(uow, "new-checkout"), finding.environment(uow, "development"))
    assert not held.enabled


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_who_are_lost_hold_it_and_the_run_leaves_by_held_while_it_stays_so(shop, seed):
    world = shop(seed=seed)
    for _minute in range(4):
        world.minute(count=3000, lost=0.5)
        if world.left_by():
            break
    assert world.left_by() == "held"
    told = world.step().output
    assert (told["state"], told["reasons"]) == ("held", ["mismatch"])
    assert told["share"] == told["reached"] > 0
    assert (world.row().state, world.row().wait_id) == ("held", None)
    assert world.rig.run(world.run_id).state == "succeeded"
    world.act(Verb.ROLL_BACK)
    assert world.left_by() == "held", "nobody waits any more"


def test_patience_lets_people_let_it_go_on_before_the_run_leaves_by_held(shop):
    world = shop(PLAN | {"held_for_s": 600})
    world.act(Verb.HOLD)
    assert world.rig.run(world.run_id).state == "waiting"
    world.pass_time(minutes=5)
    world.act(Verb.RESUME)
    world.pass_time(minutes=6)
    assert (world.left_by(), world.row().state) == (None, "running")
    world.act(Verb.HOLD)
    world.pass_time(minutes=9)
    assert world.left_by() is None
    world.pass_time(minutes=2)
    assert (world.left_by(), world.row().state) == ("held", "held")


def test_while_it_is_held_its_end_is_heard_as_well(shop):
    world = shop(PLAN | {"held_for_s": 3_600})
    world.act(Verb.HOLD)
    world.act(Verb.ROLL_BACK)
    assert world.left_by() == "rolled_back"
    assert world.step().output["by"] == world.tenant["owner"].name


def test_a_run_that_is_cancelled_leaves_its_rollout_paused_and_says_so(shop, database):
    world = shop()
    with world.unit() as uow:
        runs.cancel(uow, uow.session.get(Run, world.run_id), world.rig.engine.endings.withdraw, "Wrong flag")
    row = world.row()
    assert (row.state, row.wait_id, rows.share_of(row)) == ("paused", None, 10)
    what, note = world.history()[-1]
    assert what == "paused"
    assert "Wrong flag" in note
    with world.unit() as uow:
        event = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "flag_rollout.paused")).one()
        assert "Wrong flag" in event.body
    for _minute in range(3):  # guardrails watch what is paused
        world.minute(worse=0.5)
    assert world.row().state == "rolled_back"


def test_one_that_is_held_when_its_run_is_cancelled_stays_held_and_its_history_says_that_nobody_waits(shop):
    world = shop(PLAN | {"held_for_s": 600})
    world.act(Verb.HOLD)
    with world.unit() as uow:
        runs.cancel(uow, uow.session.get(Run, world.run_id), world.rig.engine.endings.withdraw, "")
        waits = uow.session.scalars(select(WaitRow.state)).all()
    assert set(waits) == {"closed"}
    assert (world.row().state, world.row().wait_id, world.history()[-1][0]) == ("held", None, "left")


def test_a_worker_that_dies_has_begun_nothing_and_one_rollout_is_begun_after_it(app, tenant, make_rig):
    make_flag(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id, tenant["owner"].actor) as uow:
        metrics.create(uow, key="errors", title="Errors", kind="proportion", worse="up")
    rig = make_rig([step("roll", "flag.rollout", PLAN)], [("t", "next", "roll")])
    run_id = rig.accept().run_id
    assert rig.drain("main", crash_at="local.before_commit")
    assert rig.all(FlagRollout) == []
    rig.later(60)
    rig.settle()
    [row] = rig.all(FlagRollout)
    assert (row.run_id, row.state) == (run_id, "running")
    with rig.database.unit(tenant.id, tenant["owner"].actor) as uow:
        driving.act(uow, rows.find(uow, row.id), Verb.COMPLETE)
    assert rig.drain("main", crash_at="local.before_commit")
    rig.later(60)
    rig.settle()
    assert [one.port for one in rig.steps(run_id)][-1] == "completed"


def test_behind_held_a_step_lets_it_go_on_or_takes_it_back(shop):
    on = HERE | {"do": "resume"}
    more = [step("on", "flag.rollout", on), step("back", "flag.rollout", HERE | {"do": "roll_back", "note": "Enough"})]
    world = shop(more=more, edges=[("held", "next", "on"), ("on", "held", "back")])
    world.act(Verb.HOLD)
    assert (world.left_by(), world.row().state) == ("held", "running")
    world.act(Verb.HOLD)
    assert (world.row().state, world.step("back").port) == ("rolled_back", "rolled_back")
    assert world.step("back").output["note"] == "Enough"
    assert world.rig.run(world.run_id).state == "succeeded"


def test_what_cannot_be_planned_fails_the_step_with_its_field_and_leaves_nothing(shop, tenant, app):
    bad = [
        (PLAN | {"steps": [{"share": 50}, {"share": 10}]}, "ramp.share_not_increasing", "config.steps.1.share"),
        (PLAN | {"guardrails": [{"metric": "none"}]}, "rollout.unknown_metric", "config.guardrails.0.metric"),
        (PLAN | {"segments": ["Nobody"]}, "flag.segment_unknown", "config.segments.0"),
        (HERE | {"do": "resume"}, "rollout.none", "config.do"),
        (PLAN | {"steps": [{"share": 10, "approval": True}], "guardrails": []}, "rollout.approvers",
         "config.approvers"),
    ]  # fmt: skip
    first = shop(bad[0][0])
    found = [first.step().error]
    for config, *_rest in bad[1:]:
        version = first.rig.publish([step("roll", "flag.rollout", config)], [("t", "next", "roll")], name="Bad")
        first.rig.use(version)
        first.run_id = first.rig.accept().run_id
        first.rig.settle()
        found.append(first.step().error)
    for (_config, code, field), error in zip(bad, found, strict=True):
        assert (error["code"], error["field"]) == (code, field)
    assert first.rig.all(FlagRollout) == []


def test_a_second_run_finds_the_open_one_and_says_so(shop):
    world = shop()
    again = world.rig.accept().run_id
    world.rig.settle()
    [failed] = [one.error for one in world.rig.steps(again) if one.error]
    assert failed["code"] == "rollout.open"
    assert (world.row().state, world.left_by()) == ("running", None)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_test_run_gives_nobody_anything_and_goes_on_as_if_all_had_gone_well(app, tenant, make_rig):
    make_flag(app, tenant)
    back = HERE | {"do": "roll_back"}
    rig = make_rig(
        [step("roll", "flag.rollout", PLAN), step("back", "flag.rollout", back)],
        [("t", "next", "roll"), ("roll", "completed", "back")],
    )
    run_id = rig.accept().run_id
    with rig.database.unit(tenant.id) as uow:
        uow.session.get(Run, run_id).mode = "test"
    rig.settle()
    found = {one.node_key: one for one in rig.steps(run_id)}
    assert [found[one].port for one in ("roll", "back")] == ["completed", "rolled_back"]
    told = found["roll"].output
    assert (told["flag"], told["environment"], told["steps"], told["share"]) == ("new-checkout", "development", 3, 100)
    assert [(one["metric"], one["verdict"]) for one in told["guardrails"]] == [("errors", "unknown")]
    for one in found.values():
        if one.node_key != "t":
            jsonschema.validate(one.output, RollOut.output_schema)
            assert one.note == "Simulated: nobody was given new-checkout"
    assert rig.all(FlagRollout) == []


def test_in_production_a_policy_judges_the_largest_share_of_the_plan(app, tenant, make_rig, database):
    make_flag(app, tenant)
    make_guard_policy(database, tenant, target="flag.rollout", condition="facts.percent > 20.0",
                      step_up={"strength": "password"})  # fmt: skip
    plan = {"flag": "new-checkout", "steps": [{"share": 10, "dwell_s": 60}], "control": False}
    all_of_it = plan | {"steps": [{"share": 10, "dwell_s": 60}, {"share": 100}]}
    rig = make_rig([step("roll", "flag.rollout", all_of_it)], [("t", "next", "roll")])
    run_id = rig.accept().run_id
    rig.settle()
    assert [one.error["code"] for one in rig.steps(run_id) if one.error] == ["guard.required"]
    assert rig.all(FlagRollout) == []
    rig.use(rig.publish([step("roll", "flag.rollout", plan)], [("t", "next", "roll")], name="Few"))
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).state == "waiting"
    assert [one.state for one in rig.all(FlagRollout)] == ["running"]
