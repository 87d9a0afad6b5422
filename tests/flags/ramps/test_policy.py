"""What a ramp does next, move by move."""

from dataclasses import replace
from datetime import timedelta

import pytest

from studio.flags.ramps.evidence import Approval, Code, Evidence
from studio.flags.ramps.plan import Change, Guardrail, OnBreach, Plan, Step, Worse
from studio.flags.ramps.policy import LOOK, Gate, Kind, decide, follow
from studio.flags.ramps.states import ALLOWED, NotAllowed, Position, State, Verb, apply, share
from studio.flags.statistics.samples import Mean, Proportion
from tests.flags.ramps.simulator import START

PLAN = Plan((Step(10, 600, 100), Step(50, 600, approval=True), Step(100)), guardrails=(Guardrail("errors"),))
RUNNING = Position(State.RUNNING, 0, START)


def at(seconds):
    return START + timedelta(seconds=seconds)


def evidence(bad=10, n=1000, approval=Approval.NOT_ASKED, seconds=0):
    errors = (Proportion(n, bad * n // 1000), Proportion(n, 10 * n // 1000))
    return Evidence(n, n, {"errors": errors}, at(seconds), approval)


@pytest.mark.parametrize(
    ("given", "seconds", "missing", "until"),
    [
        (evidence(), 60, (Gate.DWELL,), 120),
        (evidence(), 570, (Gate.DWELL,), 600),
        (evidence(n=99), 600, (Gate.SAMPLE,), 660),
        (evidence(n=49), 600, (Gate.SAMPLE, Gate.EVIDENCE), 660),
        (Evidence(500, 500, {}, START), 600, (Gate.EVIDENCE,), 660),
    ],
)
def test_it_waits_for_every_gate(given, seconds, missing, until):
    move = decide(PLAN, RUNNING, given, at(seconds))
    assert (move.kind, move.gates, move.until) == (Kind.WAIT, missing, at(until))
    assert follow(move, PLAN, RUNNING, at(seconds)) is RUNNING


def test_it_goes_on_when_all_are_met_and_completes_after_the_last():
    move = decide(PLAN, RUNNING, evidence(), at(600))
    second = follow(move, PLAN, RUNNING, at(600))
    assert (move.kind, second) == (Kind.ADVANCE, Position(State.RUNNING, 1, at(600)))
    last = Position(State.RUNNING, 2, START)
    move = decide(PLAN, last, Evidence(), START)
    assert (move.kind, follow(move, PLAN, last, START)) == (Kind.COMPLETE, Position(State.COMPLETED, 2))


def test_an_approval_is_asked_for_once_and_waited_for():
    second = Position(State.RUNNING, 1, START)
    asked, waiting, granted, refused = (
        decide(PLAN, second, evidence(approval=one), at(600))
        for one in (Approval.NOT_ASKED, Approval.PENDING, Approval.GRANTED, Approval.REFUSED)
    )
    assert (asked.kind, asked.gates, waiting.kind) == (Kind.ASK_APPROVAL, (Gate.APPROVAL,), Kind.WAIT)
    assert (granted.kind, refused.kind) == (Kind.ADVANCE, Kind.HOLD)
    assert decide(PLAN, second, evidence(), at(599)).kind is Kind.WAIT
    held = follow(refused, PLAN, second, at(600))
    assert held.reasons == (Code.APPROVAL_REFUSED,)
    # To let it go on does not stand for the approval: it is asked for again.
    resumed = apply(Verb.RESUME, held, PLAN, at(700))
    assert decide(PLAN, resumed, evidence(), at(700)).kind is Kind.ASK_APPROVAL


def test_only_running_time_counts():
    paused = apply(Verb.PAUSE, RUNNING, PLAN, at(400))
    resumed = apply(Verb.RESUME, paused, PLAN, at(9000))
    assert (paused.ran(at(9000)), resumed.ran(at(9100))) == (400, 500)
    assert decide(PLAN, resumed, evidence(seconds=9000), at(9199)).gates == (Gate.DWELL,)
    assert decide(PLAN, resumed, evidence(seconds=9000), at(9200)).kind is Kind.ADVANCE


def test_a_dwell_can_be_cut_short_but_no_other_gate():
    short = apply(Verb.ADVANCE, RUNNING, PLAN, at(1))
    assert decide(PLAN, short, evidence(), at(1)).kind is Kind.ADVANCE
    assert decide(PLAN, short, evidence(n=99), at(1)).gates == (Gate.SAMPLE,)


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED, State.HELD])
def test_a_broken_guardrail_rolls_back_whether_it_runs_or_stands(state):
    position = replace(RUNNING, state=state, since=START if state is State.RUNNING else None)
    move = decide(PLAN, position, evidence(bad=300), at(60))
    after = follow(move, PLAN, position, at(60))
    assert (move.kind, move.findings[0].key, share(PLAN, after)) == (Kind.ROLL_BACK, "guardrail:errors:up", 0)


def test_a_held_ramp_says_that_its_reason_is_gone_and_stays():
    holding = replace(PLAN, guardrails=(replace(PLAN.guardrails[0], on_breach=OnBreach.HOLD),))
    held = follow(decide(holding, RUNNING, evidence(bad=300), at(60)), holding, RUNNING, at(60))
    still, gone = (decide(holding, held, one, at(5000)) for one in (evidence(bad=300), evidence()))
    assert (still.kind, still.recovered, still.until) == (Kind.WAIT, (), at(5000) + LOOK)
    assert (gone.kind, gone.recovered) == (Kind.WAIT, ("guardrail:errors:up",))


def test_what_somebody_let_it_go_on_with_holds_it_again_at_the_next_step():
    holding = replace(PLAN, guardrails=(replace(PLAN.guardrails[0], on_breach=OnBreach.HOLD),))
    held = apply(Verb.HOLD, RUNNING, holding, at(60), ("guardrail:errors:up",))
    resumed = apply(Verb.RESUME, held, holding, at(60))
    move = decide(holding, resumed, evidence(bad=300), at(600))
    assert (move.kind, move.warnings[0].key) == (Kind.ADVANCE, "guardrail:errors:up")
    assert decide(holding, follow(move, holding, resumed, at(600)), evidence(bad=300), at(601)).kind is Kind.HOLD


def test_no_traffic_has_its_grace_anew_after_a_resume():
    held = apply(Verb.HOLD, RUNNING, PLAN, at(90_000), ("no_traffic",))
    resumed = apply(Verb.RESUME, held, PLAN, at(100_000))
    assert decide(PLAN, resumed, evidence(n=60), at(100_000 + 86_399)).kind is Kind.WAIT
    assert decide(PLAN, resumed, evidence(n=60), at(100_000 + 86_400)).kind is Kind.HOLD
    assert decide(PLAN, held, evidence(seconds=95_000), at(100_000)).recovered == ("no_traffic",)
    assert decide(PLAN, held, evidence(), at(100_000)).recovered == ()


@pytest.mark.parametrize(
    ("guardrail", "pair", "broken"),
    [
        (Guardrail("m", tolerance=0.1), (Proportion(5000, 1000), Proportion(5000, 500)), False),
        (Guardrail("m", tolerance=0.05), (Proportion(5000, 1000), Proportion(5000, 500)), True),
        (Guardrail("m", Worse.DOWN), (Proportion(5000, 1000), Proportion(5000, 500)), False),
        (Guardrail("m", Worse.DOWN), (Proportion(5000, 500), Proportion(5000, 1000)), True),
        (Guardrail("m", tolerance=1.5, change=Change.RELATIVE), (Proportion(5000, 1000), Proportion(5000, 500)), False),
        (Guardrail("m", tolerance=0.5, change=Change.RELATIVE), (Proportion(5000, 1000), Proportion(5000, 500)), True),
        # Errors that the control does not have at all are broken too, though there is no ratio.
        (Guardrail("m", tolerance=0.5, change=Change.RELATIVE), (Proportion(500, 100), Proportion(500, 0)), True),
        (Guardrail("m"), (Proportion(60, 60), Proportion(60, 0)), True),
        (Guardrail("m"), (Proportion(49, 49), Proportion(49, 0)), False),
        # A profit that is a loss: 10 % worse is further below 0.
        (Guardrail("m", Worse.DOWN, 0.1, Change.RELATIVE), (Mean(5000, -5000, 6000), Mean(5000, -5000, 6000)), False),
        (Guardrail("m", Worse.DOWN, 0.1, Change.RELATIVE), (Mean(5000, -9000, 17000), Mean(5000, -5000, 6000)), True),
    ],
)
def test_when_a_guardrail_is_broken(guardrail, pair, broken):
    plan = replace(PLAN, guardrails=(guardrail,))
    move = decide(plan, RUNNING, Evidence(0, 0, {"m": pair}, START), at(60))
    assert (move.kind is Kind.ROLL_BACK) == broken


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_the_table_is_kept(state, verb):
    position = Position(state, 1, START if state is State.RUNNING else None)
    if verb in ALLOWED[state]:
        assert apply(verb, position, PLAN, START) != position
    else:
        with pytest.raises(NotAllowed):
            apply(verb, position, PLAN, START)


@pytest.mark.parametrize("state", [State.PENDING, State.READY, State.COMPLETED, State.ROLLED_BACK])
def test_what_has_not_started_or_has_ended_only_waits(state):
    assert decide(PLAN, Position(state, 1), evidence(bad=300), START).kind is Kind.WAIT
