"""One refresh at a time for each connection, over all processes, and whoever comes late learns what it brought.

PostgreSQL: the credential's row is locked over the call, so a process that dies lets go at once. SQLite: its write lock
is the whole database's, so the row carries a lease instead, taken and given back in transactions of their own.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from studio.connectors import credentials
from studio.connectors.errors import ApiError
from studio.connectors.models import ConnectionCredential
from studio.core import clock, rng
from studio.core.crypto import Keyring
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database, UnitOfWork

WAIT_S = 20.0
"""How long one waits for another's refresh: longer than that may take (`protocol.TIMEOUT_S`)."""
LEASE = timedelta(seconds=15)
"""Where a lease stands in for the lock: longer than a refresh, shorter than others wait."""
POLL_S = 0.05
COOLING = "cooling"
"""Stands for who holds the row while a provider that has just failed is left alone."""
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(slots=True, repr=False)
class Turn:
    """What one has who is alone with a connection's credentials."""

    version: int
    values: dict[str, str]
    hosts: tuple[str, ...]
    moved: bool = False
    """Another has refreshed since the caller looked: there is nothing to do."""
    cooling_s: float = 0.0
    """The provider has failed just now, and is left alone for so long."""
    new: dict[str, str] | None = None
    """To be kept as the next version; set by whoever has the turn."""
    cool_s: float = 0.0
    """Leave the provider alone for so long; set by whoever has the turn."""
    lost: bool = False
    """What was to be kept came too late: the connection was signed in again, or disconnected, meanwhile."""


class Gone(ApiError):
    """There are no credentials any more."""

    code = "connection.no_credentials"


@dataclass(frozen=True, slots=True)
class Flights:
    """Takes turns. Any thread, any process."""

    database: Database
    keyring: Keyring
    wait_s: float = WAIT_S
    _name: str = field(default_factory=lambda: rng.token(12))

    @contextmanager
    def alone(self, workspace_id: UUID, connection_id: UUID, seen: int) -> Iterator[Turn]:
        """Have the turn; what it sets is kept at the end of the block. `seen`: the version that the caller knows.

        Raises Gone, and ApiError (`oauth.busy`) where another does not come to an end.
        """
        if self.database.dialect == "postgresql":
            with self._locked(workspace_id, connection_id, seen) as turn:
                yield turn
        else:
            with self._leased(workspace_id, connection_id, seen) as turn:
                yield turn

    @contextmanager
    def _locked(self, workspace_id: UUID, connection_id: UUID, seen: int) -> Iterator[Turn]:
        with self.database.unit(workspace_id) as unit:
            unit.session.execute(text(f"set local lock_timeout = {int(self.wait_s * 1000)}"))
            row = self._row(unit, connection_id)
            turn = self._turn(row, seen, clock.database_now(unit.session))
            yield turn
            self._write(unit, row, turn)

    @contextmanager
    def _leased(self, workspace_id: UUID, connection_id: UUID, seen: int) -> Iterator[Turn]:
        turn = self._claimed(workspace_id, connection_id, seen)
        try:
            yield turn
        except BaseException:
            turn.new = None
            self._give_back(workspace_id, connection_id, turn)
            raise
        self._give_back(workspace_id, connection_id, turn)

    def _claimed(self, workspace_id: UUID, connection_id: UUID, seen: int) -> Turn:
        """Take the lease, or learn that there is no need. Waiting reads only, so that others may write."""
        end = clock.monotonic() + self.wait_s
        while clock.monotonic() < end:
            with self.database.unit(workspace_id, read_only=True) as unit:
                row = self._row(unit, connection_id)
                free = _free(row, unit.now)
                if _settled(row, seen, unit.now):
                    return self._turn(row, seen, unit.now)
            if free:
                with self.database.unit(workspace_id) as unit:
                    row = self._row(unit, connection_id)
                    if _settled(row, seen, unit.now):
                        return self._turn(row, seen, unit.now)
                    if _free(row, unit.now):
                        row.held_by, row.held_until = self._name, unit.now + LEASE
                        return self._turn(row, seen, unit.now)
            time.sleep(POLL_S)  # SQLite has no lock that wakes whoever waits for it
        raise _busy()

    def _give_back(self, workspace_id: UUID, connection_id: UUID, turn: Turn) -> None:
        if turn.moved or turn.cooling_s:
            return
        with self.database.unit(workspace_id) as unit:
            row = unit.session.get(ConnectionCredential, connection_id)
            if row is None:
                turn.lost = turn.new is not None
                return
            if row.held_by == self._name:
                row.held_by = row.held_until = None
            self._write(unit, row, turn)

    def _row(self, unit: UnitOfWork, connection_id: UUID) -> ConnectionCredential:
        query = select(ConnectionCredential).where(ConnectionCredential.connection_id == connection_id)
        try:
            row = unit.session.scalar(query.with_for_update().execution_options(populate_existing=True))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise _busy() from error
            raise
        if row is None:
            raise Gone(_("This connection has no credentials any more."))
        return row

    def _turn(self, row: ConnectionCredential, seen: int, now: datetime) -> Turn:
        values = credentials.opened(self.keyring, row)
        turn = Turn(row.version, values, tuple(row.hosts), moved=row.version != seen)
        if not turn.moved:
            turn.cooling_s = _cooling(row, now)
        return turn

    def _write(self, unit: UnitOfWork, row: ConnectionCredential, turn: Turn) -> None:
        if turn.new is not None and row.version != turn.version:
            turn.lost = True
        elif turn.new is not None:
            credentials.keep(unit, self.keyring, row.connection_id, turn.new, turn.hosts)
            row.held_by = row.held_until = None
            turn.version, turn.values = row.version, turn.new
        elif turn.cool_s:
            row.held_by, row.held_until = COOLING, unit.now + timedelta(seconds=turn.cool_s)


def _free(row: ConnectionCredential, now: datetime) -> bool:
    return row.held_until is None or row.held_until <= now or row.held_by == COOLING


def _settled(row: ConnectionCredential, seen: int, now: datetime) -> bool:
    return row.version != seen or _cooling(row, now) > 0


def _cooling(row: ConnectionCredential, now: datetime) -> float:
    if row.held_by != COOLING or row.held_until is None:
        return 0.0
    return max(0.0, (row.held_until - now).total_seconds())


def _busy() -> ApiError:
    words = _("Another process has been fetching a token for this connection for too long. It is tried again.")
    return ApiError(words, code="oauth.busy", retryable=True)
