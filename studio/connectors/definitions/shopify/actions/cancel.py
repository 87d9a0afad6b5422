"""An order that is not to be delivered."""

from typing import Any, ClassVar, Literal

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import change
from studio.connectors.definitions.shopify.fields import order_field
from studio.connectors.definitions.shopify.orders import find_order, shown
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_CANCEL = """mutation Cancel($id: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notify: Boolean!,
  $note: String, $refund: OrderCancelRefundMethodInput!) {
  orderCancel(orderId: $id, reason: $reason, restock: $restock, notifyCustomer: $notify, staffNote: $note,
    refundMethod: $refund) { job { id } orderCancelUserErrors { field message } }
}"""


class Cancel(Action):
    """Cancel a whole order. Money does not go back by itself: refund it first. It cannot be taken back.

    Shopify cancels a moment later. An order that is cancelled already stays so.
    """

    key = "cancel"
    title = "Cancel an order"
    keyed = True
    causes = ("order.cancelled",)
    sample: ClassVar = {
        "order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()
        reason: Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "STAFF", "OTHER"] = help_(
            "As Shopify counts them: the customer's wish, a declined payment, fraud, no stock, a mistake, another.",
            title="Reason", default="OTHER", example="INVENTORY",
        )  # fmt: skip
        note: str = help_(
            "For the shop's people.", title="Note", default="", example="Out of stock", template=True, max_length=255
        )
        restock: bool = help_("Put the articles back into stock.", title="Restock", default=True, example=True)
        notify: bool = help_("Tell the customer.", title="Tell the customer", default=False, example=False)

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # a cancelled order says itself that it is
        order = find_order(api, config.order)
        before = order["cancelledAt"] is not None
        if not before:
            change(api, _CANCEL, {
                "id": order["id"], "reason": config.reason, "restock": config.restock, "notify": config.notify,
                "note": config.note or None, "refund": {"originalPaymentMethodsRefund": False},
            })  # fmt: skip
        return {**shown(order), "done_before": before}
