"""What the API forgets. Apart from its routes, which a worker does without."""

from datetime import timedelta

from sqlalchemy import delete

from studio.api.models import IdempotencyKey
from studio.core.unit_of_work import UnitOfWork

KEPT = timedelta(hours=24)
"""For so long a repeated request gets the first one's answer."""


def purge(uow: UnitOfWork) -> None:
    """Forget the workspace's idempotency keys that are older than a day."""
    uow.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < uow.now - KEPT))
