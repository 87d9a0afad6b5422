"""Where an alert is: what is told next, and when. Facts in, course out; no I/O, no clock.

The plan is an approval's (`approvals.escalation`), and so is who of a level is told (`approvals.levels`): level 1 is
told when the alert opens, each later one its delay after the one before. What is decided here is what an approval has
no word for: quiet hours, being over, being somebody's, being put off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from studio.approvals.clock.calendar import Calendar
from studio.approvals.escalation import Plan, next_at
from studio.oversight.alerts.quiet import Quiet


class State(StrEnum):
    """How far it is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Somebody is on it: nobody else is told."""
    RESOLVED = "resolved"
    """It works again, or somebody said so."""


GOING_ON = (State.OPEN, State.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Course:
    """An alert's place in its plan."""

    state: State = State.OPEN
    step: int = 0
    """Of the plan, the one that is told next."""
    next_at: datetime | None = None
    """When that is, or when it is no longer put off. None: nothing comes by itself."""
    held_until: datetime | None = None
    """Its first level was held back by quiet hours until then."""
    snoozed: bool = False
    """`next_at` is when whoever put it off is reminded, before anything else happens."""

    def due(self, now: datetime) -> bool:
        """Whether something happens now."""
        return self.state is State.OPEN and self.next_at is not None and self.next_at <= now


def begin(plan: Plan, now: datetime, quiet: Quiet | None) -> Course:
    """It opens. `quiet`: the hours that hold it back; None for one that is urgent."""
    if not plan.steps:
        return Course()
    held = quiet.until(now) if quiet is not None else None
    return Course(next_at=held or now, held_until=held)


def told(course: Course, plan: Plan, now: datetime, calendars: Mapping[UUID, Calendar], quiet: Quiet | None) -> Course:
    """What is due has been told. Raises BeyondHorizonError where a calendar cannot say when the next one is."""
    step = course.step if course.snoozed else course.step + 1
    at = next_at(plan, step, now, calendars) if step < plan.steps else None
    if at is not None and quiet is not None:
        at = quiet.until(at) or at
    return replace(course, step=step, next_at=at, held_until=None, snoozed=False)


def acknowledge(course: Course) -> Course:
    """Somebody is on it."""
    return replace(course, state=State.ACKNOWLEDGED, next_at=None, snoozed=False)


def snooze(course: Course, until: datetime) -> Course:
    """Somebody puts it off: nothing is told before then, and they are reminded."""
    return replace(course, state=State.OPEN, next_at=until, snoozed=True)


def hand_on(course: Course, now: datetime) -> Course:
    """Somebody cannot: the next level is told now."""
    return replace(course, state=State.OPEN, next_at=now, held_until=None, snoozed=False)


def resolve(course: Course) -> Course:
    """It is over."""
    return replace(course, state=State.RESOLVED, next_at=None, snoozed=False)
