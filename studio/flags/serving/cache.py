"""What a web process knows of keys and environments, so that a request costs no query.

A key and its environment's revision are looked up again by the first request that comes more than FRESH_S after the
last look-up began; whoever asks meanwhile waits for that one. So a change, or the end of a key, counts FRESH_S after
its commit. Where the database is away, what was known goes on for OUTAGE_S: programs keep their flags.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from studio.core import clock
from studio.core.clashes import is_outage
from studio.core.crypto import hash_token
from studio.core.errors import Forbidden, NotSignedIn, StudioError, TooManyRequests
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.flags.models import FlagClientKey, FlagEnvironment
from studio.flags.serving import document
from studio.flags.serving.held import Held

log = structlog.get_logger()

FRESH_S = 1.0
OUTAGE_S = 300.0
WAIT_S = 0.5
"""How long a request waits for another's look-up where it knows an answer already."""
KEYS = 8_192
ENVIRONMENTS = 512
BYTES = 128 * 1024 * 1024
"""Of documents that are held."""
UNKNOWN_PER_S = 100
"""Look-ups a second of keys that are not known here: somebody who guesses keys must not keep the database busy."""
LONGEST = 250
_LOCKS = 64


@dataclass(frozen=True, slots=True)
class Client:
    """What a key opens."""

    key_id: UUID
    workspace_id: UUID
    environment_id: UUID
    environment: str
    kind: str
    origins: frozenset[str]
    used_at: Any
    """To the hour; None: never."""
    revision: int
    """Of its environment, when it was looked up."""


@dataclass(frozen=True, slots=True)
class _Known:
    client: Client | None
    refusal: str
    """Where there is no client: why."""
    at: float
    """When the look-up began, on the clock that never jumps."""
    tried: float
    """When the last one began, if that one found no database."""


class Cache:
    """One per process. Use from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: OrderedDict[str, _Known] = OrderedDict()
        self._held: OrderedDict[UUID, Held] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._looking = [threading.Lock() for _ in range(_LOCKS)]
        self._building = [threading.Lock() for _ in range(_LOCKS)]
        self._second, self._unknown = 0, 0

    def client(self, text: str) -> Client:
        """What a key opens now. Raises NotSignedIn, Forbidden, TooManyRequests."""
        if not text or len(text) > LONGEST:
            raise _no_key() if not text else _refused("unknown")
        hashed = hash_token(text)
        known = self._keys.get(hashed)
        if known is None or clock.monotonic() - known.tried >= FRESH_S:
            known = self._renewed(hashed, known)
        if known.client is None:
            raise _refused(known.refusal)
        return known.client

    def held(self, client: Client) -> Held:
        """The flags of a client's environment, no older than its look-up. Raises Unavailable."""
        found = self._held.get(client.environment_id)
        if found is not None and found.revision >= client.revision:
            return found
        with self._building[hash(client.environment_id) % _LOCKS]:
            found = self._held.get(client.environment_id)
            if found is not None and found.revision >= client.revision:
                return found
            return self._build(client, found)

    def _renewed(self, hashed: str, known: _Known | None) -> _Known:
        lock = self._looking[int(hashed[:8], 16) % _LOCKS]
        if not lock.acquire(timeout=-1 if known is None else WAIT_S):
            return known  # type: ignore[return-value]  # without one it waits as long as it takes
        try:
            newest = self._keys.get(hashed)
            if newest is not None and clock.monotonic() - newest.tried < FRESH_S:
                return newest
            if newest is None or newest.client is None:
                self._admit_unknown()
            return self._keep(hashed, self._asked(hashed, newest))
        finally:
            lock.release()

    def _asked(self, hashed: str, known: _Known | None) -> _Known:
        started = clock.monotonic()
        try:
            client, why = self._look_up(hashed)
        except SQLAlchemyError as error:
            if known is None or known.client is None or not is_outage(error) or started - known.at >= OUTAGE_S:
                raise
            log.warning("flags_served_from_memory", error=str(error))
            return replace(known, tried=started)
        if client is not None:
            self._touch(client)
        return _Known(client, why, started, started)

    def _touch(self, client: Client) -> None:
        """Write down that it is used, to the hour. A key works where that cannot be written now."""
        hour = clock.local_now().replace(minute=0, second=0, microsecond=0)
        if client.used_at is not None and client.used_at >= hour:
            return
        row = update(FlagClientKey).where(FlagClientKey.id == client.key_id)
        try:
            with self._database.unit(client.workspace_id) as unit:
                unit.session.execute(row.values(used_at=hour))
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            log.warning("flag_key_use_not_noted", error=str(error))

    def _look_up(self, hashed: str) -> tuple[Client | None, str]:
        query = (
            select(
                FlagClientKey.id, FlagClientKey.workspace_id, FlagClientKey.environment_id, FlagClientKey.kind,
                FlagClientKey.origins, FlagClientKey.used_at, FlagClientKey.revoked_at, FlagEnvironment.name,
                FlagEnvironment.revision, FlagEnvironment.retired_at,
            )
            .join(FlagEnvironment, FlagEnvironment.id == FlagClientKey.environment_id)
            .where(FlagClientKey.key_hash == hashed)
        )  # fmt: skip
        with self._database.across(read_only=True) as unit:
            row: Any = unit.session.execute(query).one_or_none()
        if row is None:
            return None, "unknown"
        if row.revoked_at is not None:
            return None, "revoked"
        if row.retired_at is not None:
            return None, "retired"
        return Client(
            row.id, row.workspace_id, row.environment_id, row.name, row.kind, frozenset(row.origins), row.used_at,
            row.revision,
        ), ""  # fmt: skip

    def _keep(self, hashed: str, known: _Known) -> _Known:
        with self._lock:
            self._keys[hashed] = known
            self._keys.move_to_end(hashed)
            while len(self._keys) > KEYS:
                self._keys.popitem(last=False)
            if known.client is not None and known.client.environment_id in self._held:
                self._held.move_to_end(known.client.environment_id)
        return known

    def _admit_unknown(self) -> None:
        now = int(clock.monotonic())
        with self._lock:
            if now != self._second:
                self._second, self._unknown = now, 0
            self._unknown += 1
            full = self._unknown > UNKNOWN_PER_S
        if full:
            error = TooManyRequests(_("Too many keys that nobody knows were tried. Ask again in a second."))
            error.retry_after_s = 1
            raise error

    def _build(self, client: Client, before: Held | None) -> Held:
        made = document.read(self._database, client.workspace_id, client.environment_id)
        held = Held(client.workspace_id, client.environment_id, made) if before is None else before.followed_by(made)
        with self._lock:
            gone = self._held.pop(client.environment_id, None)
            self._bytes += held.size - (gone.size if gone is not None else 0)
            self._held[client.environment_id] = held
            while len(self._held) > 1 and (len(self._held) > ENVIRONMENTS or self._bytes > BYTES):
                self._bytes -= self._held.popitem(last=False)[1].size
        return held


def _no_key() -> StudioError:
    words = _("Send the key of a program as “Authorization”: Studio shows it once, where it is made.")
    return NotSignedIn(words, code="flags.no_key")


def _refused(why: str) -> StudioError:
    if why == "revoked":
        return NotSignedIn(_("This key was revoked. Ask whoever manages flags for another."), code="flags.key_revoked")
    if why == "retired":
        return Forbidden(_("The environment of this key was retired."), code="flags.retired")
    return NotSignedIn(
        _("Nobody knows this key. It begins with its workspace and environment."), code="flags.key_unknown"
    )
