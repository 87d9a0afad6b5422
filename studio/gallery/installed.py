"""Where the demo's workflow listens, and an order to send there. Cheap to import: every start asks."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from studio.core import rng
from studio.core.settings import Settings

TEMPLATE = "high-value-refunds"
_FIND = text(
    "select s.id, s.workspace_id, s.address_sealed, s.config from trigger_subscription s"
    " join workflow w on w.id = s.workflow_id where w.template_slug = :slug and w.archived_at is null"
    " and s.type = 'trigger.webhook' and s.active and s.address_sealed is not null order by s.id limit 1"
)


@dataclass(frozen=True, slots=True)
class Installed:
    """A published workflow of the template."""

    workspace_id: UUID
    url: str
    """Where its webhook listens."""
    sample: dict[str, Any]


def find(connection: Connection, settings: Settings) -> Installed | None:
    """The first one that is on, in any workspace; asked as the engine, which sees them all."""
    row = connection.execute(_FIND, {"slug": TEMPLATE}).first()
    if row is None:
        return None
    from studio.core.crypto import Keyring  # noqa: PLC0415 - only where there is an address to open

    row_id, workspace_id = _uuid(row[0]), _uuid(row[1])
    address = Keyring.open(settings.data_dir).unseal(row[2], context=f"{workspace_id}|trigger|{row_id}").decode()
    config = json.loads(row[3]) if isinstance(row[3], str) else row[3]
    return Installed(workspace_id, f"{settings.public_url}/hooks/{address}", config.get("sample") or {})


def numbered(order: dict[str, Any]) -> dict[str, Any]:
    """The order with a refund number of its own: the same refund twice would be one delivery."""
    refund = order.get("refund")
    return {**order, "refund": {**refund, "id": f"R-{rng.digits(8)}"}} if isinstance(refund, dict) else order


def _uuid(value: Any) -> UUID:
    """SQLite keeps ids as hex, PostgreSQL gives them as they are."""
    return value if isinstance(value, UUID) else UUID(str(value))
