"""A note on an order."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import change
from studio.connectors.definitions.shopify.fields import order_field
from studio.connectors.definitions.shopify.orders import find_order, shown
from studio.connectors.marks import bears, marked_text
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_SET = """mutation Note($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}"""


class Note(Action):
    """Add a line to an order's note. It bears a short mark of the step, so that a repeat adds no second one."""

    key = "note"
    title = "Add a note to an order"
    keyed = True
    sample: ClassVar = {"order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()
        text: str = help_(
            "What is added.", title="Note", example="Approved by {{ steps.ask.decided_by }}", template=True,
            widget="textarea", min_length=1, max_length=2_000,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        order = find_order(api, config.order, "note")
        before = bears(order["note"], effect_key)
        if not before:
            lines = [order["note"] or "", marked_text(config.text, effect_key)]
            change(api, _SET, {"input": {"id": order["id"], "note": "\n".join(line for line in lines if line)}})
        return {**shown(order), "done_before": before}
