"""Pure: what has to be there before something protected happens. Several of these make one: the strictest wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Strength(IntEnum):
    """How much a proof of who somebody is is worth; more is stronger."""

    PASSWORD = 1
    """Something known; it may have been read or guessed."""
    CODE = 2
    """Something had: a one-time code, which can still be talked out of somebody."""
    PASSKEY = 3
    """Something had that a copied page gets nothing from, after its device has verified its user."""


@dataclass(frozen=True, slots=True)
class StepUpDemand:
    """Somebody proves once more who they are. Age and strength are separate demands (RFC 9470)."""

    strength: Strength
    max_age: timedelta
    """How long ago the proof may be."""


@dataclass(frozen=True, slots=True)
class ApprovalDemand:
    """Distinct people who have to agree."""

    approvers: frozenset[str]
    """`user:<email or id>`, `group:<name>` or `schedule:<name>`; never empty."""
    count: int = 1
    """How many of them, at least 1."""

    def met_by(self, other: "ApprovalDemand") -> bool:
        """Whether whatever satisfies `other` satisfies this: at least as many, out of no other people."""
        return other.approvers <= self.approvers and other.count >= self.count


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which it does not happen, unless somebody says why it must."""

    name: str
    """Such as "Black Friday week"."""
    starts_at: datetime
    ends_at: datetime
    """The first moment after it."""

    def holds(self, now: datetime) -> bool:
        """Whether it is frozen at a moment."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Requirement:
    """All of it has to be there. Build it by `of()`, which leaves out what the rest implies."""

    approvals: frozenset[ApprovalDemand] = frozenset()
    """Each has to be met; a person counts once in each."""
    step_up: StepUpDemand | None = None
    """None: no proof is asked for."""
    asker_decides: bool = True
    """Whether whoever asks may be one of those who agree."""
    freezes: frozenset[Freeze] = frozenset()

    @classmethod
    def of(
        cls,
        approvals: Iterable[ApprovalDemand] = (),
        step_up: StepUpDemand | None = None,
        *,
        asker_decides: bool = True,
        freezes: Iterable[Freeze] = (),
    ) -> "Requirement":
        """In its one form: no approval in it is implied by another."""
        return cls(_needed(frozenset(approvals)), step_up, asker_decides, frozenset(freezes))

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return not self.approvals and self.step_up is None and not self.freezes


NOTHING = Requirement()


def strictest(first: Requirement, second: Requirement) -> Requirement:
    """The least that satisfies both: never weaker than either, whichever comes first."""
    return Requirement.of(
        first.approvals | second.approvals,
        _stronger(first.step_up, second.step_up),
        asker_decides=first.asker_decides and second.asker_decides,
        freezes=first.freezes | second.freezes,
    )


def strictest_of(requirements: Iterable[Requirement]) -> Requirement:
    """The same for any number; of none it is NOTHING."""
    found = NOTHING
    for one in requirements:
        found = strictest(found, one)
    return found


def covers(strict: Requirement, other: Requirement) -> bool:
    """Whether whatever satisfies `strict` satisfies `other` as well."""
    return (
        all(any(one.met_by(held) for held in strict.approvals) for one in other.approvals)
        and _proves(strict.step_up, other.step_up)
        and (other.asker_decides or not strict.asker_decides)
        and other.freezes <= strict.freezes
    )


def _needed(demands: frozenset[ApprovalDemand]) -> frozenset[ApprovalDemand]:
    return frozenset(one for one in demands if not any(one is not held and one.met_by(held) for held in demands))


def _stronger(first: StepUpDemand | None, second: StepUpDemand | None) -> StepUpDemand | None:
    if first is None or second is None:
        return first or second
    return StepUpDemand(max(first.strength, second.strength), min(first.max_age, second.max_age))


def _proves(held: StepUpDemand | None, wanted: StepUpDemand | None) -> bool:
    if wanted is None:
        return True
    return held is not None and held.strength >= wanted.strength and held.max_age <= wanted.max_age
