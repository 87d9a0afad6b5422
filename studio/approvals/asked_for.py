"""Runs that open requests are about: they are kept until those are decided."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.approvals.models import Request
from studio.core.unit_of_work import UnitOfWork


def of_runs(uow: UnitOfWork, run_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these runs that a request without an end was asked by."""
    about = select(Request.run_id).where(Request.run_id.in_(run_ids), Request.closed_at.is_(None))
    return [run_id for run_id in uow.session.scalars(about) if run_id is not None]
