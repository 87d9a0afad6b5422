"""From the secret part of a web address to the trigger behind it, cached for a moment."""

import threading
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core import clock
from studio.core.crypto import hash_token
from studio.core.unit_of_work import Database
from studio.runtime.flow.control import Control
from studio.runtime.models import TriggerSubscription, trigger_settings
from studio.runtime.triggers.webhook import Webhook

FRESH_S = 2.0
"""How long a look-up is believed. Accepting itself asks the row again whether it is on and which version it starts."""
KEPT = 4_096
LENGTHS = range(40, 65)


@dataclass(frozen=True, slots=True)
class Hook:
    """What accepting a delivery needs to know."""

    subscription_id: UUID
    workspace_id: UUID
    workflow_id: UUID
    version_id: UUID
    node_key: str
    config: Webhook.Config
    control: Control | None
    until: float


class Addresses:
    """Look-ups of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Hook] = {}
        self._lock = threading.Lock()

    def find(self, address: str) -> Hook | None:
        """The trigger behind an address, or None. The whole 256-bit address takes part in the look-up."""
        if len(address) not in LENGTHS:
            return None
        known = self._known.get(address)
        if known is not None and known.until > clock.monotonic():
            return known
        found = self._look_up(address)
        with self._lock:
            if len(self._known) >= KEPT:
                self._known.clear()
            if found is not None:
                self._known[address] = found
            else:
                self._known.pop(address, None)
        return found

    def _look_up(self, address: str) -> Hook | None:
        row = select(
            TriggerSubscription.id, TriggerSubscription.workspace_id, TriggerSubscription.workflow_id,
            TriggerSubscription.version_id, TriggerSubscription.node_key, TriggerSubscription.type,
            TriggerSubscription.type_version, TriggerSubscription.config, TriggerSubscription.control,
        ).where(TriggerSubscription.address_hash == hash_token(address))  # fmt: skip
        with self._database.across(read_only=True) as unit:
            found: Any = unit.session.execute(row).one_or_none()
        if found is None:
            return None
        config = Webhook.Config.model_validate(trigger_settings(found.type, found.type_version, found.config))
        return Hook(
            found.id, found.workspace_id, found.workflow_id, found.version_id, found.node_key, config,
            Control.of(found.control), clock.monotonic() + FRESH_S,
        )  # fmt: skip
