"""Whether a product is on sale."""

from typing import Any, ClassVar, Literal

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.articles import find_product
from studio.connectors.definitions.shopify.asking import change
from studio.connectors.samples import schema_of
from studio.contract.node import help_

_SET = """mutation Publish($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id status } userErrors { field message } }
}"""


class Publish(Action):
    """Make a product active, so that it is sold where it is published, or a draft. A repeat changes nothing."""

    key = "publish"
    title = "Publish or hide a product"
    keyed = True
    causes = ("product.changed",)
    sample: ClassVar = {
        "product": "mug-blue", "product_id": "gid://shopify/Product/108828309", "name": "Mug, blue",
        "published": True, "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = help_(
            "Its handle, or its id.", title="Product", example="mug-blue", template=True, min_length=1, max_length=200
        )
        visible: Literal["published", "hidden"] = help_(
            "Hidden: it becomes a draft, which customers neither find nor buy.", title="On sale",
            default="published", example="published",
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the product says whether it was done
        product = find_product(api, config.product)
        wanted = "ACTIVE" if config.visible == "published" else "DRAFT"
        before = product["status"] == wanted
        if not before:
            change(api, _SET, {"product": {"id": product["id"], "status": wanted}})
        return {
            "product": product["handle"], "product_id": product["id"], "name": product["title"],
            "published": wanted == "ACTIVE", "done_before": before,
        }  # fmt: skip
