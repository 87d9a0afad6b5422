"""Letting go of proofs that are good for nothing any longer."""

from datetime import timedelta

from sqlalchemy import delete

from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardPass, StepUp

KEPT = timedelta(days=30)
"""Who proved what when is in the audit trail; the rows are kept as long as ended sessions are."""
PASSES_KEPT = timedelta(days=400)


def purge(uow: UnitOfWork) -> None:
    """Delete what ended more than KEPT ago."""
    uow.session.execute(delete(StepUp).where(StepUp.ends_at < uow.now - KEPT))


def purge_passes(uow: UnitOfWork) -> None:
    """Forget what the workspace's runs obtained at gates more than a year ago: an open run may still need it."""
    uow.session.execute(delete(GuardPass).where(GuardPass.due_at < uow.now - PASSES_KEPT))
