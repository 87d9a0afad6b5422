"""API tokens: shown once, stored hashed, never able to do more than their person's seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from studio.accounts import permissions, policy, trail
from studio.accounts.identity import Person
from studio.accounts.models import ApiToken, Seat, User
from studio.accounts.service import sessions
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import crypto, tenancy, web
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.keyset import Page, page
from studio.core.unit_of_work import UnitOfWork

PREFIX = "stu_"
PAGE = 50
_SHOWN = slice(26, 32)
"""Letters behind the workspace's, within the random part: enough to tell tokens apart."""


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh token: the only time that its text exists outside of whoever keeps it."""

    text: str
    row: ApiToken


def load(uow: UnitOfWork, text: str) -> Person | None:
    """The person that a token acts for; None where it does not work (any more)."""
    workspace_id = crypto.workspace_of(text, PREFIX)
    if workspace_id is None:
        return None
    tenancy.bind(uow.session, workspace_id=workspace_id)
    token = uow.session.scalar(
        select(ApiToken)
        .options(joinedload(ApiToken.user))
        .where(ApiToken.token_hash == crypto.hash_token(text), ApiToken.revoked_at.is_(None))
    )
    if token is None or (token.expires_at is not None and token.expires_at <= uow.now):
        return None
    if token.user.disabled_at is not None:
        return None
    _touch_later(uow, token)
    return _person(uow, token, token.user)


def create(
    uow: UnitOfWork,
    *,
    name: str,
    scopes: Sequence[str],
    user_id: UUID,
    expires_at: datetime | None = None,
) -> Made:
    """Make a token that acts for a person of this workspace."""
    unknown = sorted(set(scopes) - set(permissions.SCOPES))
    if unknown or not scopes:
        problem = FieldProblem(
            "scopes", "unknown_scope", _("Choose from %(scopes)s.", scopes=", ".join(permissions.SCOPES))
        )
        raise InvalidInput(_("A token needs at least one known scope."), problems=[problem])
    _hold_seat(uow, user_id)
    given = " ".join(sorted(set(scopes)))
    _pass(uow, "create", name.strip(), given, str(user_id))
    text, hashed = crypto.mint(uow.workspace, PREFIX)
    row = ApiToken(
        user_id=user_id,
        name=name.strip(),
        prefix=text.removeprefix(PREFIX)[_SHOWN],
        token_hash=hashed,
        scopes=sorted(set(scopes)),
        created_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(row)
    uow.session.flush()
    trail.record(uow, "token.created", ("api_token", row.id, row.name), scopes=row.scopes)
    return Made(text, row)


def revoke(uow: UnitOfWork, token_id: UUID | None) -> ApiToken:
    """End a token at once."""
    row = tenancy.get(uow.session, ApiToken, token_id, "api_token")
    if row.revoked_at is None:
        _pass(uow, "revoke", row.name, " ".join(row.scopes), str(row.id))
        row.revoked_at = uow.now
        trail.record(uow, "token.revoked", ("api_token", row.id, row.name))
    return row


def revoke_all(uow: UnitOfWork, user_id: UUID) -> None:
    """End all tokens of a person here, for good: a seat that is given back later revives none."""
    uow.session.flush()
    query = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    for row in uow.session.scalars(query.order_by(ApiToken.id)).all():
        revoke(uow, row.id)


def _pass(uow: UnitOfWork, verb: str, name: str, scopes: str, about: str) -> None:
    """Where the workspace has a policy for it."""
    what = _("API token %(name)s: %(verb)s", name=name, verb=verb)
    payload = {"do": verb, "name": name, "scopes": scopes, "about": about}
    gates.current().require(uow, Act("api_token.rotate", what, payload, {"name": name, "scopes": scopes}))


def live(uow: UnitOfWork, *, before: UUID | None = None, after: UUID | None = None) -> Page[ApiToken]:
    """The workspace's tokens that still work, newest first, with their people, a page at a time."""
    found = select(ApiToken).options(joinedload(ApiToken.user)).where(ApiToken.revoked_at.is_(None))
    return page(uow.session, found, ApiToken.id, before=before, after=after, limit=PAGE)


def _hold_seat(uow: UnitOfWork, user_id: UUID) -> None:
    """A token made while its person's seat is taken away would outlive it: one of the two waits. Raises Conflict."""
    held = select(Seat.id).where(Seat.user_id == user_id, Seat.disabled_at.is_(None))
    if uow.session.scalar(held.with_for_update(read=True)) is None:
        raise Conflict(_("Tokens act for a seat, and this person has none here."), code="no_seat")


def _person(uow: UnitOfWork, token: ApiToken, user: User) -> Person | None:
    seats = sessions.seats_of(uow, user.id)
    seat = next((seat for seat in seats if seat.workspace_id == token.workspace_id), None)
    if seat is None:
        return None
    return Person(
        user_id=user.id,
        email=user.email,
        name=user.name,
        theme=user.theme,
        own_time_zone=user.time_zone,
        own_locale=user.locale,
        seats=(seat,),
        seat=seat,
        token_id=token.id,
        token_name=token.name,
        scopes=frozenset(token.scopes),
    )


def _touch_later(uow: UnitOfWork, token: ApiToken) -> None:
    used, now = token.last_used_at, uow.now
    if used is not None and now - used <= policy.TOUCH_EVERY:
        return
    database, token_id, workspace_id = web.database(), token.id, token.workspace_id

    def touch() -> None:
        with database.unit(workspace_id) as unit:
            unit.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))

    uow.after_commit(touch)
