"""An event source that has kept what a shop sent."""

from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.sources import service, taking
from studio.runtime.sources.taking import Arrived
from tests.e2e import shopify


def furnish(uow: UnitOfWork, keyring: Any) -> None:
    """Open one, and keep an order that came twice."""
    row = service.open_(uow, keyring, "Orders of the new shop", service.WEBHOOK, {})
    meta = {"method": "POST", "content_type": "application/json"}
    headers = {"user-agent": "Shopify-Captain-Hook", "x-shopify-topic": "orders/create", "cookie": "[redacted]"}
    for _again in range(2):
        taking.keep(uow, row, Arrived(shopify.order(), 2_048, meta, "d-1", headers, {"shop": "main"}))
