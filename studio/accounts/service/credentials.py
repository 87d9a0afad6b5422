"""Passwords: chosen through a link, changed on the profile, set by command; and whether a person may sign in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from studio.accounts import elevation, mails, passwords, policy, trail
from studio.accounts.models import PasswordReset, User
from studio.accounts.service import members, seat_changes, sessions
from studio.contract.ports import Mailer
from studio.core import rng, tenancy
from studio.core.crypto import hash_token
from studio.core.errors import Gone, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork

_PROBLEMS = {
    "too_short": marked(marked("Use at least %(min)s characters; a few words are easiest.")),
    "too_long": marked(marked("Use at most %(max)s characters.")),
    "too_easy": marked("This is too easy to guess: use words that have nothing to do with your name."),
}
_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to choose a password, and whose it is."""

    token: str
    row: PasswordReset


def request_reset(uow: UnitOfWork, mailer: Mailer, email: str, *, public_url: str) -> None:
    """Mail a link, if somebody has the address. Whoever asks hears the same either way."""
    user = uow.session.scalar(select(User).where(User.email == email.strip().lower(), User.disabled_at.is_(None)))
    if user is None or _asked_just_now(uow, user.id) or not _act_for(uow, user):
        return
    link = issue(uow, user.id, policy.RESET_LIFETIME)
    mails.reset(uow, mailer, user, f"{public_url}/password/{link.token}", key=str(link.row.id))
    trail.record(uow, "password.reset_requested", ("user", user.id, user.name))


def issue(uow: UnitOfWork, user_id: UUID, lifetime: timedelta) -> Link:
    """Make a link; earlier ones of the person end."""
    _end_links(uow, user_id)
    token = rng.token()
    row = PasswordReset(
        token_hash=hash_token(token),
        user_id=user_id,
        created_at=uow.now,
        expires_at=uow.now + lifetime,
    )
    uow.session.add(row)
    uow.session.flush()
    return Link(token, row)


def whose(uow: UnitOfWork, token: object) -> User:
    """The person of a link. Raises Gone where it does not work (any more)."""
    found = None
    if isinstance(token, str):
        found = uow.session.scalar(
            select(User)
            .join(PasswordReset, PasswordReset.user_id == User.id)
            .where(
                PasswordReset.token_hash == hash_token(token),
                PasswordReset.used_at.is_(None),
                PasswordReset.expires_at > uow.now,
                User.disabled_at.is_(None),
            )
        )
    if found is None:
        raise Gone(_("This link has expired or was used. Ask for a new one."), code="link_ended")
    if found.password_hash is None and not workplaces(uow, found):
        raise Gone(_("This invitation was withdrawn. Ask whoever invited you."), code="invitation_withdrawn")
    return found


def workplaces(uow: UnitOfWork, user: User) -> list[str]:
    """Names of the workspaces in which somebody has a working seat."""
    names = [seat.workspace for seat in sessions.seats_of(uow, user.id)]
    tenancy.bind(uow.session, workspace_id=uow.workspace_id, user_id=uow.actor.user_id)
    return names


def redeem(uow: UnitOfWork, token: object, password: str) -> User:
    """Choose a password through a link. All sessions of the person end."""
    user = whose(uow, token)
    set_password(uow, user, password)
    return user


def change(uow: UnitOfWork, user_id: UUID, *, old: str, new: str, keep: UUID | None) -> None:
    """Change one's own password; other browsers are signed out."""
    user = uow.session.get_one(User, user_id)
    if not passwords.matches(old, user.password_hash):
        raise InvalidInput(_("This is not your present password."), field="old", code="wrong_password")
    workspace = uow.workspace_id
    _store(uow, user, new)
    sessions.revoke_all(uow, user_id, keep=keep)
    sessions.drop_elevations(uow, user_id, elevation.PASSWORD_CHANGED)
    if workspace is not None:
        trail.record(uow, "password.changed", ("user", user.id, user.name))


def set_password(uow: UnitOfWork, user: User, password: str) -> None:
    """Set a password without asking for the old one: a link or an operator vouches for it."""
    _store(uow, user, password)
    sessions.revoke_all(uow, user.id)
    if _act_for(uow, user):
        trail.record(uow, "password.changed", ("user", user.id, user.name))


def lock(uow: UnitOfWork, user: User, *, last_owner: bool = False) -> None:
    """Keep a person out of Studio as a whole. Told to the unit's workspace, where it has one.

    Raises Conflict where that workspace would be left without an owner; `last_owner` says that it is known.
    """
    if uow.workspace_id is not None and not last_owner:
        members.refuse_last_owner(uow, user.id)
    user.disabled_at = user.disabled_at or uow.now
    sessions.revoke_all(uow, user.id)
    if uow.workspace_id is not None:
        trail.record(uow, "user.disabled", ("user", user.id, user.name))
        seat_changes.tell(uow, user.id)


def unlock(uow: UnitOfWork, user: User) -> None:
    """Let a person in again, where they still have seats."""
    user.disabled_at = None
    if uow.workspace_id is not None:
        trail.record(uow, "user.enabled", ("user", user.id, user.name))
        seat_changes.tell(uow, user.id)


def _store(uow: UnitOfWork, user: User, password: str) -> None:
    code = policy.password_problem(password, email=user.email, name=user.name)
    if code is not None:
        sentence = _(_PROBLEMS[code], min=policy.PASSWORD_MIN, max=policy.PASSWORD_MAX)
        raise InvalidInput(sentence, field="password", code=code)
    user.password_hash = passwords.hashed(password)
    _end_links(uow, user.id)


def _end_links(uow: UnitOfWork, user_id: UUID) -> None:
    uow.session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=uow.now)
    )


def _asked_just_now(uow: UnitOfWork, user_id: UUID) -> bool:
    latest = uow.session.scalar(
        select(PasswordReset.created_at)
        .where(PasswordReset.user_id == user_id)
        .order_by(PasswordReset.id.desc())
        .limit(1)
    )
    return latest is not None and uow.now - latest < _PAUSE


def _act_for(uow: UnitOfWork, user: User) -> bool:
    """Go on in the person's first workspace: nobody is signed in, and trail and mail belong to workspaces."""
    if uow.workspace_id is None:
        seats = sessions.seats_of(uow, user.id)
        if not seats:
            return False
        sessions.act_in(uow, seats[0], user.id)
    return True
