"""A workflow that was made of a source takes its address over when it is published: senders change nothing."""

from uuid import UUID

from sqlalchemy import select

from studio.audit import record
from studio.audit.taxonomy import sources as actions
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventSource
from studio.runtime.sources.service import address, target


def take_over(uow: UnitOfWork, keyring: Keyring, workflow_id: UUID) -> str | None:
    """The address of the source whose heir a workflow is, which the source has no longer; None: it is nobody's heir.

    The source closes, and keeps its events as long as it would have.
    """
    mine = EventSource.heir_id == workflow_id, EventSource.address_hash.is_not(None)
    row = uow.session.scalar(select(EventSource).where(*mine).order_by(EventSource.id).limit(1).with_for_update())
    text = address(keyring, row) if row is not None else None
    if row is None or text is None:
        return None
    row.address_hash, row.address_sealed, row.heir_id = None, None, None
    row.taken_by, row.taken_at, row.closed_at = workflow_id, uow.now, uow.now
    record(uow, actions.SOURCE_TAKEN, targets=[target(row)], metadata={"workflow": str(workflow_id)})
    return text
