"""What is approved one by one."""

from typing import Any

from pydantic import ValidationInfo, field_validator

from studio.approvals import items
from studio.approvals.nodes.fields.groups import ITEMS
from studio.approvals.outcomes import Outcome
from studio.contract.node import NodeConfig, help_


class Itemized(NodeConfig):
    """What is approved one by one."""

    items: list[Any] = help_(
        "A list of which each entry may be approved or not, such as an order's lines; an approval approves those "
        "that are ticked. Only where nobody else has to agree as well",
        default=[],
        expression="list",
        example="trigger.order.lines",
        title="Line items",
        max_length=items.MOST,
        group=ITEMS,
    )
    item_label: str = help_(
        "What people read of an item; the item is called item",
        default="item",
        expression="any",
        deferred=True,
        example="item.name",
        title="An item's words",
        validate_default=True,
        group=ITEMS,
    )
    item_amount: str = help_(
        "Its amount, in the currency of the approval; empty: none",
        default="",
        expression="any",
        deferred=True,
        example="item.price",
        title="An item's amount",
        group=ITEMS,
    )
    item_key: str = help_(
        "What later steps know it by; empty: its number, from 1",
        default="",
        expression="any",
        deferred=True,
        example="item.sku",
        title="An item's key",
        group=ITEMS,
    )

    @field_validator("item_label")
    @classmethod
    def _items_alone(cls, label: str, info: ValidationInfo) -> str:
        """At this field, since before a run the list itself is an expression that nobody can judge."""
        listed = info.data.get("items", True)
        approving = any(one.outcome is Outcome.APPROVED for one in info.data.get("options") or ())
        if listed and (info.data.get("also") or approving):
            raise ValueError(items.alone())
        return label
