"""Pure rules of access reviews: who is asked about whom, what may be answered, what silence means, when it repeats."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from studio.accounts.outcomes import Role
from studio.accounts.permissions import REGISTRY, allowed
from studio.oversight.reviews.outcomes import Answer, Cause, Silence

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=366)
"""From a review's start to its due date."""
OWNERS_HAVE = timedelta(days=7)
"""What the owners get where silence hands over to them."""
MONTHS = range(1, 25)
REMIND_BEFORE = (timedelta(days=3), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Reviewers:
    """Whom a review asks. What is said of one seat goes before the rest."""

    people: tuple[UUID, ...] = ()
    group: str = ""
    """Name of an approver group; its people as they are when the review begins."""
    inviters: bool = False
    """Whoever gave each person the seat; `people` where that is nobody here."""
    seats: Mapping[UUID, UUID] = field(default_factory=dict)
    """Reviewers of single seats: seat to person."""

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "people": [str(one) for one in self.people],
            "group": self.group,
            "inviters": self.inviters,
            "seats": {str(seat): str(person) for seat, person in self.seats.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reviewers":
        """The reverse of to_json()."""
        return cls(
            tuple(UUID(one) for one in kept["people"]),
            kept["group"],
            kept["inviters"],
            {UUID(seat): UUID(person) for seat, person in kept["seats"].items()},
        )


def may_review(role: Role) -> bool:
    """Whether a seat may be asked about others: not an auditor's, which only reads."""
    return allowed("review.answer", role)


def asked_about(
    user_id: UUID, wanted: Sequence[Iterable[UUID | None]], owners: Collection[UUID], working: Collection[UUID]
) -> list[UUID]:
    """Who is asked about one person: the first of the `wanted` lists that has anybody, or else the owners.

    `working` are those who may review. Nobody else is asked, and never that person; empty where nobody is left.
    """
    for candidates in (*wanted, sorted(owners)):
        found = dict.fromkeys(one for one in candidates if one is not None and one in working and one != user_id)
        if found:
            return list(found)
    return []


def may_answer(
    person: UUID, about: UUID, reviewers: Collection[UUID], owners: Collection[UUID], working: Collection[UUID]
) -> bool:
    """Whether somebody may answer now. The owners may where no reviewer has a working seat any more."""
    if person == about or person not in working:
        return False
    left = [one for one in reviewers if one in working and one != about]
    return person in left if left else person in owners


def roles_offered(current: Role, reviewer: Role) -> list[Role]:
    """What a seat may be made by whom. Who manages no seats may only make it less: a review gives nobody rights."""
    if allowed("member.manage", reviewer):
        return [role for role in Role if role is not current and (reviewer is Role.OWNER or role is not Role.OWNER)]
    return [role for role in Role if role is not current and _rights(role) < _rights(current)]


def _rights(role: Role) -> frozenset[str]:
    return frozenset(name for name, one in REGISTRY.items() if role in one.roles)


def silent(silence: Silence, role: Role, *, handed: bool) -> tuple[Answer, Cause] | None:
    """What a seat becomes that nobody has answered about; None: the owners are asked first.

    Silence never takes an owner's seat: who starts a review need not be an owner.
    """
    if silence is Silence.OWNER and not handed:
        return None
    if silence is Silence.REMOVE:
        return (Answer.KEEP, Cause.OWNER_STAYS) if role is Role.OWNER else (Answer.REMOVE, Cause.SILENCE)
    return Answer.KEEP, Cause.SILENCE


def reminders(now: datetime, due_at: datetime) -> list[datetime]:
    """When reviewers are reminded: what is still to come, and not in the review's first hours."""
    return [due_at - before for before in REMIND_BEFORE if due_at - before > now + timedelta(hours=12)]


def months_later(start: datetime, months: int, time_zone: str) -> datetime:
    """The same day and time of day by a zone's clock; the last day of a month that is too short."""
    zone = ZoneInfo(time_zone)
    local = start.astimezone(zone)
    number = local.month - 1 + months
    year, month = local.year + number // 12, number % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day, fold=0).astimezone(start.tzinfo)
