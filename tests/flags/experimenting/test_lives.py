"""Experiments through the service: planned, started, read at their horizon, decided; and what stops them before."""

from datetime import timedelta

import pytest
from scipy import stats
from sqlalchemy import select

from studio.approvals import service as approvals
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome as Answer
from studio.audit.models import AuditEvent
from studio.contract.gates import StepUpNeeded
from studio.core import clock, outbox
from studio.core.errors import Conflict, InvalidInput
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from studio.flags.experimenting import deciding, driving, planning, rows, ticking
from studio.flags.experimenting.planning import Wanted
from studio.flags.experiments.conclusion import Conclusion, Outcome
from studio.flags.experiments.result import Verdict
from studio.flags.models import FlagExperiment, FlagExposure, FlagVersion
from studio.flags.rollouts import planning as rollouts
from studio.flags.service import archiving, changing, creating, environments, finding
from studio.flags.service.changing import Change
from studio.flags.studies import exposures
from studio.flags.studies.exposures import Exposure
from tests.factories.approvals import shown
from tests.factories.flags import EVERYBODY, HALVES
from tests.factories.guard import make_guard_policy
from tests.factories.proofs import in_a_session
from tests.flags.experimenting.world import GUARDED, World, alike, better, people

VALUES = {"old": "three", "new": "one"}


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


def given(world):
    """What a client gives anybody by what holds now: whether it is on, and the value."""
    held = world.held()
    feature = {"name": "f", "enabled": held.enabled, "strategies": held.strategies, "variants": held.variants}
    state = compile_state({"version": 2, "features": [feature], "segments": []})

    def ask(user):
        told = state.explain("f", flatten({"userId": user}))
        return told.enabled, told.variant.payload.value if told.variant.payload else None

    return ask


def test_an_effect_is_shipped_at_the_horizon_as_a_version_and_everybody_has_it(app):
    world = World(app, hypothesis="One page sells more").start()
    users = world.people()
    ask = given(world)
    assert {(world.arm(user), ask(user)[0]) for user in users} == {("new", True), ("old", False)}
    world.seen(users[:200], did=better)
    early = world.read()
    assert (early.found.final, early.found.arms[1].verdict) == (False, Verdict.TOO_EARLY)
    with pytest.raises(Conflict) as soon:
        world.decide("new")
    assert soon.value.code == "experiment.not_allowed"
    world.seen(users[200:], did=better)
    world.pass_time(minutes=6)
    assert world.row().state == "ended"
    read = world.read()
    assert read.conclusion == Conclusion(Outcome.SHIP, "new")
    arms = {name: [user for user in users if world.arm(user) == name] for name in ("old", "new")}
    tables = {name: sum(better(user, name) for user in mine) for name, mine in arms.items()}
    limits = {
        name: stats.binomtest(tables[name], len(mine)).proportion_ci(0.95, method="wilson")
        for name, mine in arms.items()
    }
    rates = {name: tables[name] / len(mine) for name, mine in arms.items()}
    low = (rates["new"] - limits["new"].low) ** 2 + (limits["old"].high - rates["old"]) ** 2
    difference = read.found.arms[1].comparison.absolute
    assert [one.units for one in read.found.arms] == [len(arms["old"]), len(arms["new"])]
    assert difference.estimate == pytest.approx(rates["new"] - rates["old"], rel=1e-9)
    assert difference.low == pytest.approx(difference.estimate - low**0.5, rel=1e-9)
    assert read.found.ratio.p_value == pytest.approx(stats.chisquare([len(arms["old"]), len(arms["new"])]).pvalue)

    world.seen(world.people(400, batch=9), did=alike)  # after the horizon: it says the same for ever
    assert world.read() == read
    assert world.decide("new", note="Twice the orders") is True
    row = world.row()
    assert (row.state, row.decision["ship"], row.decision["objections"]) == ("decided", "new", [])
    assert all(on for on, _value in map(given(world), users))
    happened = world.history()
    assert happened == ["created", "started", "ended", "decided"]
    with world.unit() as uow:
        flag, place = world.found(uow)
        newest = uow.session.scalars(select(FlagVersion).order_by(FlagVersion.number.desc()).limit(1)).one()
        assert (newest.number, newest.note) == (row.decision["version"], "Twice the orders")
        of = select(AuditEvent.action).where(AuditEvent.action.startswith("flag_experiment.")).order_by(AuditEvent.seq)
        assert list(uow.session.scalars(of)) == [f"flag_experiment.{one}" for one in happened]
        assert changing.change(uow, flag, place, Change(True, [EVERYBODY], [])) is not None  # nobody's any more
    assert world.pass_time(hours=9) == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_values_are_given_by_arm_and_whoever_is_in_none_keeps_what_they_have(app):
    third = {**HALVES, "variants": [{"name": "old", "share": 30}, {"name": "new", "share": 30}]}
    world = World(app, kind="string", values=VALUES, design=third)
    now = [{"name": "now", "weight": 1000, "payload": {"type": "string", "value": "now"}}]
    with world.unit() as uow:
        changing.change(uow, *world.found(uow), Change(True, [], now))
    world.start()
    users = people(200)
    wanted = {None: "now", "old": "three", "new": "one"}
    assert list(map(given(world), users)) == [(True, wanted[world.arm(user)]) for user in users]
    assert {world.arm(user) for user in users} == set(wanted)
    world.do(driving.stop)
    assert set(map(given(world), users)) == {(True, "now")}
    world.decide("new")
    assert set(map(given(world), users)) == {(True, "one")}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_no_effect_says_so_and_keeping_the_control_takes_it_back(app):
    world = World(app).start()
    before = world.held()
    world.seen(world.people(), did=alike)
    world.pass_time(minutes=6)
    assert world.read().conclusion.outcome is Outcome.INCONCLUSIVE
    assert before.enabled
    world.decide(None, note="Nothing to see")
    assert (world.held().enabled, world.held().strategies) == (False, [])
    assert (world.row().state, world.row().decision["ship"]) == ("decided", None)
    with world.unit() as uow:
        planning.create(uow, *world.found(uow), Wanted(HALVES))  # the next one may be planned


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_people_who_are_lost_on_one_side_make_it_invalid(app):
    world = World(app).start()
    kept = [user for user in world.people(1500) if world.arm(user) == "old" or user[-1] in "01234"]
    world.seen(kept, did=better)
    world.pass_time(minutes=6)
    read = world.read()
    assert (read.conclusion.outcome, read.found.arms[1].verdict) == (Outcome.INVALID, Verdict.MISMATCH)
    world.decide("new")
    assert world.row().decision["objections"] == ["mismatch"]


def test_a_broken_guardrail_stops_it_by_itself_and_nobody_has_it_any_more(app):
    world = World(app, design={**GUARDED, "units": 100_000}).start()
    world.seen(world.people(), did=better, bad=lambda user, arm: arm == "new" and user[-1] in "12345")
    world.pass_time(minutes=6)
    assert (world.row().state, world.row().reason) == ("stopped", "guardrail")
    assert world.held().enabled is False
    assert world.read().conclusion.outcome is Outcome.KEEP
    assert world.read().found.arms[1].guardrails[0].broken
    world.decide(None)
    assert world.history() == ["created", "started", "stopped", "decided"]


def test_units_count_once_in_their_arm_and_another_arms_variant_is_said(app):
    world = World(app, kind="string", values=VALUES).start()
    users = world.people(300)
    other = {"old": "new", "new": "old"}
    first = world.seen([*users, *users], variant=lambda _user, arm: arm)
    assert (first.counted, first.duplicates, first.outside) == (300, 300, 0)
    assert world.read().crossed == 0
    again = world.seen(users[:7], variant=lambda _user, arm: other[arm])
    assert (again.counted, again.duplicates) == (0, 7)
    assert (world.read().crossed, sum(one.units for one in world.read().found.arms)) == (7, 300)
    assert world.seen(users[:7], variant=lambda _user, arm: other[arm]).counted == 0
    assert world.read().crossed == 7
    assert world.seen(world.people(5, batch=3), variant=lambda *_: "disabled").outside == 5
    crossed = world.seen(world.people(5, batch=4), variant=lambda _user, arm: other[arm])
    assert (crossed.counted, world.read().crossed) == (5, 12)
    early = world.row().started_at - timedelta(seconds=1)
    with world.unit() as uow:
        far = uow.now + timedelta(minutes=6)
        told = exposures.take(uow, world.found(uow)[1], [Exposure("new-checkout", "a", far, "new"),
                                                         Exposure("new-checkout", "a", early, "new")])  # fmt: skip
        assert [(one.path, one.code) for one in told.refused] == [("exposures.0.at", "study.future")]
        assert (told.counted, told.outside) == (0, 1)
        assert {one.arm for one in uow.session.scalars(select(FlagExposure))} == {"old", "new"}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_means_are_read_as_scipy_reads_them_and_only_from_the_first_moment_on(app):
    world = World(app, design={**HALVES, "primary": "revenue"}).start()
    users = world.people(500)

    def worth(user, arm):
        return int(user.rpartition("-")[2]) % 17 + (4 if arm == "new" else 0)

    with world.unit() as uow:
        at = uow.now
    world.seen(users, worth=worth)
    assert at <= world.row().last_exposure_at
    world.pass_time(minutes=6)
    found = world.read().found.arms[1].comparison.absolute
    ours = [worth(user, "new") for user in users if world.arm(user) == "new"]
    theirs = [worth(user, "old") for user in users if world.arm(user) == "old"]
    limits = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), rel=1e-9)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_moment_ends_it_where_the_plan_says_so(app):
    with World(app).unit() as uow:
        until = uow.now + timedelta(days=2)
    world = World(app, design={**HALVES, "units": None, "until": until.isoformat()}).start()
    world.seen(world.people(300), did=better)
    assert world.pass_time(days=1) == 0
    assert world.read().found.arms[1].verdict is Verdict.TOO_EARLY
    assert world.pass_time(days=1, minutes=1) == 1
    assert (world.row().state, world.read().conclusion.variant) == ("ended", "new")


def asked_world(app):
    world = World(app)
    world.do(driving.drop)
    with world.unit() as uow:
        people_asked = [f"user:{world.tenant['approver'].email}"]
        world.id = planning.create(uow, *world.found(uow), Wanted(HALVES, approvers=people_asked)).id
    world.start().seen(world.people(), did=better)
    world.pass_time(minutes=6)
    return world


def answer(world, outcome):
    seen = shown(world.database, world.tenant, world.row().request_id)
    with world.unit("approver") as uow:
        approvals.decide(uow, world.row().request_id, outcome, shown=seen, reason="I looked at it.")


def test_a_decision_that_somebody_has_to_agree_to_changes_the_flag_with_their_yes(app):
    world = asked_world(app)
    assert world.decide("new", note="Twice the orders") is False
    assert (world.row().state, world.row().proposal["ship"]) == ("ended", "new")
    assert given(world)(next(user for user in world.people() if world.arm(user) == "old"))[0] is False
    with pytest.raises(Conflict) as twice:
        world.decide(None)
    assert twice.value.code == "experiment.asked"
    answer(world, Answer.DECLINED)
    assert (world.row().state, world.row().proposal) == ("ended", None)
    world.decide("new")
    world.do(deciding.withdraw, "Once more")
    with pytest.raises(Conflict) as none:
        world.do(deciding.withdraw)
    assert none.value.code == "experiment.not_asked"
    world.decide("new")
    answer(world, Answer.APPROVED)
    assert (world.row().state, world.row().decision["ship"]) == ("decided", "new")
    assert all(on for on, _value in map(given(world), world.people(30)))
    with world.unit() as uow:
        newest = uow.session.scalars(select(FlagVersion).order_by(FlagVersion.number.desc()).limit(1)).one()
        assert newest.user_id == world.tenant["approver"].user_id
        event = rows.events(uow, rows.find(uow, world.id))[0]
        assert (event.what, event.variant) == ("decided", "new")
    assert world.history() == ["created", "started", "ended", "proposed", "declined", "proposed", "withdrawn",
                               "proposed", "decided"]  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_yes_that_comes_too_late_changes_nothing_and_says_so(app, monkeypatch):
    world = asked_world(app)
    world.decide("new")

    def refuse(*_args, **_named):
        raise Conflict("It is archived.", code="flag.archived")

    with monkeypatch.context() as patched:
        patched.setattr(deciding.setting, "ship", refuse)
        answer(world, Answer.APPROVED)
    assert (world.row().state, world.row().proposal, world.row().decision) == ("ended", None, None)
    assert world.history()[-1] == "not_applied"


def test_stopping_takes_the_question_back_and_turning_the_flag_off_stops_it(app):
    world = asked_world(app)
    world.decide("new")
    request_id = world.row().request_id
    with world.unit() as uow:
        changing.turn(uow, *world.found(uow), on=False)
    assert (world.row().state, world.row().reason, world.row().proposal) == ("stopped", "switched_off", None)
    assert world.row().counted is not None
    outbox.drain(world.database)
    with world.unit() as uow:
        assert uow.session.get(Request, request_id).state == "cancelled"
    assert world.decide(None) is False
    answer(world, Answer.APPROVED)
    assert (world.row().state, world.row().decision["ship"]) == ("decided", None)


def test_while_it_is_open_its_strategy_is_its_own_and_no_other_study_may_come(app):
    world = World(app).start()
    with world.unit() as uow:
        flag, place = world.found(uow)
        held = changing.current(uow, flag, place)
        for refused, code in (
            (lambda: changing.change(uow, flag, place, Change(True, [EVERYBODY], [])), "flag.owned"),
            (lambda: archiving.archive(uow, flag), "flag.owned"),
            (lambda: environments.retire(uow, place), "flag.environment_held"),
            (lambda: planning.create(uow, flag, place, Wanted(HALVES)), "experiment.open"),
            (lambda: rollouts.create(uow, flag, place, rollouts.Wanted({"steps": [{"share": 10}]})),
             "rollout.already_on"),
            (lambda: driving.start(uow, rows.find(uow, world.id)), "experiment.not_allowed"),
            (lambda: driving.drop(uow, rows.find(uow, world.id)), "experiment.not_allowed"),
        ):  # fmt: skip
            with pytest.raises(Conflict) as said:
                refused()
            assert said.value.code == code
        assert changing.current(uow, flag, place) == held
        other = creating.create(uow, key="other")
        rollouts.create(uow, other, place, rollouts.Wanted({"steps": [{"share": 10}], "control": False}))
        with pytest.raises(Conflict) as ramped:
            planning.create(uow, other, place, Wanted(HALVES))
        assert ramped.value.code == "experiment.rollout_open"


@pytest.mark.parametrize(
    ("design", "wanted", "path", "code"),
    [
        ({"primary": "none"}, {}, "primary", "experiment.unknown_metric"),
        ({"guardrails": [{"metric": "none"}]}, {}, "guardrails.0.metric", "experiment.unknown_metric"),
        ({"variants": [{"name": "a", "share": 50}, {"name": "b", "share": 60}]}, {}, "variants",
         "experiment.shares_too_large"),
        ({"variants": [{"name": "a", "share": 2.5}, {"name": "b", "share": 2}]}, {}, "variants.0.share",
         "experiment.share_too_fine"),
        ({"units": None}, {}, "units", "experiment.no_horizon"),
        ({"units": None, "until": "2020-01-01T00:00:00Z"}, {}, "until", "experiment.past_horizon"),
        ({"weights": 1}, {}, "weights", "experiment.form"),
        ({}, {"stickiness": "random"}, "stickiness", "experiment.stickiness"),
        ({}, {"values": {"new": 1}}, "values.new", "experiment.value"),
        ({}, {"segments": [9]}, "strategies.0.segments.0", None),
        ({}, {"hypothesis": "x" * 501}, "hypothesis", "experiment.hypothesis"),
        ({}, {"approvers": ["group:x"] * 51}, "approvers", "experiment.approvers"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_design_that_cannot_be_run_is_refused_by_path_and_nothing_is_written(app, design, wanted, path, code):
    world = World(app)
    world.do(driving.drop)
    with pytest.raises(InvalidInput) as refused, world.unit() as uow:
        planning.create(uow, *world.found(uow), Wanted({**HALVES, **design}, **wanted))
    assert path in [refused.value.field, *(one.path for one in refused.value.problems)]
    assert code in (None, refused.value.code)
    with world.unit() as uow:
        assert len(uow.session.scalars(select(FlagExperiment)).all()) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_arms_without_a_value_or_with_a_wrong_one_and_flags_that_are_on_already(app):
    world = World(app)
    with world.unit() as uow:
        place = world.found(uow)[1]
        number = creating.create(uow, key="columns", kind="number")
        for values, path in (({"old": 2}, "values.new"), ({"old": 2, "new": "x"}, "values.new"),
                             ({"old": 2, "new": 3, "b": 4}, "values.b")):  # fmt: skip
            with pytest.raises(InvalidInput) as unfit:
                planning.create(uow, number, place, Wanted(HALVES, values))
            assert path in [one.path for one in unfit.value.problems]
        assert planning.create(uow, number, place, Wanted(HALVES, {"old": 2, "new": 3})).payloads["new"] == {
            "type": "number", "value": "3",
        }  # fmt: skip
        on = creating.create(uow, key="on")
        changing.change(uow, on, place, Change(True, [EVERYBODY], []))
        off = creating.create(uow, key="off")
        changing.change(uow, off, place, Change(False, [EVERYBODY], []))
        for flag, code in ((on, "experiment.already_on"), (off, "experiment.rules_off")):
            with pytest.raises(Conflict) as broad:
                planning.create(uow, finding.flag(uow, flag.key), place, Wanted(HALVES))
            assert broad.value.code == code


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_in_production_starting_and_shipping_are_protected(app):
    world = World(app, place="production")
    make_guard_policy(world.database, world.tenant, target="flag.rollout", condition="facts.percent > 50.0",
                      step_up={"strength": "password"})  # fmt: skip
    person = in_a_session(world.database, world.tenant, world.tenant["owner"])

    def do(verb, *given):
        with world.database.unit(world.tenant.id, person) as uow:
            verb(uow, rows.find(uow, world.id), *given)

    with pytest.raises(StepUpNeeded):
        do(driving.start)
    assert (world.row().state, world.held().enabled) == ("draft", False)
    do(driving.drop)
    small = {**HALVES, "variants": [{"name": "old", "share": 25}, {"name": "new", "share": 25}]}
    with world.unit() as uow:
        world.id = planning.create(uow, *world.found(uow), Wanted(small)).id
    do(driving.start)
    do(driving.stop)
    with pytest.raises(StepUpNeeded):
        do(deciding.decide, "new")
    assert world.row().state == "stopped"
    do(deciding.decide, None)
    assert world.row().state == "decided"


def test_a_look_that_dies_has_ended_nothing_and_the_next_one_ends_it_once(app, monkeypatch):
    world = World(app).start()
    world.seen(world.people(), did=better)
    clock.shift(timedelta(minutes=6))

    class Killed(BaseException):
        pass

    def die(*_args, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(driving.waiting, "tell", die)
        with pytest.raises(Killed):
            world.ticking().drain()
    assert (world.row().state, world.row().counted) == ("running", None)
    assert world.ticking().drain() == 1
    assert world.history() == ["created", "started", "ended"]
    with world.unit() as uow:
        assert ticking.look(uow, world.id) is False
