"""Words by which an order is found again."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import change
from studio.connectors.definitions.shopify.fields import order_field
from studio.connectors.definitions.shopify.orders import find_order, shown
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_ADD = "added: tagsAdd(id: $id, tags: $add) { userErrors { field message } }"
_REMOVE = "removed: tagsRemove(id: $id, tags: $remove) { userErrors { field message } }"


class Tag(Action):
    """Add tags to an order, or take some off. Those that are there, or gone, already stay so."""

    key = "tag"
    title = "Tag an order"
    keyed = True
    sample: ClassVar = {"order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "tags": ["checked"],
                        "done_before": False}  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()
        add: list[str] = help_(
            "One a line.", title="Tags to add", default=[], example=["checked"], template=True, max_length=50
        )
        remove: list[str] = help_(
            "One a line.", title="Tags to take off", default=[], example=[], template=True, max_length=50
        )

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the tags say themselves whether they are there
        order = find_order(api, config.order, "tags")
        have = order["tags"]
        add = [one for one in dict.fromkeys(map(str.strip, config.add)) if one and one not in have]
        remove = [one for one in dict.fromkeys(map(str.strip, config.remove)) if one in have and one not in add]
        asked: dict[str, Any] = {"id": order["id"]}
        fields, names = [], ["$id: ID!"]
        for name, tags, field in (("add", add, _ADD), ("remove", remove, _REMOVE)):
            if tags:
                asked[name] = tags
                fields.append(field)
                names.append(f"${name}: [String!]!")
        if fields:
            change(api, f"mutation Tags({', '.join(names)}) {{ {' '.join(fields)} }}", asked)
        tags = [one for one in have if one not in remove] + add
        return {**shown(order), "tags": tags, "done_before": not fields}
