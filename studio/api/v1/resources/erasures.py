"""A customer's data across all runs: looked for, erased once somebody agrees, reported."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes.erasures import ErasureAsk, Erasures, ErasureView
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.erasure import service
from studio.runtime.erasure.outcomes import Progress
from studio.runtime.models import CustomerErasure

TAG = "Workspace"
ALL, ONE = "/workspace/erasures", "/workspace/erasures/<uuid:erasure_id>"


@operation("GET", ALL, tag=TAG, needs="settings.manage", answer=Erasures)
def list_erasures(uow: UnitOfWork) -> Erasures:
    """The newest erasures, with what each came to."""
    return Erasures(items=[_view(one) for one in service.newest(uow)])


@operation("GET", ONE, tag=TAG, needs="settings.manage", answer=ErasureView)
def get_erasure(uow: UnitOfWork, erasure_id: UUID) -> ErasureView:
    """How far one is."""
    return _view(service.get(uow, erasure_id))


@operation("POST", ALL, tag=TAG, needs="settings.manage", body=ErasureAsk, answer=ErasureView, conflicts=True)
def ask_erasure(uow: UnitOfWork, body: ErasureAsk) -> ErasureView:
    """Look for a customer through all runs and received events. Nothing is erased before `…/confirm`."""
    return _view(service.ask(uow, body.key, body.reference))


@operation("POST", f"{ONE}/confirm", tag=TAG, needs="settings.manage", answer=ErasureView, conflicts=True)
def confirm_erasure(uow: UnitOfWork, erasure_id: UUID) -> ErasureView:
    """Erase what was found, with all that goes with it. It does not come back.

    Runs that have not ended, or that something open still needs, stay and are named: ask again once they have.
    """
    return _view(service.confirm(uow, erasure_id))


@operation("POST", f"{ONE}/withdraw", tag=TAG, needs="settings.manage", answer=ErasureView, conflicts=True)
def withdraw_erasure(uow: UnitOfWork, erasure_id: UUID) -> ErasureView:
    """Let it be, before anything was erased."""
    return _view(service.withdraw(uow, erasure_id))


def _view(row: CustomerErasure) -> ErasureView:
    return ErasureView(
        id=row.id, reference=row.reference, state=Progress(row.state), looked_at=row.looked_at,
        found_runs=row.found_runs, found_events=row.found_events, found_archived=row.found_archived,
        erased_runs=row.erased_runs, erased_events=row.erased_events, erased_archived=row.erased_archived,
        trouble=row.trouble, kept_runs=row.kept_runs, kept=[UUID(one) for one in row.kept],
        by=row.by_name, created_at=row.created_at, ended_at=row.ended_at,
    )  # fmt: skip
