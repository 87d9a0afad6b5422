"""Where a ramp is, and which verb takes it where: one table, for people and for the ramp itself."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from studio.flags.ramps.plan import Plan


class State(StrEnum):
    """What a ramp is doing."""

    PENDING = "pending"
    """Waits for what has to be there before it may start: an approval, a moment, a version."""
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    """Somebody stopped its clock. The share stays, guardrails that roll back go on watching."""
    HELD = "held"
    """As paused, because something is wrong. Only a person lets it go on."""
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"
    """Nobody has it any more: the share is 0."""


class Verb(StrEnum):
    """What can be done to a ramp."""

    MAKE_READY = "make_ready"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    ADVANCE = "advance"
    """This step's dwell is over; it goes on as soon as its other gates are met, which no verb opens."""
    COMPLETE = "complete"
    """To the last step's share now, whatever the steps wait for, and done."""
    ROLL_BACK = "roll_back"


ALLOWED: dict[State, frozenset[Verb]] = {
    State.PENDING: frozenset({Verb.MAKE_READY, Verb.ROLL_BACK}),
    State.READY: frozenset({Verb.START, Verb.ROLL_BACK}),
    State.RUNNING: frozenset({Verb.PAUSE, Verb.HOLD, Verb.ADVANCE, Verb.COMPLETE, Verb.ROLL_BACK}),
    State.PAUSED: frozenset({Verb.RESUME, Verb.HOLD, Verb.COMPLETE, Verb.ROLL_BACK}),
    State.HELD: frozenset({Verb.RESUME, Verb.COMPLETE, Verb.ROLL_BACK}),
    State.COMPLETED: frozenset(),
    State.ROLLED_BACK: frozenset(),
}
"""Which verb is allowed in which state."""

BY_PERSON = "by_person"
"""The key of a hold for which there is no reason but that somebody wanted it."""
ACCEPTABLE = ("guardrail:", "mismatch")
"""How the keys begin of what a person may let the ramp go on with. No traffic has its grace anew instead, and an
approval that was refused has to be asked for again."""


class NotAllowed(Exception):
    """The verb is not allowed where the ramp is; nothing has changed."""

    def __init__(self, verb: Verb, position: "Position") -> None:
        super().__init__(f"A ramp that is {position.state} at step {position.step} has no {verb}.")
        self.verb = verb
        self.position = position


@dataclass(frozen=True, slots=True)
class Position:
    """Where a ramp is."""

    state: State = State.PENDING
    step: int = 0
    """Which step of the plan, from 0; before the start and at the end as well."""
    since: datetime | None = None
    """When it last began to run at this step; None unless it is running."""
    served: float = 0.0
    """Seconds that it ran at this step before `since`."""
    dwell_over: bool = False
    """Somebody cut this step's dwell short."""
    reasons: tuple[str, ...] = ()
    """Keys of what it is held for."""
    accepted: frozenset[str] = frozenset()
    """Keys of what somebody let it go on with at this step: they hold it no more until the next one."""

    def ran(self, now: datetime) -> float:
        """Seconds that it has been running at this step."""
        return self.served + (max(0.0, (now - self.since).total_seconds()) if self.since else 0.0)


def share(plan: Plan, position: Position) -> float:
    """The per cent of the units that have the treatment there."""
    match position.state:
        case State.PENDING | State.READY | State.ROLLED_BACK:
            return 0.0
        case State.COMPLETED:
            return plan.steps[-1].share
        case State.RUNNING | State.PAUSED | State.HELD:
            return plan.steps[position.step].share


def apply(verb: Verb, position: Position, plan: Plan, now: datetime, reasons: Collection[str] = ()) -> Position:
    """Where the verb takes it, or NotAllowed. `reasons`: keys of what a HOLD is for."""
    if verb not in ALLOWED[position.state]:
        raise NotAllowed(verb, position)
    match verb:
        case Verb.MAKE_READY:
            after = replace(position, state=State.READY)
        case Verb.START:
            after = Position(State.RUNNING, 0, now)
        case Verb.PAUSE:
            after = replace(position, state=State.PAUSED, since=None, served=position.ran(now))
        case Verb.HOLD:
            held = tuple(reasons) or (BY_PERSON,)
            after = replace(position, state=State.HELD, since=None, served=position.ran(now), reasons=held)
        case Verb.RESUME:
            accepted = position.accepted | {one for one in position.reasons if one.startswith(ACCEPTABLE)}
            after = replace(position, state=State.RUNNING, since=now, reasons=(), accepted=accepted)
        case Verb.ADVANCE:
            after = replace(position, dwell_over=True)
        case Verb.COMPLETE:
            after = Position(State.COMPLETED, len(plan.steps) - 1)
        case Verb.ROLL_BACK:
            after = Position(State.ROLLED_BACK, position.step)
        case _:
            assert_never(verb)
    return after
