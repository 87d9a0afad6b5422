"""An order that is not to be delivered."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.definitions.vendure.orders import PAYMENTS, find_order, left_to_refund, shown
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_CANCEL = """mutation Cancel($input: CancelOrderInput!) { cancelOrder(input: $input) {
  ... on Order { id code state }
  ... on ErrorResult { errorCode message }
  ... on OrderStateTransitionError { transitionError }
} }"""


class Cancel(Action):
    """Cancel a whole order and put its articles back into stock. Money does not go back by itself: refund it first.

    An order that is cancelled already stays so.
    """

    key = "cancel"
    title = "Cancel an order"
    proved = ProvedBy.VENDURE
    keyed = True
    causes = ("order.cancelled",)
    sample: ClassVar = {
        "order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "state": "Cancelled", "left_to_refund": "380.00",
        "currency": "EUR", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        reason: str = help_(
            "Kept in the order's history.", title="Reason", default="", example="Out of stock", template=True,
            max_length=400,
        )  # fmt: skip
        shipping: bool = help_(
            "Whether the charge for shipping is cancelled as well.", title="Shipping too", default=True, example=True
        )

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # a cancelled order says itself that it is
        order, places = find_order(api, config.order, PAYMENTS)
        before = order["state"] == "Cancelled"
        if not before and "Cancelled" not in order["nextStates"]:
            # Asked all the same, Vendure takes every line off the order and leaves it in its state.
            words = _("An order in the state %(state)s cannot be cancelled.", state=order["state"])
            raise failed(words, "order_state", "order")
        if not before:
            wanted = {"orderId": order["id"], "cancelShipping": config.shipping, "reason": config.reason or None}
            order |= change(api, _CANCEL, {"input": wanted})
        left = sum(left_to_refund(one) for one in order["payments"] or [])
        return {
            **shown(order), "left_to_refund": money.text(left, places), "currency": order["currencyCode"],
            "done_before": before,
        }  # fmt: skip
