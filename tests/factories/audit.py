"""What the audit trail holds."""

from typing import Any

from studio.audit.listing import Filter, page
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant


def events_of(database: Database, tenant: MadeTenant, action: str) -> list[dict[str, Any]]:
    """Those of one action, oldest first, as pages show them."""
    with database.unit(tenant.id, read_only=True) as uow:
        found = page(uow, Filter()).events
    return [event for event in reversed(found) if event["action"] == action]
