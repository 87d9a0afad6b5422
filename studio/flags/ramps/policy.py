"""What a ramp does next: plan, position and evidence in, one move out. No I/O, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from studio.flags.ramps.evidence import Approval, Code, Evidence, Finding, Judgement, judge, judged
from studio.flags.ramps.plan import Plan
from studio.flags.ramps.states import BY_PERSON, Position, State, Verb, apply

LOOK = timedelta(minutes=1)
"""How often arms are compared while something is watched."""


class Kind(StrEnum):
    """What to do."""

    WAIT = "wait"
    ASK_APPROVAL = "ask_approval"
    """Everything else is met: ask, then wait."""
    ADVANCE = "advance"
    HOLD = "hold"
    ROLL_BACK = "roll_back"
    COMPLETE = "complete"


class Gate(StrEnum):
    """What a step still waits for."""

    DWELL = "dwell"
    SAMPLE = "sample"
    EVIDENCE = "evidence"
    """A guardrail that cannot be judged yet."""
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Move:
    """What to do, why, and when to ask again."""

    kind: Kind
    until: datetime | None = None
    """Of a wait: when to look again at the latest; None: an answer or a person ends it."""
    gates: tuple[Gate, ...] = ()
    """Of a wait or of ASK_APPROVAL: what is not met yet."""
    findings: tuple[Finding, ...] = ()
    """Of a hold or a roll back: what for. Of a wait in held or paused: what is wrong now."""
    warnings: tuple[Finding, ...] = ()
    """What is wrong and stops nothing: by the plan, or because somebody let it go on with it."""
    recovered: tuple[str, ...] = ()
    """Of a ramp that is held: the reasons that are there no more. It stays held all the same."""


_VERBS = {Kind.HOLD: Verb.HOLD, Kind.ROLL_BACK: Verb.ROLL_BACK, Kind.COMPLETE: Verb.COMPLETE}


def decide(plan: Plan, position: Position, evidence: Evidence, now: datetime) -> Move:
    """What the ramp does by itself now.

    Rolling back comes first, in any state that has the treatment out; then holding; then what the step waits for. A
    ramp that is paused or held never goes on by itself, and one that has not started or has ended only waits.
    """
    if position.state not in (State.RUNNING, State.PAUSED, State.HELD):
        return Move(Kind.WAIT)
    found = judge(plan, position.step, evidence, position.since or now, now)
    if found.roll_back:
        return Move(Kind.ROLL_BACK, findings=found.roll_back, warnings=found.warn)
    if position.state is not State.RUNNING:
        return _standing_still(plan, position, evidence, found, now)
    holding = tuple(one for one in found.hold if one.key not in position.accepted)
    warnings = found.warn + tuple(one for one in found.hold if one.key in position.accepted)
    if holding:
        return Move(Kind.HOLD, findings=holding, warnings=warnings)
    return _going_on(plan, position, evidence, warnings, now)


def follow(move: Move, plan: Plan, position: Position, now: datetime) -> Position:
    """Where the move takes the ramp; a wait and a question leave it where it is."""
    if move.kind is Kind.ADVANCE:
        return Position(State.RUNNING, position.step + 1, now)
    verb = _VERBS.get(move.kind)
    if verb is None:
        return position
    return apply(verb, position, plan, now, tuple(one.key for one in move.findings))


def gates(plan: Plan, position: Position, evidence: Evidence, now: datetime) -> Iterator[Gate]:
    """What the present step still waits for; nothing: the ramp may go on."""
    step = plan.steps[position.step]
    if position.ran(now) < step.dwell and not position.dwell_over:
        yield Gate.DWELL
    if plan.monitored(position.step):
        if min(evidence.treatment, evidence.control) < step.minimum:
            yield Gate.SAMPLE
        if not all(judged(guardrail, evidence) for guardrail in plan.guardrails):
            yield Gate.EVIDENCE
    if step.approval and evidence.approval is not Approval.GRANTED:
        yield Gate.APPROVAL


def _going_on(plan: Plan, position: Position, evidence: Evidence, warnings: tuple[Finding, ...], now: datetime) -> Move:
    missing = tuple(gates(plan, position, evidence, now))
    if not missing:
        last = position.step == len(plan.steps) - 1
        return Move(Kind.COMPLETE if last else Kind.ADVANCE, warnings=warnings)
    until = _next_look(plan, position, missing, now)
    if missing == (Gate.APPROVAL,) and evidence.approval is Approval.NOT_ASKED:
        return Move(Kind.ASK_APPROVAL, until, missing, warnings=warnings)
    return Move(Kind.WAIT, until, missing, warnings=warnings)


def _standing_still(plan: Plan, position: Position, evidence: Evidence, found: Judgement, now: datetime) -> Move:
    wrong = {one.key for one in found.hold + found.warn} | {BY_PERSON}
    seen = evidence.last_exposure
    if seen is None or (now - seen).total_seconds() >= plan.grace:
        wrong.add(Code.NO_TRAFFIC)
    gone = tuple(key for key in position.reasons if key not in wrong)
    until = now + LOOK if plan.monitored(position.step) else None
    return Move(Kind.WAIT, until, findings=found.hold, warnings=found.warn, recovered=gone)


def _next_look(plan: Plan, position: Position, missing: tuple[Gate, ...], now: datetime) -> datetime | None:
    left = timedelta(seconds=plan.steps[position.step].dwell - position.ran(now))
    moments = [now + left] if Gate.DWELL in missing else []
    if plan.monitored(position.step):
        moments.append(now + LOOK)
    return min(moments, default=None)
