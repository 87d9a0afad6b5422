"""Letting go of sessions, links and counters that nobody can use any longer."""

from datetime import timedelta

from sqlalchemy import delete, or_

from studio.accounts.factor_models import PasskeyRegistration
from studio.accounts.models import AttemptCounter, PasswordReset, UserSession
from studio.core.unit_of_work import UnitOfWork

KEPT = timedelta(days=30)
"""Ended sessions and used links are kept this long, for whoever asks who was signed in."""


def purge(uow: UnitOfWork) -> None:
    """Delete what ended more than KEPT ago, and challenges that nobody can answer any more."""
    before = uow.now - KEPT
    for ended in (
        delete(UserSession).where(or_(UserSession.expires_at < before, UserSession.revoked_at < before)),
        delete(PasswordReset).where(PasswordReset.expires_at < before),
        delete(AttemptCounter).where(AttemptCounter.since < before),
        delete(PasskeyRegistration).where(PasskeyRegistration.expires_at < uow.now),
    ):
        uow.session.execute(ended)
