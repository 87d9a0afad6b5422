"""What the shop's webhooks tell, in the shape that all shops share."""

from typing import Any

from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.orders import left_to_refund
from studio.connectors.hooks.scheme import Received
from studio.connectors.hooks.shapes import Customer, Line, Order, Product, Refund, StockLevel, Variant


def order(received: Received) -> Order:
    """Of topics about orders."""
    return _order(received.body["data"], _places(received))


def refund(received: Received) -> Refund | None:
    """A refund that somebody still has to make; None: it was made at once, or could not be."""
    data, places = received.body["data"], _places(received)
    if data["state"] != "Pending":
        return None
    of = _order(data["order"], places)
    return Refund(
        id=str(data["id"]), state=data["state"], amount=money.text(data["total"], places), currency=of.currency,
        reason=data["reason"], order=of,
    )  # fmt: skip


def product(received: Received) -> Product:
    """Of topics about products and their stock."""
    data, places = received.body["data"], _places(received)
    if data.get("deleted"):
        return Product(id=str(data["id"]), deleted=True)
    return Product(
        id=str(data["id"]), name=data["name"], slug=data["slug"], enabled=data["enabled"],
        variants=[_variant(one, places) for one in data["variants"]],
    )  # fmt: skip


def customer(received: Received) -> Customer:
    """Of the topic about customers."""
    data = received.body["data"]
    return _customer(data, deleted=bool(data.get("deleted")))


def topic(received: Received) -> str:
    """Which topic a delivery is of."""
    return str(received.body["type"])


def channel(received: Received) -> str:
    """The id of the channel that it is about."""
    return str(received.body["channel"]["id"])


def _places(received: Received) -> int:
    return int(received.body.get("moneyPrecision", 2))


def _order(data: Any, places: int) -> Order:
    return Order(
        id=str(data["id"]), number=data["code"], state=data["state"], placed_at=data["orderPlacedAt"],
        currency=data["currencyCode"], total=money.text(data["totalWithTax"], places), quantity=data["totalQuantity"],
        left_to_refund=money.text(sum(left_to_refund(one) for one in data["payments"]), places),
        customer=_customer(data["customer"]) if data["customer"] else None,
        lines=[_line(one, places) for one in data["lines"]], tags=(data.get("customFields") or {}).get("tags") or [],
    )  # fmt: skip


def _line(data: Any, places: int) -> Line:
    return Line(
        id=str(data["id"]), sku=data["productVariant"]["sku"], name=data["productVariant"].get("name") or "",
        quantity=data["quantity"], unit_price=money.text(data["unitPriceWithTax"], places),
        total=money.text(data["linePriceWithTax"], places),
    )  # fmt: skip


def _customer(data: Any, *, deleted: bool = False) -> Customer:
    return Customer(
        id=str(data["id"]), email=data["emailAddress"], first_name=data["firstName"], last_name=data["lastName"],
        phone=data.get("phoneNumber"), deleted=deleted,
    )  # fmt: skip


def _variant(data: Any, places: int) -> Variant:
    price = data["priceWithTax"]
    return Variant(
        id=str(data["id"]), sku=data["sku"], name=data["name"] or "",
        price=None if price is None else money.text(price, places), currency=data["currencyCode"],
        stock=[StockLevel(location=one["stockLocationId"], on_hand=one["stockOnHand"], allocated=one["stockAllocated"])
               for one in data["stockLevels"]],
    )  # fmt: skip
