"""Server-side sessions: opened at sign-in, looked up on each request, revoked at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select, update

from studio.accounts import elevation, policy, trail
from studio.accounts.identity import Person, SeatFacts
from studio.accounts.models import Seat, User, UserSession, Workspace
from studio.accounts.outcomes import Role
from studio.core import rng, tenancy, web
from studio.core.crypto import hash_token
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def start(
    uow: UnitOfWork, user_id: UUID, workspace_id: UUID | None, *, by_provider: bool = False
) -> tuple[str, UserSession]:
    """Open a session; returns the token for the cookie, which is stored nowhere else.

    `by_provider`: the workspace's sign-in provider vouches for the person, so it leads nowhere else.
    """
    token = rng.token()
    row = UserSession(
        token_hash=hash_token(token),
        user_id=user_id,
        workspace_id=workspace_id,
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=uow.now + policy.SESSION_LIFETIME,
        ip=uow.actor.origin.ip,
        user_agent=uow.actor.origin.user_agent,
        by_provider=by_provider,
    )
    uow.session.add(row)
    uow.session.flush()
    return token, row


def load(uow: UnitOfWork, token: object) -> Person | None:
    """The person of a session token; None where the session has ended or the person is disabled."""
    if not isinstance(token, str):
        return None
    found = uow.session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hash_token(token))
    ).one_or_none()
    if found is None:
        return None
    row, user = found
    alive = policy.session_lives(now=uow.now, seen_at=row.seen_at, expires_at=row.expires_at, revoked_at=row.revoked_at)
    if not alive or user.disabled_at is not None:
        return None
    if uow.now - row.seen_at > policy.TOUCH_EVERY:
        _touch_later(uow, row.id, uow.now)
    return _person(uow, user, row, token)


def seats_of(uow: UnitOfWork, user_id: UUID) -> tuple[SeatFacts, ...]:
    """A person's working seats in all workspaces, by name of the workspace. Narrows the unit to that person.

    Columns, not entities: another workspace's seat must not lie in the session's identity map.
    """
    tenancy.bind(uow.session, workspace_id=None, user_id=user_id)
    rows = uow.session.execute(
        select(
            Seat.id,
            Seat.role,
            Workspace.id,
            Workspace.name,
            Workspace.slug,
            Workspace.currency,
            Workspace.time_zone,
            Workspace.locale,
            Workspace.logo_id,
            Seat.only_by_provider,
        )
        .join(Workspace, Workspace.id == Seat.workspace_id)
        .where(Seat.user_id == user_id, Seat.disabled_at.is_(None))
        .order_by(Workspace.name, Workspace.id)
        .execution_options(rows_of_own_user=True)
    )
    return tuple(SeatFacts(seat_id, Role(role), *more) for seat_id, role, *more in rows)


def act_in(uow: UnitOfWork, seat: SeatFacts, user_id: UUID) -> None:
    """Go on in the workspace of a seat, before anybody is signed in: for what the trail must know."""
    uow.workspace_id = seat.workspace_id
    tenancy.bind(uow.session, workspace_id=seat.workspace_id, user_id=user_id)


def choose_workspace(uow: UnitOfWork, person: Person, workspace_id: UUID | None) -> SeatFacts:
    """Go on in another workspace. Raises NotFound where the person has no seat there."""
    seat = next((seat for seat in person.seats if seat.workspace_id == workspace_id), None)
    if seat is None:
        raise NotFound(_("You have no seat in that workspace."), resource=f"workspace:{workspace_id}")
    uow.session.execute(
        update(UserSession).where(UserSession.id == person.session_id).values(workspace_id=seat.workspace_id)
    )
    act_in(uow, seat, person.user_id)
    uow.actor = replace(uow.actor, role=seat.role.value)
    trail.record(uow, "session.signed_in", ("user", person.user_id, person.name))
    return seat


def renew(uow: UnitOfWork, session_id: UUID) -> str:
    """Give a session another token: whoever has read the old one is out. Returns the new one, for the cookie."""
    token = rng.token()
    uow.session.execute(update(UserSession).where(UserSession.id == session_id).values(token_hash=hash_token(token)))
    return token


def revoke(uow: UnitOfWork, session_id: UUID) -> None:
    """End one session."""
    _revoke(uow, UserSession.id == session_id, elevation.SIGNED_OUT)


def revoke_token(uow: UnitOfWork, token: object) -> None:
    """End the session of a token, if it is one: the old id must not work after a new sign-in."""
    if isinstance(token, str):
        _revoke(uow, UserSession.token_hash == hash_token(token), elevation.SIGNED_OUT)


def revoke_here(uow: UnitOfWork, user_id: UUID) -> None:
    """End a person's sessions in the unit's workspace: whoever gets a seat back signs in again."""
    _revoke(uow, (UserSession.user_id == user_id) & (UserSession.workspace_id == uow.workspace))


def revoke_all(uow: UnitOfWork, user_id: UUID, *, keep: UUID | None = None) -> None:
    """End a person's sessions, but the one to `keep`."""
    _revoke(uow, (UserSession.user_id == user_id) & (UserSession.id != keep))


def drop_elevations(uow: UnitOfWork, user_id: UUID, why: str) -> None:
    """End what a person's sessions were elevated to; the sessions stay."""
    mine = (UserSession.user_id == user_id, UserSession.elevation_id.is_not(None), UserSession.revoked_at.is_(None))
    found = uow.session.execute(select(UserSession.elevation_id, UserSession.workspace_id).where(*mine)).all()
    uow.session.execute(update(UserSession).where(*mine).values(elevation_id=None))
    _tell(uow, found, why)


def _revoke(uow: UnitOfWork, which, why: str = elevation.SESSION_ENDED) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a SQL condition
    ended = update(UserSession).where(which, UserSession.revoked_at.is_(None)).values(revoked_at=uow.now)
    _tell(uow, uow.session.execute(ended.returning(UserSession.elevation_id, UserSession.workspace_id)).all(), why)


def _tell(uow: UnitOfWork, found: Sequence[Row[UUID | None, UUID | None]], why: str) -> None:
    for elevation_id, workspace_id in found:
        if elevation_id is not None and workspace_id is not None:
            elevation.ended(uow, elevation_id, workspace_id, why)


def _person(uow: UnitOfWork, user: User, row: UserSession, token: str) -> Person:
    every = seats_of(uow, user.id)
    seats = tuple(seat for seat in every if _leads(row, seat))
    seat = next((seat for seat in seats if seat.workspace_id == row.workspace_id), None)
    lent = None
    if row.elevation_id is not None and seat is not None:
        tenancy.bind(uow.session, workspace_id=seat.workspace_id, user_id=user.id)
        lent = elevation.find(uow, row.elevation_id, row.id, user.id)
    return Person(
        user_id=user.id,
        email=user.email,
        name=user.name,
        theme=user.theme,
        own_time_zone=user.time_zone,
        own_locale=user.locale,
        seats=seats,
        seat=seat,
        session_id=row.id,
        session_token=token,
        elevation=lent,
        elsewhere=len(every) > len(seats),
        by_provider=row.by_provider,
    )


def _leads(row: UserSession, seat: SeatFacts) -> bool:
    """A provider speaks for its own workspace alone; where a workspace has chosen so, it alone speaks for it."""
    return seat.workspace_id == row.workspace_id if row.by_provider else not seat.only_by_provider


def _touch_later(uow: UnitOfWork, session_id: UUID, now: datetime) -> None:
    """Note the activity after the request's own transaction, which may be a reading one."""
    database = web.database()

    def touch() -> None:
        with database.unit() as unit:
            unit.session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))

    uow.after_commit(touch)
