"""Letting go of passes that nobody looks at any longer, and of records that have long been gone."""

from datetime import timedelta

from sqlalchemy import delete, select

from studio.connectors.models import ConnectionRecord, ConnectionSync, ConnectionSyncRun
from studio.core.unit_of_work import UnitOfWork

PASSES_KEPT = timedelta(days=30)
GONE_KEPT = timedelta(days=90)
"""What was deleted at the provider is kept so long after it was found gone."""
AT_ONCE = 5_000


def purge(uow: UnitOfWork) -> None:
    """Delete some of each, in a unit of the workspace; called every hour."""
    old = select(ConnectionSyncRun.id).where(ConnectionSyncRun.ended_at < uow.now - PASSES_KEPT).limit(AT_ONCE)
    ids = list(uow.session.scalars(old))
    if ids:
        uow.session.execute(delete(ConnectionSyncRun).where(ConnectionSyncRun.id.in_(ids)))
    for sync_id in uow.session.scalars(select(ConnectionSync.id).where(ConnectionSync.deleted > 0)).all():
        mine = ConnectionRecord.sync_id == sync_id, ConnectionRecord.changed_at < uow.now - GONE_KEPT
        gone = select(ConnectionRecord.external_id).where(*mine, ConnectionRecord.deleted_at.is_not(None))
        keys = list(uow.session.scalars(gone.order_by(ConnectionRecord.changed_at).limit(AT_ONCE)))
        if keys:
            ended = ConnectionRecord.sync_id == sync_id, ConnectionRecord.external_id.in_(keys)
            uow.session.execute(delete(ConnectionRecord).where(*ended).execution_options(synchronize_session=False))
