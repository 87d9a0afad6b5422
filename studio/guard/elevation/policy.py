"""Pure: what may be asked for, and the course of an elevation. No clock, no rows."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from studio.guard.elevation.outcomes import OPEN, Ending, State

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=24)
TO_DECIDE = timedelta(hours=24)
"""How long people have to agree."""
TO_START = timedelta(hours=24)
"""How long an elevation without a beginning of its own may be started once it is agreed to."""
FARTHEST_START = timedelta(days=30)
TEXT, TICKET = 1_000, 120
"""Longest justification and ticket, in characters."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody is eligible for."""

    permissions: frozenset[str]
    """Of the role."""
    most: timedelta
    justification: bool = True
    ticket: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for."""

    duration: timedelta
    justification: str = ""
    ticket: str = ""
    starts_at: datetime | None = None
    """None: once it is agreed to and they start it."""
    scope: frozenset[str] | None = None
    """Permissions of the role; None: all of them."""


def wish_problems(terms: Terms, wish: Wish, now: datetime) -> list[tuple[str, str]]:
    """What is wrong with a wish: the field and a code, in the order of the fields. Empty: nothing."""
    scope = wish.scope
    rules = (
        (wish.duration < SHORTEST, "minutes", "too_short"),
        (wish.duration > min(LONGEST, terms.most), "minutes", "too_long"),
        (terms.justification and not wish.justification.strip(), "justification", "justification_missing"),
        (len(wish.justification) > TEXT, "justification", "text_too_long"),
        (terms.ticket and not wish.ticket.strip(), "ticket", "ticket_missing"),
        (len(wish.ticket) > TICKET, "ticket", "text_too_long"),
        (wish.starts_at is not None and wish.starts_at <= now, "starts_at", "in_the_past"),
        (wish.starts_at is not None and wish.starts_at > now + FARTHEST_START, "starts_at", "too_far"),
        (scope is not None and not scope, "scope", "scope_empty"),
        (scope is not None and not scope <= terms.permissions, "scope", "scope_too_wide"),
    )
    return [(field, code) for holds, field, code in rules if holds]


def granted(terms: Terms, wish: Wish) -> frozenset[str]:
    """The permissions that a wish without problems is about."""
    return terms.permissions if wish.scope is None else wish.scope & terms.permissions


@dataclass(frozen=True, slots=True)
class Grant:
    """What an admin would let somebody, or a group, ask for."""

    permissions: frozenset[str]
    """Of the role."""
    most: timedelta
    to_themselves: bool
    """They are the person, or in the group."""
    to_group: bool
    approvers: int
    """How many names have to agree; 0: nobody."""
    needed: int = 1
    has: frozenset[str] | None = None
    """What the person's own seat allows; None: it is a group."""
    ends_at: datetime | None = None


def grant_problem(grant: Grant, grantor: frozenset[str], now: datetime, *, elevated: bool) -> tuple[str, str] | None:
    """Why it may not be granted, as a field and a code. `grantor`: what that person's own seat allows.

    A group needs people who agree: whoever manages groups could let themselves in.
    """
    rules = (
        (elevated, "", "under_elevation"),
        (grant.to_themselves, "who", "own_eligibility"),
        (not grant.permissions <= grantor, "role", "wider_than_own"),
        (grant.has is not None and grant.permissions <= grant.has, "role", "nothing_more"),
        (not SHORTEST <= grant.most <= LONGEST, "most_minutes", "out_of_bounds"),
        (grant.to_group and not grant.approvers, "approvers", "group_needs_approval"),
        (not 1 <= grant.needed <= 20, "needed", "out_of_bounds"),
        (grant.ends_at is not None and grant.ends_at <= now, "ends_at", "in_the_past"),
    )
    return next(((field, code) for holds, field, code in rules if holds), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """An eligibility as it stands."""

    user_id: UUID | None
    group_id: UUID | None
    withdrawn: bool
    ends_at: datetime | None


def eligible(standing: Standing, user_id: UUID, groups: Collection[UUID], now: datetime) -> bool:
    """Whether it is a person's now. `groups`: those that the person is in."""
    theirs = standing.user_id == user_id or (standing.group_id is not None and standing.group_id in groups)
    return theirs and not standing.withdrawn and (standing.ends_at is None or now < standing.ends_at)


class OutOfCourse(Exception):
    """That cannot follow now; the only argument is a code."""

    @property
    def code(self) -> str:
        """Why."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Course:
    """How far an elevation is."""

    duration: timedelta
    state: State = State.REQUESTED
    starts_at: datetime | None = None
    """The beginning that was asked for: its time is then fixed, however late it is started."""
    use_by: datetime | None = None
    session: UUID | None = None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    ending: Ending | None = None

    def agreed(self, now: datetime) -> "Course":
        """Those who were asked agreed, or nobody had to."""
        self._must_be(State.REQUESTED)
        if self.starts_at is None:
            return replace(self, state=State.APPROVED, use_by=now + TO_START)
        last = self.starts_at + self.duration
        if last <= now:
            return self.ended(Ending.NOT_STARTED)
        return replace(self, state=State.SCHEDULED, use_by=last)

    def declined(self) -> "Course":
        """Somebody who was asked said no."""
        self._must_be(State.REQUESTED)
        return replace(self, state=State.DECLINED)

    def started(self, session: UUID, now: datetime) -> "Course":
        """Its person starts it in a session. Raises OutOfCourse."""
        self._must_be(State.APPROVED, State.SCHEDULED)
        if self.use_by is None or now >= self.use_by:
            raise OutOfCourse("too_late")
        if self.starts_at is not None and now < self.starts_at:
            raise OutOfCourse("too_early")
        begin = self.starts_at or now
        return replace(self, state=State.ACTIVE, session=session, started_at=now, ends_at=begin + self.duration)

    def ended(self, why: Ending) -> "Course":
        """It is over. Raises OutOfCourse where it was."""
        self._must_be(*OPEN)
        return replace(self, state=State.ENDED, ending=why)

    def over(self, now: datetime) -> Ending | None:
        """Why it has ended by now, by itself; None: it has not."""
        if self.state is State.ACTIVE and self.ends_at is not None and now >= self.ends_at:
            return Ending.EXPIRED
        waits = self.state in (State.APPROVED, State.SCHEDULED)
        if waits and self.use_by is not None and now >= self.use_by:
            return Ending.NOT_STARTED
        return None

    def in_force(self, session: UUID, now: datetime) -> bool:
        """Whether it holds in a session."""
        active = self.state is State.ACTIVE and self.session == session
        return active and self.ends_at is not None and now < self.ends_at

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise OutOfCourse("already_ended" if self.state in (State.ENDED, State.DECLINED) else f"is_{self.state}")
