"""A note in an order's history."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure.asking import change
from studio.connectors.definitions.vendure.orders import find_order, shown
from studio.connectors.marks import bears, marked_text
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_NOTES = """history(options: { take: 100, sort: { createdAt: DESC }, filter: { type: { eq: "ORDER_NOTE" } } }) {
  items { isPublic data }
}"""
_ADD = "mutation AddNote($input: AddNoteToOrderInput!) { addNoteToOrder(input: $input) { id code state } }"


class Note(Action):
    """Write a note into an order's history.

    A note for the shop's people bears a short mark of the step, so that a repeat writes no second one. One that
    the customer may read bears none: the same words are not written twice.
    """

    key = "note"
    title = "Add a note to an order"
    proved = ProvedBy.VENDURE
    keyed = True
    sample: ClassVar = {"order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "state": "PaymentSettled", "done_before": False}
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        text: str = help_(
            "What is written.", title="Note", example="Approved by {{ steps.ask.decided_by }}", template=True,
            widget="textarea", min_length=1, max_length=4_000,
        )  # fmt: skip
        public: bool = help_(
            "Whether the customer may read it.", title="For the customer too", default=False, example=False
        )

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        order, _places = find_order(api, config.order, _NOTES)
        text = config.text if config.public else marked_text(config.text, effect_key)
        notes = [(one["isPublic"], one["data"].get("note")) for one in order["history"]["items"]]
        before = any(
            public == config.public and (note == text if public else bears(note, effect_key)) for public, note in notes
        )
        if not before:
            order |= change(api, _ADD, {"input": {"id": order["id"], "note": text, "isPublic": config.public}})
        return {**shown(order), "done_before": before}
