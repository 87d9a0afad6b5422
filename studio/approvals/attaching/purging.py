"""Letting the files of ended requests go with the workspace's retention. Their names and hashes stay."""

from datetime import timedelta

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.approvals.models import Attachment, Request
from studio.core.files import storing
from studio.core.unit_of_work import UnitOfWork

MOST = 200
"""Files of one turn."""


def purge(uow: UnitOfWork) -> int:
    """Let go the files of requests that ended longer ago than the workspace keeps runs; returns how many."""
    days = uow.session.scalar(select(Workspace.retention_days).where(Workspace.id == uow.workspace))
    if days is None:
        return 0
    query = (
        select(Attachment)
        .join(Request, Request.id == Attachment.request_id)
        .where(Attachment.file_id.is_not(None), Request.closed_at < uow.now - timedelta(days=days))
        .limit(MOST)
    )
    found = list(uow.session.scalars(query))
    files = [one.file_id for one in found if one.file_id is not None]
    for one in found:
        one.file_id = None
    uow.session.flush()
    if files:
        storing.remove(uow, files)
    return len(files)
