"""What of each run the list shows beside its name, as each person chooses."""

from collections.abc import Sequence
from enum import StrEnum

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunColumns


class Column(StrEnum):
    """In the order in which they stand."""

    STATE = "state"
    WORKFLOW = "workflow"
    VERSION = "version"
    STARTED = "started"
    ENDED = "ended"
    TOOK = "took"
    ERROR = "error"
    """The code of what ended it."""
    ID = "id"


USUAL = (Column.STATE, Column.WORKFLOW, Column.STARTED, Column.TOOK)


def chosen(uow: UnitOfWork) -> tuple[Column, ...]:
    """Of whoever asks; the usual ones where nothing was chosen, or nobody is known who could."""
    row = _row(uow)
    return tuple(one for one in Column if one.value in row.columns) if row is not None else USUAL


def choose(uow: UnitOfWork, columns: Sequence[Column]) -> tuple[Column, ...]:
    """From now on, in this workspace. None of them: the run's name alone. Raises Conflict where nobody is known."""
    user_id = uow.actor.user_id
    if user_id is None:
        raise Conflict(_("Columns are chosen by a person."), code="run_columns.nobody", resource="run_columns")
    kept = [one.value for one in Column if one in columns]
    row = _row(uow)
    if row is None:
        uow.session.add(RunColumns(workspace_id=uow.workspace, user_id=user_id, columns=kept))
    else:
        row.columns = kept
    uow.session.flush()
    return chosen(uow)


def _row(uow: UnitOfWork) -> RunColumns | None:
    user_id = uow.actor.user_id
    return uow.session.get(RunColumns, (uow.workspace, user_id)) if user_id is not None else None
