"""The person who started a run by hand."""

from uuid import UUID

from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, Run


def starter_of(uow: UnitOfWork, run_id: UUID) -> UUID | None:
    """Whoever started it, or the run that called it. None: a trigger did, or it was started before this was kept."""
    run = uow.session.get(Run, run_id)
    while run is not None and run.parent_run_id is not None:
        run = uow.session.get(Run, run.parent_run_id)
    event = uow.session.get(Event, run.event_id) if run is not None and run.event_id is not None else None
    return parse_id(str((event.meta or {}).get("by_id") or "")) if event is not None else None
