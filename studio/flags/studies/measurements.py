"""Measurements: what somebody did or was worth at a moment, reported by programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagEnvironment, FlagMeasurement, FlagMetric
from studio.flags.studies import units
from studio.flags.studies.taking import Taken, insert_new, moment_problem

LARGEST = 1e12
"""Of one value, so that sums of squares stay numbers."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of one unit."""

    id: str
    """The program's own, at most 64 characters: sent again, it counts once."""
    metric: str
    unit: str
    value: float
    """In the metric's unit; of a proportion anything above 0 says that it happened."""
    at: datetime


def take(uow: UnitOfWork, place: FlagEnvironment, given: Sequence[Measurement]) -> Taken:
    """Keep each once. They count for whoever was exposed before, in any study of the environment."""
    known = {row.key: row.id for row in uow.session.execute(select(FlagMetric.key, FlagMetric.id))}
    hashes = units.hashes(uow, place, {one.unit for one in given})
    refused, found = list[FieldProblem](), dict[str, dict[str, Any]]()
    good = 0
    for index, one in enumerate(given):
        if problem := _problem(one, known, uow.now, f"measurements.{index}"):
            refused.append(problem)
            continue
        good += 1
        found.setdefault(one.id, {
            "environment_id": place.id, "event_id": one.id, "metric_id": known[one.metric], "unit": hashes[one.unit],
            "value": one.value, "at": one.at, "workspace_id": uow.workspace,
        })  # fmt: skip
    counted = insert_new(uow, FlagMeasurement, [found[key] for key in sorted(found)])
    return Taken(counted, good - counted, 0, refused)


def _problem(one: Measurement, known: dict[str, UUID], now: datetime, path: str) -> FieldProblem | None:
    if one.metric not in known:
        said = _("There is no metric “%(key)s”.", key=one.metric[:60])
        return FieldProblem(f"{path}.metric", "study.unknown_metric", said)
    if not isfinite(one.value) or abs(one.value) > LARGEST:
        said = _("A value lies between -1,000,000,000,000 and 1,000,000,000,000.")
        return FieldProblem(f"{path}.value", "study.bad_value", said)
    return moment_problem(one.at, now, f"{path}.at")
