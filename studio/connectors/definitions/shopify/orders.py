"""Finding an order, by its name (#1001) or its id, with what actions need of it."""

from decimal import Decimal
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import ask, failed, gid, quoted
from studio.core.i18n import gettext as _

PAYMENTS = """transactions(first: 100) { id kind status gateway amountSet { shopMoney { amount currencyCode } }
  parentTransaction { id } } refunds(first: 100) { id note totalRefundedSet { shopMoney { amount } } }"""
_BY_ID = "query Order($id: ID!) { order(id: $id) { id name cancelledAt currencyCode %s } }"
_BY_NAME = """query OrderNamed($query: String!) { orders(first: 2, query: $query) {
  nodes { id name cancelledAt currencyCode %s } } }"""


def find_order(api: Api, named: str, more: str = "") -> Any:
    """The order; `more`: further fields. Raises ApiError."""
    name = named.strip()
    order_id = gid("Order", name)
    if order_id is not None:
        found = ask(api, _BY_ID % more, {"id": order_id})["order"]
    else:
        number = name if name.startswith("#") or not name.isdigit() else f"#{name}"
        nodes = ask(api, _BY_NAME % more, {"query": f"name:{quoted(number)}"})["orders"]["nodes"]
        found = next((one for one in nodes if one["name"] == number), None)
    if found is None:
        words = _("%(title)s has no order “%(order)s”.", title=api.title, order=named[:80])
        raise failed(words, "no_order", "order")
    return found


def left_to_refund(order: Any) -> dict[str, Decimal]:
    """By each payment that came in: how much of it may still go back."""
    good = [one for one in order["transactions"] if one["status"] == "SUCCESS"]
    left = {one["id"]: _amount(one) for one in good if one["kind"] in ("SALE", "CAPTURE")}
    for one in good:
        parent = (one["parentTransaction"] or {}).get("id")
        if one["kind"] == "REFUND" and parent in left:
            left[parent] -= _amount(one)
    return left


def shown(order: Any) -> dict[str, str]:
    """What every action gives of its order."""
    return {"order": order["name"], "order_id": order["id"]}


def _amount(transaction: Any) -> Decimal:
    return Decimal(transaction["amountSet"]["shopMoney"]["amount"])
