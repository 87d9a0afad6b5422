"""What Shopify's webhooks tell, in the shape that all shops share. Ids are those of its GraphQL API."""

from decimal import Decimal
from typing import Any

from studio.connectors.hooks.scheme import Received
from studio.connectors.hooks.shapes import Customer, Line, Order, Product, Refund, Variant


def order(received: Received) -> Order:
    """Of topics about orders."""
    data = received.body
    buyer = data.get("customer")
    return Order(
        id=_id("Order", data), number=data["name"], state=data.get("financial_status") or "",
        placed_at=data["processed_at"], currency=data["currency"], total=data["total_price"],
        left_to_refund=_left_to_refund(data),
        quantity=sum(int(one["quantity"]) for one in data["line_items"]),
        customer=_customer(buyer) if buyer else None, lines=[_line(one) for one in data["line_items"]],
        tags=[one.strip() for one in (data.get("tags") or "").split(",") if one.strip()],
    )  # fmt: skip


def requested_return(received: Received) -> Refund | None:
    """Goods that a customer asks to send back; what is to be paid back, Shopify works out once somebody agrees.

    None: somebody has answered by now. The payload names the order by its id alone, and the return after it: #1001-R1.
    """
    data = received.body
    if data["status"].lower() != "requested":
        return None
    order_id, name = _id("Order", data["order"]), data.get("name") or ""
    return Refund(
        id=_id("Return", data), state=data["status"], reason=_reasons(data["return_line_items"]),
        order=Order(id=order_id, number=name.rpartition("-R")[0] or order_id),
    )  # fmt: skip


def product(received: Received) -> Product:
    """Of topics about products; prices are in the shop's own currency, which the payload does not name."""
    data = received.body
    return Product(
        id=_id("Product", data), name=data["title"], slug=data["handle"], enabled=data["status"] == "active",
        variants=[Variant(id=_id("ProductVariant", one), sku=one.get("sku") or "", name=one["title"],
                          price=one["price"]) for one in data["variants"]],
    )  # fmt: skip


def gone_product(received: Received) -> Product:
    """Only its id is told."""
    return Product(id=_id("Product", received.body), deleted=True)


def customer(received: Received) -> Customer:
    """Of topics about customers."""
    return _customer(received.body)


def gone_customer(received: Received) -> Customer:
    """Only its id is told."""
    return Customer(id=_id("Customer", received.body), deleted=True)


def _customer(data: Any) -> Customer:
    return Customer(
        id=_id("Customer", data), email=data.get("email"), first_name=data.get("first_name") or "",
        last_name=data.get("last_name") or "", phone=data.get("phone"),
    )  # fmt: skip


def _line(data: Any) -> Line:
    return Line(
        id=_id("LineItem", data), sku=data.get("sku") or "", name=data["title"], quantity=data["quantity"],
        unit_price=data["price"],
    )  # fmt: skip


def _reasons(lines: Any) -> str | None:
    """What the customer says of each line, and Shopify's word for it; each once, in their order."""
    said = [
        one.get("customer_note") or one.get("return_reason_note") or (one.get("return_reason") or "").replace("_", " ")
        for one in lines
    ]
    return "; ".join(dict.fromkeys(one for one in said if one)) or None


def _left_to_refund(data: Any) -> str | None:
    """By the order's state of payment; None where the payload alone does not tell, such as of one paid in part."""
    match data.get("financial_status"):
        case "paid" | "partially_refunded":
            moves = [move for refund in data.get("refunds") or [] for move in refund.get("transactions") or []]
            back = (Decimal(one["amount"]) for one in moves if one["kind"] == "refund" and one["status"] != "failure")
            return f"{Decimal(data['total_price']) - sum(back):f}"
        case "pending" | "authorized" | "refunded" | "voided" | "expired":
            return "0.00"
        case _:
            return None


def _id(kind: str, data: Any) -> str:
    return f"gid://shopify/{kind}/{int(data['id'])}"
