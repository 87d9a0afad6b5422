"""A run has ended: what it has asked, and waits for no longer, is settled where all have agreed, else taken back."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals.models import Request
from studio.approvals.outcomes import RequestState
from studio.approvals.service import asking, between, rows
from studio.core.unit_of_work import UnitOfWork


def cancelled(uow: UnitOfWork, run_id: UUID, reason: str) -> None:
    """Somebody has ended it."""
    _take_back(uow, run_id, reason)


def ended(uow: UnitOfWork, run_id: UUID, state: str) -> None:
    """It has come to its end by itself: `succeeded` or `failed`."""
    failed = state == "failed"
    if state == "succeeded":
        _settle(uow, run_id)
    _take_back(uow, run_id, _("Its run has failed.") if failed else _("Its run has ended without waiting for it."))


def _settle(uow: UnitOfWork, run_id: UUID) -> None:
    """What has agreed in every stage that the run wanted is approved."""
    agreed = select(Request.id).where(Request.run_id == run_id, Request.state == RequestState.BETWEEN)
    for request_id in uow.session.scalars(agreed.order_by(Request.id)).all():
        request = rows.locked(uow, request_id)
        if request.state == RequestState.BETWEEN:
            between.settle(uow, request)


def _take_back(uow: UnitOfWork, run_id: UUID, reason: str) -> None:
    left = select(Request.id).where(Request.run_id == run_id, Request.closed_at.is_(None)).order_by(Request.id)
    for request_id in uow.session.scalars(left).all():
        asking.withdraw(uow, request_id, reason)
