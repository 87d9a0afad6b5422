"""Sign-in and sign-out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from studio.accounts import passwords, policy, trail
from studio.accounts.identity import Person, SeatFacts, narrow
from studio.accounts.models import AttemptCounter, User
from studio.accounts.outcomes import SignIn
from studio.accounts.service import sessions
from studio.core.crypto import hash_token
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
    counters = _counters(uow, checked.email)
    locked = _locked_for(uow, counters)
    if locked is not None:
        return Outcome(SignIn.LOCKED, wait=locked)
    seats = sessions.seats_of(uow, checked.user_id) if checked.user_id else ()
    if not checked.matches or checked.user_id is None or not seats:
        _count_failure(uow, counters, checked.email)
        if checked.user_id is not None and seats:
            _record_failure(uow, checked.user_id, checked.email, seats[0])
        return Outcome(SignIn.REFUSED)
    sessions.revoke_token(uow, old_token)
    _forget_failures(uow, checked.email)
    if checked.new_hash:
        uow.session.execute(update(User).where(User.id == checked.user_id).values(password_hash=checked.new_hash))
    return Outcome(SignIn.DONE, _open(uow, checked.user_id, seats))


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


def _keys(uow: UnitOfWork, email: str) -> tuple[tuple[str, int], ...]:
    here = uow.actor.origin.ip or "-"
    return (
        (hash_token(f"sign-in|{email}|{here}"), policy.FREE_FAILURES),
        (hash_token(f"sign-in|{email}"), policy.ACCOUNT_FREE_FAILURES),
    )


def _counters(uow: UnitOfWork, email: str) -> Sequence[AttemptCounter]:
    """What was counted so far, locked in a fixed order: attempts made at once are looked at one after the other."""
    keys = sorted(key for key, _ in _keys(uow, email))
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = [{"key": key, "failures": 0, "since": uow.now} for key in keys]
    uow.session.execute(dialect.insert(AttemptCounter).values(fresh).on_conflict_do_nothing())
    query = select(AttemptCounter).where(AttemptCounter.key.in_(keys)).order_by(AttemptCounter.key)
    return uow.session.scalars(query.with_for_update()).all()


def _locked_for(uow: UnitOfWork, counters: Iterable[AttemptCounter]) -> timedelta | None:
    moments = (counter.locked_until for counter in counters)
    latest = max((moment for moment in moments if moment and moment > uow.now), default=None)
    return latest - uow.now if latest else None


def _count_failure(uow: UnitOfWork, counters: Iterable[AttemptCounter], email: str) -> None:
    free = dict(_keys(uow, email))
    for row in counters:
        lock = policy.after_failure(row.failures, row.since, uow.now, free[row.key])
        row.failures, row.since, row.locked_until = lock.failures, lock.since, lock.locked_until


def _forget_failures(uow: UnitOfWork, email: str) -> None:
    """Of this address only: the account's own counter runs out by itself, so a guesser cannot reset it."""
    key = _keys(uow, email)[0][0]
    row = uow.session.get(AttemptCounter, key)
    if row is not None:
        uow.session.delete(row)
