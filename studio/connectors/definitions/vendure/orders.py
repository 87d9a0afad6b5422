"""Finding an order, by its code or its id, with what actions need of it."""

from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.asking import ask, failed
from studio.core.i18n import gettext as _

PAYMENTS = "payments { id amount state method refunds { id total state reason } }"
_FIND = """query FindOrder($id: ID!, $code: String!) {
  byId: order(id: $id) { ...Needed }
  byCode: orders(options: { take: 1, filter: { code: { eq: $code } } }) { items { ...Needed } }
  %(precision)s
}
fragment Needed on Order { id code state currencyCode totalWithTax nextStates %(more)s }"""


def find_order(api: Api, named: str, more: str = "") -> tuple[Any, int]:
    """The order, and how many decimals its amounts have; `more`: further fields. Raises ApiError."""
    code = named.strip().removeprefix("#")
    data = ask(api, _FIND % {"precision": money.PRECISION, "more": more}, {"id": code, "code": code})
    found = next(iter(data["byCode"]["items"]), None) or data["byId"]
    if found is None:
        words = _("%(title)s has no order “%(order)s”.", title=api.title, order=named[:80])
        raise failed(words, "no_order", "order")
    return found, money.precision(data)


def left_to_refund(payment: Any) -> int:
    """How much of a payment may still be given back: what failed never left."""
    if payment["state"] != "Settled":
        return 0
    return int(payment["amount"]) - sum(int(one["total"]) for one in payment["refunds"] if one["state"] != "Failed")


def shown(order: Any) -> dict[str, str]:
    """What every action gives of its order."""
    return {"order": order["code"], "order_id": order["id"], "state": order["state"]}
