"""Exposures: who was seen where a flag decides. The arm is worked out here, never taken from the program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagEnvironment, FlagExperiment, FlagExposure, FlagRollout
from studio.flags.studies import arms, units
from studio.flags.studies.arms import Study
from studio.flags.studies.taking import Taken, insert_new, moment_problem


@dataclass(frozen=True, slots=True)
class Exposure:
    """Somebody got an answer of a flag."""

    flag: str
    unit: str
    """The value of the field that the study is sticky on, such as the user's id."""
    at: datetime
    variant: str | None = None
    """What the program gave, where it says so. Another arm's is counted as such; one of no arm is no exposure."""
    context: Mapping[str, Any] | None = None
    """What the program told the flag, as clients send it; whom the study does not mean by it is not counted."""


def take(uow: UnitOfWork, place: FlagEnvironment, given: Sequence[Exposure]) -> Taken:
    """Count each unit once, in its arm, from the moment of its first report."""
    studies = arms.of_flags(uow, place, {one.flag for one in given})
    hashes = units.hashes(uow, place, {one.unit for one in given})
    refused, outside, found = list[FieldProblem](), 0, list[dict[str, Any]]()
    last: dict[FlagRollout | FlagExperiment, datetime] = {}
    for index, one in enumerate(given):
        if problem := _problem(one, studies, uow.now, f"exposures.{index}"):
            refused.append(problem)
            continue
        counted = [row for study in studies[one.flag] if (row := _row(uow, study, one, hashes[one.unit]))]
        outside += not counted
        found += counted
        if counted:
            for study in studies[one.flag]:
                last[study.row] = max(one.at, last.get(study.row, one.at))
    first = _earliest(found)
    counted_new = insert_new(uow, FlagExposure, [first[key] for key in sorted(first)])
    _cross(uow, found)
    _seen(uow, last)
    return Taken(counted_new, len(found) - counted_new, outside, refused)


def _row(uow: UnitOfWork, study: Study, one: Exposure, unit: bytes) -> dict[str, Any] | None:
    """What is kept of it; None: the study does not count it."""
    arm = study.arm(one.unit, one.at) if study.means(one.unit, one.context, one.at) else None
    crossed = study.crossed(arm, one.variant) if arm is not None else None
    if arm is None or crossed is None:
        return None
    return {"study_id": study.row.id, "unit": unit, "arm": arm, "first_at": one.at, "crossed": crossed,
            "workspace_id": uow.workspace}  # fmt: skip


def _earliest(found: Sequence[dict[str, Any]]) -> dict[tuple[UUID, bytes], dict[str, Any]]:
    kept: dict[tuple[UUID, bytes], dict[str, Any]] = {}
    for one in found:
        key = (one["study_id"], one["unit"])
        if key not in kept or one["first_at"] < kept[key]["first_at"]:
            kept[key] = one
    return kept


def _cross(uow: UnitOfWork, found: Sequence[Mapping[str, Any]]) -> None:
    """Note who was given another arm's variant, counted before or not; nobody is counted anew for it."""
    crossed: dict[UUID, set[bytes]] = {}
    for one in found:
        if one["crossed"]:
            crossed.setdefault(one["study_id"], set()).add(one["unit"])
    for study_id, names in sorted(crossed.items()):
        mine = select(FlagExposure.unit).where(
            FlagExposure.study_id == study_id, FlagExposure.unit.in_(sorted(names)), FlagExposure.crossed.is_(False)
        )  # fmt: skip
        due = list(uow.session.scalars(mine.order_by(FlagExposure.unit).with_for_update()))
        if due:
            rows = FlagExposure.study_id == study_id, FlagExposure.unit.in_(due)
            uow.session.execute(update(FlagExposure).where(*rows).values(crossed=True))


def _problem(one: Exposure, studies: Mapping[str, Sequence[Study]], now: datetime, path: str) -> FieldProblem | None:
    if one.flag not in studies:
        return FieldProblem(f"{path}.flag", "study.unknown_flag", _("There is no flag “%(key)s”.", key=one.flag[:100]))
    return moment_problem(one.at, now, f"{path}.at")


def _seen(uow: UnitOfWork, last: Mapping[FlagRollout | FlagExperiment, datetime]) -> None:
    """Note when anybody was last seen, to the second: reports come one after the other, and each would lock the row."""
    for row, at in last.items():
        model = type(row)
        older = or_(model.last_exposure_at.is_(None), model.last_exposure_at < at - timedelta(seconds=1))
        uow.session.execute(update(model).where(model.id == row.id, older).values(last_exposure_at=at))
