"""A run has ended: what it has asked, and waits for no longer, is taken back."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals.models import Request
from studio.approvals.service import asking
from studio.core.unit_of_work import UnitOfWork


def cancelled(uow: UnitOfWork, run_id: UUID, reason: str) -> None:
    """Somebody has ended it."""
    _take_back(uow, run_id, reason)


def ended(uow: UnitOfWork, run_id: UUID, state: str) -> None:
    """It has come to its end by itself: `succeeded` or `failed`."""
    failed = state == "failed"
    _take_back(uow, run_id, _("Its run has failed.") if failed else _("Its run has ended without waiting for it."))


def _take_back(uow: UnitOfWork, run_id: UUID, reason: str) -> None:
    left = select(Request.id).where(Request.run_id == run_id, Request.closed_at.is_(None)).order_by(Request.id)
    for request_id in uow.session.scalars(left).all():
        asking.withdraw(uow, request_id, reason)
