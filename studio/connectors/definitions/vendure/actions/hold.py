"""Orders that wait for somebody before they are delivered, and go on again."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.definitions.vendure.orders import find_order, shown
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_MOVE = """mutation Move($id: ID!, $state: String!) { transitionOrderToState(id: $id, state: $state) {
  ... on Order { id code state }
  ... on ErrorResult { errorCode message }
  ... on OrderStateTransitionError { transitionError }
} }"""
_HISTORY = """history(options: { take: 50, sort: { createdAt: DESC, id: DESC },
  filter: { type: { eq: "ORDER_STATE_TRANSITION" } } }) { items { data } }"""


def holding(api: Api) -> str:
    """The state in which the shop holds orders."""
    return str(api.settings.get("hold_state") or "Modifying")


class Hold(Action):
    """Put an order on hold: it moves into the state that the shop holds orders in, which the connection names.

    Without one it is Vendure's own “Modifying”, in which an order cannot be cancelled, and which ends when somebody
    sends a parcel of it. An order that is on hold already stays so.
    """

    key = "hold"
    title = "Put an order on hold"
    proved = ProvedBy.VENDURE
    keyed = True
    sample: ClassVar = {"order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "state": "Modifying", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the order's state says whether it was done
        order, _places = find_order(api, config.order)
        return _moved(api, order, holding(api))


class Release(Action):
    """Let an order that was put on hold go on, in the state that it had before. Others stay as they are."""

    key = "release"
    title = "Let an order go on"
    proved = ProvedBy.VENDURE
    keyed = True
    sample: ClassVar = {"order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "state": "PaymentSettled", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key
        order, _places = find_order(api, config.order, _HISTORY)
        held = holding(api)
        if order["state"] != held:
            return {**shown(order), "done_before": True}
        moves = (one["data"] for one in order["history"]["items"])
        before = next((move["from"] for move in moves if move.get("to") == held), "PaymentSettled")
        return _moved(api, order, before)


def _moved(api: Api, order: Any, state: str) -> dict[str, Any]:
    if order["state"] == state:
        return {**shown(order), "done_before": True}
    if state not in order["nextStates"]:
        words = _(
            "The order is in the state %(state)s, from where it cannot go to %(wanted)s (possible: %(next)s).",
            state=order["state"], wanted=state[:60], next=", ".join(order["nextStates"]) or _("none"),
        )  # fmt: skip
        raise failed(words, "order_state", "order")
    order |= change(api, _MOVE, {"id": order["id"], "state": state})
    return {**shown(order), "done_before": False}
