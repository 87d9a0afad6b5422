"""Labels: what a step says about its run, by which runs are found. One value a key, MOST of them a run."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunLabel

MOST = 20
LONGEST_VALUE = 120
"""Characters of a value."""


def put(uow: UnitOfWork, run_id: UUID, key: str, value: str) -> None:
    """Say it; an empty value takes the label away. Raises InvalidInput where the run has MOST already."""
    row = uow.session.get(RunLabel, (run_id, key))
    if not value:
        if row is not None:
            uow.session.delete(row)
    elif row is not None:
        row.value = value
    else:
        mine = select(func.count()).select_from(RunLabel).where(RunLabel.run_id == run_id)
        if (uow.session.scalar(mine) or 0) >= MOST:
            said = _("A run has at most %(count)s labels. Nothing was labelled.", count=MOST)
            raise InvalidInput(said, code="label.too_many", field="config.key")
        uow.session.add(RunLabel(run_id=run_id, key=key, value=value))
        uow.session.flush()


def of_run(uow: UnitOfWork, run_id: UUID) -> dict[str, str]:
    """Those of one run, by key."""
    found = select(RunLabel.key, RunLabel.value).where(RunLabel.run_id == run_id).order_by(RunLabel.key)
    return {key: value for key, value in uow.session.execute(found)}  # noqa: C416 - dict() of rows has no types


def of_runs(uow: UnitOfWork, run_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Those of several, by run and key; runs without any are left out."""
    found = select(RunLabel.run_id, RunLabel.key, RunLabel.value).where(RunLabel.run_id.in_(run_ids))
    made: dict[UUID, dict[str, str]] = {}
    for run_id, key, value in uow.session.execute(found.order_by(RunLabel.run_id, RunLabel.key)):
        made.setdefault(run_id, {})[key] = value
    return made
