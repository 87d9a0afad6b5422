"""Somebody's way to the provider and back: bound to connection, person and browser, good once and for half an hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from studio.connectors import credentials
from studio.connectors.models import Connection, ConnectionCredential, ConnectSession
from studio.connectors.outcomes import Event, Status
from studio.connectors.service import moving
from studio.connectors.trail import record
from studio.core import ids, outbox
from studio.core.crypto import Keyring, hash_token, mint
from studio.core.errors import Gone, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

LASTS = timedelta(minutes=30)
LINK_HOURS = range(1, 169)
ENDS = "connection.session_ends"
"""Topic of the job that looks at a session when its time is over."""


@dataclass(frozen=True, slots=True, repr=False)
class Way:
    """What the way back needs, kept sealed."""

    verifier: str
    nonce: str
    given: Mapping[str, str]
    """Client id and secret."""
    settings: Mapping[str, Any]


def open_session(
    uow: UnitOfWork, keyring: Keyring, row: Connection, way: Way, *, browser: str, other_account: bool
) -> str:
    """Begin one from somebody's own page; returns its state. Ways begun before for this connection end."""
    close_all(uow, row.id)
    made = ConnectSession(
        id=ids.new_id(), workspace_id=uow.workspace, connection_id=row.id, user_id=uow.actor.user_id,
        other_account=other_account, created_at=uow.now, ends_at=uow.now + LASTS,
    )  # fmt: skip
    uow.session.add(made)
    return _send_off(uow, keyring, made, way, browser)


def open_link(uow: UnitOfWork, row: Connection, hours: int, *, other_account: bool = False) -> str:
    """A link's token for an outsider, who may go to the provider by it once. Raises InvalidInput. Audited."""
    if hours not in LINK_HOURS:
        raise InvalidInput(_("A link works for 1 to 168 hours."), code="connection.link_hours", field="hours")
    close_all(uow, row.id)
    token, hashed = mint(uow.workspace, "cnl_")
    made = ConnectSession(
        id=ids.new_id(), workspace_id=uow.workspace, connection_id=row.id, token_hash=hashed,
        user_id=uow.actor.user_id, other_account=other_account, created_at=uow.now,
        ends_at=uow.now + timedelta(hours=hours),
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    record(uow, "connection.link_made", row, hours=hours)
    return token


def by_link(uow: UnitOfWork, token: str) -> ConnectSession:
    """The session of a link, in the workspace that its token names. Raises Gone: unknown, used, or over."""
    query = select(ConnectSession).where(ConnectSession.token_hash == hash_token(token))
    found = uow.session.scalar(query)
    if found is None or found.used_at is not None or found.ends_at <= uow.now:
        raise Gone(_("This link does not work any more. Ask for a new one."), code="connection.link_gone")
    return found


def send_by_link(uow: UnitOfWork, keyring: Keyring, session: ConnectSession, way: Way, *, browser: str) -> str:
    """The outsider goes to the provider; returns the state. Until they are back they may begin again."""
    return _send_off(uow, keyring, session, way, browser)


def by_state(uow: UnitOfWork, state: str) -> ConnectSession | None:
    """The session that a state belongs to, under its lock; None: there is none."""
    query = select(ConnectSession).where(ConnectSession.state_hash == hash_token(state))
    return uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def way_of(keyring: Keyring, session: ConnectSession) -> Way:
    """What was kept for the way back. Raises CryptoError."""
    assert session.sealed is not None  # noqa: S101 - it is wiped only once the session is used
    found = orjson.loads(keyring.unseal(session.sealed, context=_context(session)))
    return Way(found["verifier"], found["nonce"], found["given"], found["settings"])


def use(uow: UnitOfWork, session: ConnectSession) -> None:
    """It works no second time."""
    session.used_at, session.sealed = uow.now, None
    uow.session.flush()


def close_all(uow: UnitOfWork, connection_id: UUID) -> None:
    """End what is open for a connection."""
    ended = update(ConnectSession).where(
        ConnectSession.connection_id == connection_id, ConnectSession.used_at.is_(None)
    )
    uow.session.execute(ended.values(used_at=uow.now, sealed=None).execution_options(synchronize_session="fetch"))


def give_up(uow: UnitOfWork, row: Connection) -> None:
    """A sign-in came to nothing: the connection is as it was before."""
    if row.state is Status.PENDING_AUTH:
        moving.move(uow, row, Event.GIVE_UP)


def end(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Its time is over: where nobody came back, the connection waits for nobody any more."""
    session = uow.session.get(ConnectSession, UUID(payload["session_id"]), with_for_update=True)
    if session is None or session.used_at is not None or session.ends_at > uow.now:
        return
    use(uow, session)
    row = uow.session.get(Connection, session.connection_id)
    if row is not None:
        give_up(uow, row)


def client_fields(uow: UnitOfWork, keyring: Keyring, row: Connection, given: Mapping[str, str]) -> dict[str, str]:
    """What was filled in; what was left empty stays as it is kept, so that signing in again asks for nothing."""
    filled = {name: value for name, value in given.items() if value}
    kept = uow.session.get(ConnectionCredential, row.id)
    if kept is None or (filled.get("client_id") and not filled.get("client_secret")):
        return filled  # another app's id never goes out with this one's secret
    held = credentials.opened(keyring, kept)
    return {name: held[name] for name in ("client_id", "client_secret") if held.get(name)} | filled


def _send_off(uow: UnitOfWork, keyring: Keyring, session: ConnectSession, way: Way, browser: str) -> str:
    state, session.state_hash = mint(uow.workspace)
    body = {"verifier": way.verifier, "nonce": way.nonce, "given": dict(way.given), "settings": dict(way.settings)}
    session.sealed = keyring.seal(orjson.dumps(body), context=_context(session))
    session.browser_hash = hash_token(browser)
    session.ends_at = min(session.ends_at, uow.now + LASTS) if session.token_hash else session.ends_at
    uow.session.flush()
    key = f"{ENDS}:{session.id}:{session.state_hash[:16]}"
    outbox.enqueue(uow, ENDS, key=key, payload={"session_id": str(session.id)}, due_at=session.ends_at)
    return state


def _context(session: ConnectSession) -> str:
    return f"{session.workspace_id}|connect_session|{session.id}"
