"""Sign-in and sign-out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from studio.accounts import passwords, policy, trail
from studio.accounts.identity import Person, SeatFacts, narrow
from studio.accounts.models import User
from studio.accounts.outcomes import SignIn
from studio.accounts.service import attempts, sessions
from studio.accounts.service.attempts import Attempts
from studio.core.crypto import hash_token
from studio.core.errors import NotSignedIn
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at address and password found."""

    email: str
    user_id: UUID | None
    """None: nobody has this address, or the person is disabled."""
    matches: bool
    new_hash: str | None = None
    """The password under today's parameters, where the stored hash is weaker."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `token` is for the cookie."""

    result: SignIn
    person: Person | None = None
    wait: timedelta | None = None
    """How long the account is locked for this address."""
    elsewhere: tuple[SeatFacts, ...] = ()
    """Seats that the workspace's sign-in provider alone leads to."""


def check_password(database: Database, email: str, password: str) -> Checked:
    """Look at the password before any writing transaction begins: hashing takes long on purpose."""
    email = email.strip().lower()
    with database.unit(read_only=True) as unit:
        user = unit.session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    stored = user.password_hash if user else None
    matches = passwords.matches(password[: policy.PASSWORD_MAX], stored)
    outdated = matches and stored is not None and passwords.outdated(stored)
    return Checked(
        email,
        user.id if user else None,
        matches,
        passwords.hashed(password) if outdated else None,
    )


def sign_in(uow: UnitOfWork, checked: Checked, *, old_token: object = None) -> Outcome:
    """Open a session, or count the failure. The old session of the browser ends either way it succeeds."""
    seats = sessions.seats_of(uow, checked.user_id) if checked.user_id else ()
    outcome = verify(uow, checked, known=bool(seats))
    if outcome.result is not SignIn.DONE or checked.user_id is None:
        if outcome.result is SignIn.REFUSED and checked.user_id is not None and seats:
            _record_failure(uow, checked.user_id, checked.email, seats[0])
        return outcome
    mine = tuple(seat for seat in seats if not seat.only_by_provider)
    if not mine:
        return Outcome(SignIn.ELSEWHERE, elsewhere=seats)
    sessions.revoke_token(uow, old_token)
    return Outcome(SignIn.DONE, _open(uow, checked.user_id, mine))


def verify(uow: UnitOfWork, checked: Checked, *, known: bool) -> Outcome:
    """Count the failure, or keep that there was none. `known`: whether the person may come in at all."""
    keys = _keys(uow, checked.email)
    counters = Attempts.of(uow, keys)
    locked = counters.locked_for(uow)
    if locked is not None:
        return Outcome(SignIn.LOCKED, wait=locked)
    if not checked.matches or checked.user_id is None or not known:
        counters.failed(uow)
        return Outcome(SignIn.REFUSED)
    # Of this address only: the account's own counter runs out by itself, so a guesser cannot reset it.
    attempts.forget(uow, next(iter(keys)))
    if checked.new_hash:
        uow.session.execute(update(User).where(User.id == checked.user_id).values(password_hash=checked.new_hash))
    return Outcome(SignIn.DONE)


def enter(uow: UnitOfWork, user_id: UUID) -> Person:
    """Open a session for somebody who has just proved who they are by other means than a password typed now."""
    mine = tuple(seat for seat in sessions.seats_of(uow, user_id) if not seat.only_by_provider)
    person = _open(uow, user_id, mine)
    if person is None:
        raise NotSignedIn(_("Sign in to go on."))
    return person


def open_by_provider(uow: UnitOfWork, user_id: UUID, workspace_id: UUID, provider: str) -> Person:
    """Open a session that leads into this workspace alone, for whom its sign-in provider vouches."""
    token, _row = sessions.start(uow, user_id, workspace_id, by_provider=True)
    person = sessions.load(uow, token)
    if person is None or person.seat is None:
        raise NotSignedIn(_("Sign in to go on."))
    narrow(uow, person)
    trail.record(uow, "session.signed_in", ("user", user_id, person.name), by=provider)
    return person


def sign_out(uow: UnitOfWork, person: Person) -> None:
    """End this browser's session."""
    if person.session_id is None:
        return
    sessions.revoke(uow, person.session_id)
    if person.seat is not None:
        trail.record(uow, "session.signed_out", ("user", person.user_id, person.name))


def _open(uow: UnitOfWork, user_id: UUID, seats: tuple[SeatFacts, ...]) -> Person | None:
    only = seats[0] if len(seats) == 1 else None
    token, _row = sessions.start(uow, user_id, only.workspace_id if only else None)
    person = sessions.load(uow, token)
    if person is None:
        return None
    narrow(uow, person)
    if person.seat is not None:
        trail.record(uow, "session.signed_in", ("user", user_id, person.name))
    return person


def _record_failure(uow: UnitOfWork, user_id: UUID, email: str, seat: SeatFacts) -> None:
    """In the person's first workspace: its auditors must see guessing. Costs an insert, drowned by the hash."""
    sessions.act_in(uow, seat, user_id)
    trail.record(uow, "session.sign_in_failed", ("user", user_id, email), failed=True)


def _keys(uow: UnitOfWork, email: str) -> dict[str, int]:
    here = uow.actor.origin.ip or "-"
    return {
        hash_token(f"sign-in|{email}|{here}"): policy.FREE_FAILURES,
        hash_token(f"sign-in|{email}"): policy.ACCOUNT_FREE_FAILURES,
    }
