"""Pure: what is still lacking of a requirement, once some of it was obtained."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.contract.protecting import NOTHING, ApprovalDemand, Requirement, Strength, covers, strictest_of


@dataclass(frozen=True, slots=True)
class Proved:
    """Somebody has proved who they are."""

    strength: Strength
    at: datetime


@dataclass(frozen=True, slots=True)
class Obtained:
    """What was obtained for one content."""

    agreed: tuple[Requirement, ...] = ()
    """People who have agreed, one for each gate at which they did."""
    proofs: tuple[Proved, ...] = ()


def lacks(requirement: Requirement, obtained: Obtained, now: datetime) -> Requirement:
    """What is not there; NOTHING: all is. Freezes are left out: they are no thing to be obtained.

    Each approval has to have been met at one gate as a whole, as in the proof; and one proof has to be both strong
    and young enough.
    """
    left = [part for part in _parts(requirement) if not _met(part, obtained)]
    wanted = requirement.step_up
    if wanted is not None and not any(
        one.strength >= wanted.strength and timedelta() <= now - one.at <= wanted.max_age for one in obtained.proofs
    ):
        left.append(Requirement.of(step_up=wanted))
    return strictest_of(left) if left else NOTHING


def alike(requirement: Requirement) -> Requirement:
    """The same with people and groups in one case: they are the same in any."""
    demands = [
        ApprovalDemand(frozenset(one.strip().casefold() for one in demand.approvers), demand.count)
        for demand in requirement.approvals
    ]
    return Requirement.of(
        demands, requirement.step_up, asker_decides=requirement.asker_decides, freezes=requirement.freezes
    )


def demands(rows: Iterable[dict[str, object]]) -> list[ApprovalDemand]:
    """Approvers and counts, as rows keep them."""
    return [_demand(row) for row in rows]


def stored(demanded: Iterable[ApprovalDemand]) -> list[dict[str, object]]:
    """The other way round, in one order."""
    ordered = sorted(demanded, key=lambda one: (sorted(one.approvers), one.count))
    return [{"approvers": sorted(one.approvers), "count": one.count} for one in ordered]


def _demand(row: dict[str, object]) -> ApprovalDemand:
    people, count = row["approvers"], row["count"]
    assert isinstance(people, list) and isinstance(count, int)  # noqa: S101, PT018 - as stored() wrote it
    return ApprovalDemand(frozenset(people), count)


def _met(part: Requirement, obtained: Obtained) -> bool:
    wanted = alike(part)
    return any(covers(alike(held), wanted) for held in obtained.agreed)


def _parts(requirement: Requirement) -> Iterator[Requirement]:
    for demand in requirement.approvals:
        yield Requirement.of([demand], asker_decides=requirement.asker_decides)
