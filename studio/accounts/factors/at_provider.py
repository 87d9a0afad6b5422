"""A proof by the workspace's sign-in provider: it has just asked the person anew, in this very session."""

from uuid import UUID

from sqlalchemy import update

from studio.accounts.federation_models import SignInAttempt
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork


def use(uow: UnitOfWork, user_id: UUID, text: str) -> bool:
    """Whether `text` names a way back from the provider that proves it; it does so once."""
    attempt_id, session_id = ids.parse_id(text), ids.parse_id(uow.actor.origin.session_id or "")
    if attempt_id is None or session_id is None or uow.workspace_id is None:
        return False
    proof = update(SignInAttempt).where(
        SignInAttempt.id == attempt_id, SignInAttempt.user_id == user_id, SignInAttempt.session_id == session_id,
        SignInAttempt.proved_at.is_not(None), SignInAttempt.ends_at > uow.now,
    )  # fmt: skip
    return uow.session.execute(proof.values(proved_at=None).returning(SignInAttempt.id)).first() is not None
