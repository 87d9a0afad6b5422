"""The events of shops: their names, their shapes, and what one looks like."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studio.connectors.hooks.shapes import Customer, Line, Order, Product, Refund, Shape, StockLevel, Variant
from studio.core.i18n import marked


class ShopEvent(StrEnum):
    """What has happened at a shop."""

    ORDER_CREATED = "order.created"
    ORDER_PAID = "order.paid"
    ORDER_CANCELLED = "order.cancelled"
    REFUND_REQUESTED = "refund.requested"
    PRODUCT_CHANGED = "product.changed"
    STOCK_CHANGED = "stock.changed"
    CUSTOMER_CHANGED = "customer.changed"


@dataclass(frozen=True, slots=True)
class Kind:
    """One event as triggers offer it."""

    title: str
    name: str
    """Under which its shape stands in the run's data."""
    sample: Shape


_CUSTOMER = Customer(id="17", email="anna.keller@example.com", first_name="Anna", last_name="Keller")
_ORDER = Order(
    id="6021", number="SO-6021", state="PaymentSettled", placed_at="2026-03-02T10:15:00+00:00", currency="EUR",
    total="420.00", left_to_refund="420.00", quantity=2, customer=_CUSTOMER, tags=["gift"],
    lines=[Line(id="9", sku="CHAIR-OAK", name="Oak chair", quantity=2, unit_price="210.00", total="420.00")],
)  # fmt: skip
_PRODUCT = Product(
    id="31", name="Oak chair", slug="oak-chair", enabled=True,
    variants=[Variant(id="44", sku="CHAIR-OAK", name="Oak chair", price="210.00", currency="EUR",
                      stock=[StockLevel(location="1", on_hand=12, allocated=2)])],
)  # fmt: skip
_REFUND = Refund(id="3", state="Pending", amount="210.00", currency="EUR", reason="Broken leg", order=_ORDER)

KINDS: Mapping[ShopEvent, Kind] = {
    ShopEvent.ORDER_CREATED: Kind(marked("Order created"), "order", _ORDER),
    ShopEvent.ORDER_PAID: Kind(marked("Order paid"), "order", _ORDER),
    ShopEvent.ORDER_CANCELLED: Kind(marked("Order cancelled"), "order", _ORDER),
    ShopEvent.REFUND_REQUESTED: Kind(marked("Refund requested"), "refund", _REFUND),
    ShopEvent.PRODUCT_CHANGED: Kind(marked("Product changed"), "product", _PRODUCT),
    ShopEvent.STOCK_CHANGED: Kind(marked("Stock changed"), "product", _PRODUCT),
    ShopEvent.CUSTOMER_CHANGED: Kind(marked("Customer changed"), "customer", _CUSTOMER),
}


def data_of(event: ShopEvent, shape: Shape) -> dict[str, Any]:
    """What a run gets of it. Raises TypeError where the shape is another event's: a definition's mistake."""
    kind = KINDS[event]
    if type(shape) is not type(kind.sample):
        message = f"{event} is told as {type(kind.sample).__name__}, not as {type(shape).__name__}"
        raise TypeError(message)
    return {kind.name: shape.model_dump(mode="json")}
