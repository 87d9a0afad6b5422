"""Whom to ask when nobody answers: a plan as it stood when people were asked, its JSON, and what it does when.

Pure: no I/O, no clock. A plan is walked step by step: its levels in order, as often as it repeats them, and then its
last word. Each step's moment is counted from the one before, so that whatever holds a step back holds back the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import Delay, Unit
from studio.approvals.rule import Name

VERSION = 1
MOST_LEVELS, MOST_TARGETS, MOST_LOOPS = 10, 10, 9
ACKNOWLEDGED = Delay(30, Unit.MINUTES)
"""How long “I'm on it” holds unless the plan says so."""


class Mode(StrEnum):
    """Who of a level's targets is asked."""

    EVERYONE = "everyone"
    TURN = "turn"
    """One of them, whoever was asked longest ago by any request with the same targets."""


class How(StrEnum):
    """What becomes of those who were asked before."""

    ADD = "add"
    """They keep their shares."""
    REPLACE = "replace"
    """Their shares end, and their links."""


class Then(StrEnum):
    """The last word of a plan."""

    WAIT = "wait"
    """Nothing more: it waits for people, or for its deadline."""
    DECLINE = "decline"
    EXPIRE = "expire"
    """As at its deadline."""
    APPROVE = "approve"
    """Silence agrees, for the stage that is running."""


@dataclass(frozen=True, slots=True)
class Target:
    """A person, a group, or whoever is on call by a schedule."""

    name: Name
    people: tuple[UUID, ...] = ()
    """Behind a person or a group, fixed when it was asked, in their order. Empty for a schedule."""
    schedule: UUID | None = None
    """Asked who is on call at the moment of the step."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step up."""

    delay: Delay
    """After the step before it, or after the stage was asked."""
    targets: tuple[Target, ...]
    mode: Mode = Mode.EVERYONE
    how: How = How.ADD
    turn: str = ""
    """Where requests with the same targets meet to take turns; empty for everyone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it. Each stage of the rule walks it from its beginning."""

    levels: tuple[Level, ...] = ()
    """Empty: there are only fallback approvers."""
    loops: int = 0
    """How often the levels are repeated after they were gone through once."""
    acknowledge: Delay = ACKNOWLEDGED
    """How long somebody's “I'm on it” holds the next step back."""
    fallback: tuple[Target, ...] = ()
    """Asked where nobody is left who may decide, or a level has nobody to ask."""
    then: Then = Then.WAIT
    then_after: Delay | None = None
    """After the last level; None: as long as before that one."""

    @property
    def steps(self) -> int:
        """How many steps ask somebody: the levels, as often as they come."""
        return len(self.levels) * (self.loops + 1)

    def level(self, step: int) -> Level | None:
        """The level of a step; None: behind the last one."""
        return self.levels[step % len(self.levels)] if step < self.steps else None

    def delay(self, step: int) -> Delay | None:
        """How long after the step before it a step comes; None: it never does."""
        if (level := self.level(step)) is not None:
            return level.delay
        if step > self.steps or self.then is Then.WAIT or not self.levels:
            return None
        return self.then_after or self.levels[-1].delay


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of what happens when nobody answers."""

    at: datetime
    step: int
    """As `Plan.level()` takes it."""
    level: Level | None
    """Who is asked, and how; None: the plan's last word."""
    number: int
    """Of the level, from 1; 0 for the last word."""
    loop: int
    """How often the levels were gone through before."""
    then: Then | None = None
    """The last word, where this is it."""


def next_at(plan: Plan, step: int, start: datetime, calendars: Mapping[UUID, Calendar]) -> datetime | None:
    """When a step is due, the one before having been done at `start`; None: never. Raises BeyondHorizonError."""
    delay = plan.delay(step)
    if delay is None:
        return None
    return delay.after(start, delay.counts(calendars))


def timeline(
    plan: Plan, start: datetime, calendars: Mapping[UUID, Calendar], due_at: datetime | None = None
) -> tuple[Entry, ...]:
    """What happens if nobody answers after a stage was asked at `start`, up to the request's deadline.

    A step that would be due with the deadline or after it does not happen. Raises BeyondHorizonError.
    """
    return tuple(_entries(plan, start, calendars, due_at))


def _entries(
    plan: Plan, start: datetime, calendars: Mapping[UUID, Calendar], due_at: datetime | None
) -> Iterator[Entry]:
    for step in range(plan.steps + 1):
        at = next_at(plan, step, start, calendars)
        if at is None or (due_at is not None and at >= due_at):
            return
        level = plan.level(step)
        loop, index = divmod(step, len(plan.levels))
        yield Entry(
            at, step, level, index + 1 if level else 0, loop if level else plan.loops, None if level else plan.then
        )
        start = at


def to_json(plan: Plan) -> dict[str, Any]:
    """As it is stored beside the request."""
    return {
        "v": VERSION,
        "levels": [
            {
                "delay": _delay_json(level.delay),
                "targets": [_target_json(one) for one in level.targets],
                "mode": level.mode.value,
                "how": level.how.value,
                "turn": level.turn,
            }
            for level in plan.levels
        ],
        "loops": plan.loops,
        "acknowledge": _delay_json(plan.acknowledge),
        "fallback": [_target_json(one) for one in plan.fallback],
        "then": plan.then.value,
        "then_after": _delay_json(plan.then_after) if plan.then_after else None,
    }


def from_json(stored: Mapping[str, Any]) -> Plan:
    """Read it back."""
    return Plan(
        levels=tuple(
            Level(
                delay=_delay(one["delay"]),
                targets=tuple(_target(target) for target in one["targets"]),
                mode=Mode(one["mode"]),
                how=How(one["how"]),
                turn=one["turn"],
            )
            for one in stored["levels"]
        ),
        loops=stored["loops"],
        acknowledge=_delay(stored["acknowledge"]),
        fallback=tuple(_target(one) for one in stored["fallback"]),
        then=Then(stored["then"]),
        then_after=_delay(stored["then_after"]) if stored["then_after"] else None,
    )


def _delay_json(delay: Delay) -> dict[str, Any]:
    return {
        "amount": delay.amount,
        "unit": delay.unit.value,
        "calendar": str(delay.calendar) if delay.calendar else None,
    }


def _delay(stored: Mapping[str, Any]) -> Delay:
    return Delay(stored["amount"], Unit(stored["unit"]), UUID(stored["calendar"]) if stored["calendar"] else None)


def _target_json(target: Target) -> dict[str, Any]:
    return {
        "kind": target.name.kind,
        "name": target.name.name,
        "people": [str(one) for one in target.people],
        "schedule": str(target.schedule) if target.schedule else None,
    }


def _target(stored: Mapping[str, Any]) -> Target:
    return Target(
        Name(stored["kind"], stored["name"]),
        tuple(UUID(one) for one in stored["people"]),
        UUID(stored["schedule"]) if stored["schedule"] else None,
    )
