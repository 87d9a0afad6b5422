"""Whether a product is on sale."""

from typing import Any, ClassVar, Literal

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure.articles import find_product
from studio.connectors.definitions.vendure.asking import change
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_SET = "mutation Publish($input: UpdateProductInput!) { updateProduct(input: $input) { id name slug enabled } }"


class Publish(Action):
    """Put a product on sale, or take it off. A repeat changes nothing."""

    key = "publish"
    title = "Publish or hide a product"
    proved = ProvedBy.VENDURE
    keyed = True
    causes = ("product.changed",)
    sample: ClassVar = {
        "product": "mug-blue",
        "product_id": "3",
        "name": "Mug, blue",
        "published": True,
        "done_before": False,
    }
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = help_(
            "Its slug, its id, or the SKU of one of its variants.", title="Product", example="mug-blue",
            template=True, min_length=1, max_length=200,
        )  # fmt: skip
        visible: Literal["published", "hidden"] = help_(
            "Hidden: customers neither find nor buy it.", title="On sale", default="published", example="published"
        )

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the product says whether it was done
        product, wanted = find_product(api, config.product), config.visible == "published"
        before = product["enabled"] == wanted
        if not before:
            product |= change(api, _SET, {"input": {"id": product["id"], "enabled": wanted}})
        return {
            "product": product["slug"], "product_id": product["id"], "name": product["name"],
            "published": product["enabled"], "done_before": before,
        }  # fmt: skip
