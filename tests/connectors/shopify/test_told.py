"""What Studio understands of Shopify's webhooks."""

from typing import Any

import pytest

from studio.connectors.definitions.shopify import told
from studio.connectors.hooks.scheme import Received

ORDER = {
    "id": 5421876543210, "name": "#6021", "processed_at": "2026-03-02T09:14:05+01:00", "currency": "EUR",
    "total_price": "486.90", "line_items": [], "tags": "vip, newsletter",
}  # fmt: skip


def back(amount: str, status: str = "success", kind: str = "refund") -> dict[str, Any]:
    return {"transactions": [{"kind": kind, "status": status, "amount": amount}]}


@pytest.mark.parametrize(
    ("payment", "refunds", "left"),
    [
        ("paid", [], "486.90"),
        ("partially_refunded", [back("86.90"), back("100", "pending")], "300.00"),
        ("partially_refunded", [back("86.90"), back("100", "failure"), back("5", kind="void")], "400.00"),
        ("refunded", [back("486.90")], "0.00"),
        ("pending", [], "0.00"),
        ("partially_paid", [], None),
    ],
)
def test_what_is_left_to_refund_is_told_where_the_payload_says_it(payment: str, refunds: list, left: str) -> None:
    order = told.order(Received({}, ORDER | {"financial_status": payment, "refunds": refunds}))
    assert order.left_to_refund == left
    assert (order.number, order.total) == ("#6021", "486.90")
