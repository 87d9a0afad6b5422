"""What programs report, one by one: which are taken, which were there before, which are refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagExposure, FlagMeasurement

MOST = 1_000
"""Of one report."""
AHEAD = timedelta(minutes=5)
"""How far a program's clock may be ahead."""
BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report."""

    counted: int
    duplicates: int
    """Known before, or twice in the report: they count once."""
    outside: int
    """Nothing is wrong with them, and no study counts them."""
    refused: Sequence[FieldProblem]
    """By path, such as `exposures.3.at`. The others of the report were taken."""


def moment_problem(at: datetime, now: datetime, path: str) -> FieldProblem | None:
    """What is wrong with when it is said to have been."""
    if at - now > AHEAD:
        return FieldProblem(path, "study.future", _("This lies in the future. Look at the clock of the program."))
    if now - at > BACK:
        return FieldProblem(path, "study.too_old", _("This is older than 7 days and is not counted any more."))
    return None


def insert_new(
    uow: UnitOfWork, model: type[FlagExposure] | type[FlagMeasurement], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Write those that are not there, in one statement; how many. Sorted, two reports never wait crosswise."""
    if not rows:
        return 0
    writing = (postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite).insert(model)
    statement = writing.values(list(rows)).on_conflict_do_nothing().returning(model.workspace_id)
    return len(uow.session.scalars(statement).all())
