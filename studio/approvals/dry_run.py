"""What would happen to a request if nobody answered, moment by moment. Pure: no I/O, no clock.

It follows the same plan as requests do (`escalation.py`); who is asked at each moment is looked up elsewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from studio.approvals.clock.calendar import Calendar
from studio.approvals.escalation import Entry, Plan, Then, timeline


class Kind(StrEnum):
    """What happens."""

    ASKED = "asked"
    """The people of a stage."""
    REMINDED = "reminded"
    """Whoever is asked at that moment."""
    ESCALATED = "escalated"
    """A level of the plan."""
    LAST_WORD = "last_word"
    DEADLINE = "deadline"
    """It expires."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happens."""

    kind: Kind
    at: datetime | None
    """None: once the stage before has agreed."""
    stage: int
    """Index of the stage that is running then."""
    entry: Entry | None = None
    """The level, or the last word."""


def moments(
    stages: int,
    plan: Plan,
    start: datetime,
    calendars: Mapping[UUID, Calendar],
    due_at: datetime | None = None,
    remind_at: datetime | None = None,
) -> tuple[Moment, ...]:
    """All of it in order, if a request of so many stages is asked at `start` and nobody answers.

    Nothing happens at or after its end: the deadline, or a last word that ends it. Silence that agrees goes on to the
    next stage; stages that are never reached stand last, without a time. Raises BeyondHorizonError.
    """
    found = list(_walk(stages, plan, start, calendars, due_at))
    end = _end(stages, found, due_at)
    if remind_at is not None and (end is None or remind_at < end):
        before = [one for one in found if one.at is not None and one.at <= remind_at]
        found.insert(len(before), Moment(Kind.REMINDED, remind_at, before[-1].stage if before else 0))
    if due_at is not None and end == due_at:
        found.append(Moment(Kind.DEADLINE, due_at, found[-1].stage))
    reached = max(one.stage for one in found)
    return (*found, *(Moment(Kind.ASKED, None, index) for index in range(reached + 1, stages)))


def _walk(
    stages: int, plan: Plan, start: datetime, calendars: Mapping[UUID, Calendar], due_at: datetime | None
) -> Iterator[Moment]:
    for stage in range(stages):
        yield Moment(Kind.ASKED, start, stage)
        agreed = None
        for entry in timeline(plan, start, calendars, due_at) if plan.levels else ():
            yield Moment(Kind.ESCALATED if entry.level else Kind.LAST_WORD, entry.at, stage, entry)
            agreed = entry.at if entry.then is Then.APPROVE else agreed
        if agreed is None:
            return
        start = agreed


def _end(stages: int, found: list[Moment], due_at: datetime | None) -> datetime | None:
    """When it ends; None: never by itself."""
    last = found[-1]
    if last.entry is not None and last.entry.then is not None:
        silent = last.entry.then is Then.APPROVE and last.stage + 1 < stages
        return due_at if silent else last.at
    return due_at
