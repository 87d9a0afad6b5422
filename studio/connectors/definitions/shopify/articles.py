"""Finding a variant by its stock keeping unit or id, and a product by its handle or id."""

from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import ask, failed, gid, quoted
from studio.core.i18n import gettext as _

_VARIANT = "id sku displayName price product { id } inventoryItem { id }"
_VARIANT_BY_ID = f"query Variant($id: ID!) {{ productVariant(id: $id) {{ {_VARIANT} }} shop {{ currencyCode }} }}"
_VARIANT_BY_SKU = f"""query VariantNamed($query: String!) {{ productVariants(first: 2, query: $query) {{
  nodes {{ {_VARIANT} }} }} shop {{ currencyCode }} }}"""
_PRODUCT_BY_ID = "query Product($id: ID!) { product(id: $id) { id title handle status } }"
_PRODUCT_BY_HANDLE = """query ProductNamed($query: String!) { products(first: 2, query: $query) {
  nodes { id title handle status } } }"""


def find_variant(api: Api, named: str) -> tuple[Any, str]:
    """The variant, and the shop's currency. Raises ApiError."""
    name = named.strip()
    variant_id = gid("ProductVariant", name)
    if variant_id is not None:
        data = ask(api, _VARIANT_BY_ID, {"id": variant_id})
        nodes = [data["productVariant"]] if data["productVariant"] else []
    else:
        data = ask(api, _VARIANT_BY_SKU, {"query": f"sku:{quoted(name)}"})
        nodes = [one for one in data["productVariants"]["nodes"] if one["sku"] == name]
    return _one(api, nodes, named), data["shop"]["currencyCode"]


def find_product(api: Api, named: str) -> Any:
    """The product. Raises ApiError."""
    name = named.strip()
    product_id = gid("Product", name)
    if product_id is not None:
        found = ask(api, _PRODUCT_BY_ID, {"id": product_id})["product"]
        return _one(api, [found] if found else [], named)
    nodes = ask(api, _PRODUCT_BY_HANDLE, {"query": f"handle:{quoted(name)}"})["products"]["nodes"]
    return _one(api, [one for one in nodes if one["handle"] == name], named)


def _one(api: Api, nodes: list[Any], named: str) -> Any:
    if len(nodes) == 1:
        return nodes[0]
    words = (
        _("%(title)s has several products “%(name)s”. Name one by its id.", title=api.title, name=named[:80])
        if nodes
        else _("%(title)s has no product “%(name)s”.", title=api.title, name=named[:80])
    )
    raise failed(words, "ambiguous_product" if nodes else "no_product", "product")
