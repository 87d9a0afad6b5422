"""The part of accounts when somebody leaves, the last one: seat, sessions and tokens. Implements `Part`."""

from collections.abc import Mapping

from sqlalchemy import func, select

from studio.accounts.models import ApiToken, Seat, Secret, UserSession
from studio.accounts.service import members
from studio.contract.leaving import NAMES, Fate, Holding, Leave
from studio.core.unit_of_work import UnitOfWork

_PERSON = "the person's own, which seats in other workspaces need as well"


class AccountsPart:
    """What somebody is here."""

    name = "accounts"
    columns: Mapping[str, str] = {
        "seat.user_id": "taken away",
        "user_session.user_id": "ended where they are in this workspace",
        "api_token.user_id": "ended: a program acts for a person who is here",
        "secret.created_by": "secrets are the workspace's",
        "secret.updated_by": "secrets are the workspace's",
        "sign_in_identity.user_id": "kept: whoever gets the seat back is the same person at the provider",
        "sign_in_attempt.user_id": "over within a quarter of an hour",
        "sign_in_provider.updated_by": "the provider is the workspace's",
        "password_reset.user_id": _PERSON,
        "user_passkey.user_id": _PERSON,
        "user_passkey_registration.user_id": _PERSON,
        "user_totp.user_id": _PERSON,
        "user_recovery_code.user_id": _PERSON,
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Seat, sessions, tokens, and secrets whose value they know."""
        who = leave.who.id
        live = (UserSession.user_id == who, UserSession.workspace_id == uow.workspace, UserSession.revoked_at.is_(None))
        sessions = select(func.count()).select_from(UserSession).where(*live, UserSession.expires_at > uow.now)
        tokens = uow.session.scalars(
            select(ApiToken.name).where(ApiToken.user_id == who, ApiToken.revoked_at.is_(None)).order_by(ApiToken.id)
        ).all()
        knows = (Secret.created_by == who) | (Secret.updated_by == who)
        secrets = uow.session.scalars(select(Secret.name).where(knows).order_by(Secret.name)).all()
        found = [
            Holding("seat", 1, Fate.ENDED),
            Holding("sessions", uow.session.scalar(sessions) or 0, Fate.ENDED),
            Holding("tokens", len(tokens), Fate.ENDED, tuple(tokens[:NAMES])),
            Holding("secrets", len(secrets), Fate.KEPT, tuple(secrets[:NAMES])),
        ]
        return [one for one in found if one.count]

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Take the seat away, by the service that keeps the last owner."""
        seat_id = uow.session.scalars(select(Seat.id).where(Seat.user_id == leave.who.id)).one()
        members.disable(uow, seat_id)
