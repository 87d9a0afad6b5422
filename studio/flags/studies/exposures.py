"""Exposures: who was seen where a flag decides. The arm is worked out here, never taken from the program."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.evaluation import hashing
from studio.flags.models import Flag, FlagEnvironment, FlagExposure, FlagRollout, FlagRolloutEvent
from studio.flags.ramps.arms import MONITORED, Arm, arm_of
from studio.flags.rollouts import rows
from studio.flags.studies import units
from studio.flags.studies.taking import Taken, insert_new, moment_problem


@dataclass(frozen=True, slots=True)
class Exposure:
    """Somebody got an answer of a flag."""

    flag: str
    unit: str
    """The value of the field that the rollout is sticky on, such as the user's id."""
    at: datetime


@dataclass(frozen=True, slots=True)
class _Study:
    """A rollout with the shares that it had, and since when."""

    row: FlagRollout
    since: Sequence[datetime]
    shares: Sequence[float]

    def arm(self, unit: str, at: datetime) -> Arm:
        """In which arm a unit was at a moment; above the monitored share, or without a control, in none."""
        index = bisect_right(self.since, at) - 1
        share = self.shares[index] if index >= 0 else 0.0
        if not 0 < share <= MONITORED or not self.row.plan["control"]:
            return Arm.NONE
        number = hashing.bucket(rows.title_of(self.row), unit, rows.BUCKETS)
        return arm_of(number, share, control=True, buckets=rows.BUCKETS)


def take(uow: UnitOfWork, place: FlagEnvironment, given: Sequence[Exposure]) -> Taken:
    """Count each unit once, in the arm of its first report."""
    studies = _studies(uow, place, {one.flag for one in given})
    hashes = units.hashes(uow, place, {one.unit for one in given})
    refused, outside, found = list[FieldProblem](), 0, list[dict[str, Any]]()
    last: dict[FlagRollout, datetime] = {}
    for index, one in enumerate(given):
        if problem := _problem(one, studies, uow.now, f"exposures.{index}"):
            refused.append(problem)
            continue
        study = studies[one.flag]
        arm = study.arm(one.unit, one.at) if study else Arm.NONE
        if study is None or arm is Arm.NONE:
            outside += 1
            continue
        last[study.row] = max(one.at, last.get(study.row, one.at))
        found.append({"study_id": study.row.id, "unit": hashes[one.unit], "arm": arm.value, "first_at": one.at,
                      "workspace_id": uow.workspace})  # fmt: skip
    first = _earliest(found)
    counted = insert_new(uow, FlagExposure, [first[key] for key in sorted(first)])
    _seen(uow, last)
    return Taken(counted, len(found) - counted, outside, refused)


def _earliest(found: Sequence[dict[str, Any]]) -> dict[tuple[UUID, bytes], dict[str, Any]]:
    kept: dict[tuple[UUID, bytes], dict[str, Any]] = {}
    for one in found:
        key = (one["study_id"], one["unit"])
        if key not in kept or one["first_at"] < kept[key]["first_at"]:
            kept[key] = one
    return kept


def _problem(one: Exposure, studies: dict[str, _Study | None], now: datetime, path: str) -> FieldProblem | None:
    if one.flag not in studies:
        return FieldProblem(f"{path}.flag", "study.unknown_flag", _("There is no flag “%(key)s”.", key=one.flag[:100]))
    return moment_problem(one.at, now, f"{path}.at")


def _studies(uow: UnitOfWork, place: FlagEnvironment, keys: set[str]) -> dict[str, _Study | None]:
    """By the flag's key; None: no rollout of it has begun there. Flags that there are not are left out."""
    live = (FlagRollout.environment_id == place.id) & FlagRollout.state.in_(rows.LIVE)
    query = select(Flag.key, FlagRollout).outerjoin(FlagRollout, (FlagRollout.flag_id == Flag.id) & live)
    return {
        key: _study(uow, row) if row is not None else None
        for key, row in uow.session.execute(query.where(Flag.key.in_(keys)))
    }


def _study(uow: UnitOfWork, row: FlagRollout) -> _Study:
    query = select(FlagRolloutEvent.at, FlagRolloutEvent.share).where(FlagRolloutEvent.rollout_id == row.id)
    known = uow.session.execute(query.order_by(FlagRolloutEvent.id)).all()
    return _Study(row, [one.at for one in known], [one.share for one in known])


def _seen(uow: UnitOfWork, last: dict[FlagRollout, datetime]) -> None:
    """Note when anybody was last seen, to the second: reports come one after the other, and each would lock the row."""
    for row, at in last.items():
        older = or_(FlagRollout.last_exposure_at.is_(None), FlagRollout.last_exposure_at < at - timedelta(seconds=1))
        uow.session.execute(update(FlagRollout).where(FlagRollout.id == row.id, older).values(last_exposure_at=at))
