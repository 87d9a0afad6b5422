"""Deliveries at an event source's address: asked for only where no workflow's webhook answers there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.crypto import hash_token
from studio.core.deliveries import MAX_BYTES, Delivery, Reply, WrongMethod
from studio.core.errors import Conflict, InvalidInput, TooLarge
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.runtime.hooks.proving import Proving
from studio.runtime.models import EventSource, trigger_settings
from studio.runtime.sources import taking
from studio.runtime.sources.policy import shown
from studio.runtime.sources.taking import Arrived
from studio.runtime.triggers.deliveries import dedup_key, read_data
from studio.runtime.triggers.webhook import Webhook


class Moved(Exception):
    """The address was taken over, or replaced, in this very moment."""


class SourceReceiver:
    """Keeps deliveries for one process."""

    def __init__(self, database: Database, shed: Callable[[UUID], None], proving: Proving) -> None:
        self._database, self._shed, self._proving = database, shed, proving

    def receive(self, address: str, delivery: Delivery) -> Reply | None:
        """Answer after the commit; None: no source has this address. Raises StudioError for what is not kept, Moved."""
        found = self._look_up(address)
        if found is None:
            return None
        config = Webhook.Config.model_validate(trigger_settings(found.type, found.type_version, found.config))
        if found.closed_at is not None:
            raise Conflict(_("This event source is closed, so nothing was kept."), code="source.closed")
        if delivery.method not in config.methods:
            raise WrongMethod(delivery.method, config.methods)
        self._shed(found.workspace_id)
        verified = self._proving.verify(found.workspace_id, config, delivery)
        if len(delivery.body) > MAX_BYTES:
            words = _("The body is larger than %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024))
            raise TooLarge(words, code="webhook.too_large")
        data = read_data(config, delivery.content_type, delivery.body, delivery.query)
        meta: dict[str, Any] = {"method": delivery.method, "content_type": delivery.content_type[:200]}
        if verified.delivery_id:
            meta["delivery_id"] = verified.delivery_id
        try:
            key = dedup_key(config, data, delivery.headers, delivery.query) or verified.once
        except InvalidInput as error:
            key, meta["reason"] = None, error.message
        arrived = Arrived(
            data, len(delivery.body), meta, key, shown(delivery.headers, [config.header.lower()]), shown(delivery.query)
        )
        return self._keep(found.id, found.workspace_id, address, arrived)

    def _keep(self, source_id: UUID, workspace_id: UUID, address: str, arrived: Arrived) -> Reply:
        with self._database.unit(workspace_id) as unit:
            source = unit.session.get(EventSource, source_id, with_for_update=True, populate_existing=True)
            if source is None or source.address_hash != hash_token(address) or source.closed_at is not None:
                raise Moved
            event = taking.keep(unit, source, arrived)
            event_id, repeats = event.id, event.repeats_id
        if repeats is not None:
            return Reply(200, {"event_id": str(event_id), "duplicate": True, "of": str(repeats)})
        return Reply(202, {"event_id": str(event_id)})

    def _look_up(self, address: str) -> Any:
        """The whole 256-bit address takes part in the look-up."""
        row = select(
            EventSource.id, EventSource.workspace_id, EventSource.type, EventSource.type_version, EventSource.config,
            EventSource.closed_at,
        ).where(EventSource.address_hash == hash_token(address))  # fmt: skip
        with self._database.across(read_only=True) as unit:
            return unit.session.execute(row).one_or_none()
