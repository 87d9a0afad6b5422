"""One delivery of a provider: proved, told apart from repeats, and started from, in one transaction.

Anybody who knows the address may send here; who signs is the provider. Nothing of what is not proved is kept, and
nothing of it uses up a delivery's id.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from studio.connectors.catalogue import connectors
from studio.connectors.hooks import emitting
from studio.connectors.hooks.scheme import Hooks
from studio.connectors.hooks.states import State, Verdict
from studio.connectors.models import Connection, ConnectionDelivery, ConnectionHook, ConnectionScope
from studio.connectors.outcomes import Status
from studio.connectors.webhooks import secrets
from studio.connectors.webhooks.reading import Told, read
from studio.core import clock, ids, signatures
from studio.core.clashes import TRIES, is_clash, pause
from studio.core.crypto import Keyring, hash_token
from studio.core.deliveries import MAX_BYTES, Delivery, Reply, WrongMethod
from studio.core.errors import Gone, InvalidInput, NotFound, NotSignedIn, StudioError, TooLarge
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.metrics import ACCEPTED
from studio.core.unit_of_work import Database, UnitOfWork

FRESH_S = 2.0
"""How long a look-up is believed. Whether the webhook still stands is asked again with each delivery."""
KNOWN = 4_096
LENGTHS = range(40, 65)
LARGEST_KEPT = 262_144
"""Bytes of a payload that is kept for people to read."""
NOTED_EVERY_S = 1.0
"""Requests that prove nothing are counted at once, and written down no more often than this."""


@dataclass(frozen=True, slots=True, repr=False)
class _Hook:
    id: UUID
    workspace_id: UUID
    connection_id: UUID
    scope: str
    hooks: Hooks
    secrets: tuple[str, ...]
    gone: bool
    until: float


class Receiver:
    """Takes deliveries for one process."""

    def __init__(self, database: Database, keyring: Keyring, shed: Callable[[UUID], None]) -> None:
        """`shed` raises Unavailable where a workspace's deliveries are to come later."""
        self._database, self._keyring, self._shed = database, keyring, shed
        self._known: dict[str, _Hook] = {}
        self._refused: dict[UUID, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def receive(self, address: str, delivery: Delivery) -> Reply:
        """Answer after the commit. Raises StudioError for what is refused; nothing has started then."""
        hook = self._find(address)
        if hook is None:
            raise NotFound(_("There is no webhook at this address."), code="webhook.unknown")
        if hook.gone:
            raise Gone(_("This webhook was removed. Stop sending to it."), code="webhook.gone")
        if delivery.method != "POST":
            raise WrongMethod(delivery.method, ["POST"])
        self._shed(hook.workspace_id)
        try:
            verified = self._verified(hook, delivery)
        except StudioError as error:
            self._count(hook, error)
            raise
        try:
            told = read(hook.hooks, delivery, verified)
            reply = self._take(hook, told, delivery)
        except InvalidInput as error:
            self._keep_malformed(hook, delivery, error)
            raise
        ACCEPTED.labels(str(reply.data["verdict"])).inc()
        return reply

    def _verified(self, hook: _Hook, delivery: Delivery) -> signatures.Verified:
        if len(delivery.body) > MAX_BYTES:
            words = _("The body is larger than %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024))
            raise TooLarge(words, code="webhook.too_large")
        try:
            return signatures.verify(
                hook.hooks.signed, delivery.headers, delivery.body, hook.secrets, header=hook.hooks.header,
                now=clock.local_now(),
            )  # fmt: skip
        except signatures.SignatureError as error:
            words = _("The signature does not fit: %(message)s", message=error.message)
            raise NotSignedIn(words, code=error.code) from None

    def _take(self, hook: _Hook, told: Told, delivery: Delivery) -> Reply:
        """Where the database gave it up for another one's sake, nothing of it is left: it begins anew."""
        for tries in range(1, TRIES):
            try:
                return self._taken(hook, told, delivery)
            except DBAPIError as error:
                if not is_clash(error):
                    raise
            pause(tries)
        return self._taken(hook, told, delivery)

    def _taken(self, hook: _Hook, told: Told, delivery: Delivery) -> Reply:
        with self._database.unit(hook.workspace_id) as unit:
            row = unit.session.get_one(Connection, hook.connection_id)
            now = unit.session.scalar(select(ConnectionHook.state).where(ConnectionHook.id == hook.id))
            if row.state is Status.DISCONNECTED or now == State.GONE:
                raise Gone(_("This webhook was removed. Stop sending to it."), code="webhook.gone")
            id_ = _claim(unit, hook, told, delivery)
            if id_ is None:
                return Reply(200, {"delivery_id": told.delivery_id, "verdict": "duplicate"})
            heard = emitting.Heard(0, 0)
            if told.event is not None:
                about = {"delivery_id": told.delivery_id, "at": unit.now.isoformat()}
                part = _part(unit, hook, told)
                heard = emitting.emit(unit, row, part, told.event, {**about, **told.data}, delivery=told.delivery_id)
            verdict = Verdict.STARTED if heard.listeners else Verdict.FILTERED
            reason = None if heard.listeners else _nobody(told)
            values = {"verdict": verdict.value, "reason": reason, "started": heard.started}
            unit.session.execute(update(ConnectionDelivery).where(ConnectionDelivery.id == id_).values(values))
        data = {"delivery_id": told.delivery_id, "verdict": verdict.value, "started": heard.started}
        return Reply(202 if heard.listeners else 200, data)

    def _keep_malformed(self, hook: _Hook, delivery: Delivery, error: InvalidInput) -> None:
        """Without an id: once it can be read, the provider's next try counts."""
        with self._database.unit(hook.workspace_id) as unit:
            unit.session.add(
                ConnectionDelivery(
                    id=ids.new_id(), workspace_id=hook.workspace_id, connection_id=hook.connection_id, hook_id=hook.id,
                    topic="", verdict=Verdict.MALFORMED.value, reason=f"{error.message} ({error.code})", started=0,
                    repeats=0, payload=_kept(delivery.body), size=len(delivery.body), received_at=unit.now,
                )
            )  # fmt: skip
        ACCEPTED.labels(Verdict.MALFORMED.value).inc()

    def _count(self, hook: _Hook, error: StudioError) -> None:
        with self._lock:
            count, since = self._refused.get(hook.id, (0, float("-inf")))
            due = clock.monotonic() - since >= NOTED_EVERY_S
            if len(self._refused) >= KNOWN:
                self._refused.clear()
            self._refused[hook.id] = (0, clock.monotonic()) if due else (count + 1, since)
        if not due:
            return
        noted = update(ConnectionHook).where(ConnectionHook.id == hook.id)
        with self._database.unit(hook.workspace_id) as unit:
            unit.session.execute(
                noted.values(
                    refused=ConnectionHook.refused + count + 1, refused_at=unit.now, refused_code=error.code[:80]
                )
            )

    def _find(self, address: str) -> _Hook | None:
        if len(address) not in LENGTHS:
            return None
        known = self._known.get(address)
        if known is not None and known.until > clock.monotonic():
            return known
        found = self._look_up(address)
        with self._lock:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known.pop(address, None)
            if found is not None:
                self._known[address] = found
        return found

    def _look_up(self, address: str) -> _Hook | None:
        """The whole 256-bit address takes part in the look-up."""
        by_hash = select(ConnectionHook.id, ConnectionHook.workspace_id)
        by_hash = by_hash.where(ConnectionHook.address_hash == hash_token(address))
        with self._database.across(read_only=True) as unit:
            found: Any = unit.session.execute(by_hash).one_or_none()
        if found is None:
            return None
        with self._database.unit(found.workspace_id, read_only=True) as unit:
            row = unit.session.get(ConnectionHook, found.id)
            connection = unit.session.get(Connection, row.connection_id) if row is not None else None
            definition = connectors().get(connection.connector) if connection is not None else None
            if row is None or definition is None or definition.hooks is None:
                return None
            known = secrets.opened(self._keyring, row)
            return _Hook(
                row.id, row.workspace_id, row.connection_id, row.scope, definition.hooks, known.secrets,
                row.state == State.GONE, clock.monotonic() + FRESH_S,
            )  # fmt: skip


def _claim(uow: UnitOfWork, hook: _Hook, told: Told, delivery: Delivery) -> UUID | None:
    """Take the delivery's id, for this connection; None: it was taken before, or another one is just ahead."""
    insert: Any = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "id": ids.new_id(), "workspace_id": hook.workspace_id, "connection_id": hook.connection_id, "hook_id": hook.id,
        "delivery_id": told.delivery_id, "topic": told.topic, "verdict": Verdict.STARTED.value, "reason": None,
        "started": 0, "repeats": 0, "payload": _kept(delivery.body), "size": len(delivery.body),
        "received_at": uow.now,
    }  # fmt: skip
    repeats = {"repeats": ConnectionDelivery.repeats + 1}
    keys = ["connection_id", "delivery_id"]
    statement = insert(ConnectionDelivery).values(values).on_conflict_do_update(index_elements=keys, set_=repeats)
    found: UUID = uow.session.execute(statement.returning(ConnectionDelivery.id)).scalar_one()
    return found if found == values["id"] else None


def _kept(body: bytes) -> str | None:
    return body.decode("utf-8", "replace").replace("\0", "") if len(body) <= LARGEST_KEPT else None


def _part(uow: UnitOfWork, hook: _Hook, told: Told) -> ConnectionScope | None:
    external = told.scope or hook.scope
    if not external:
        return None
    query = select(ConnectionScope).where(
        ConnectionScope.connection_id == hook.connection_id, ConnectionScope.external_id == external
    )
    return uow.session.scalars(query.order_by(ConnectionScope.id)).first()


def _nobody(told: Told) -> str:
    if told.event is None:
        return _("%(topic)s is nothing that workflows listen for.", topic=told.topic)
    return _("No published workflow listens for it.")
