"""Finding what is on sale: a variant by its stock keeping unit, a product by the same, its id or its slug."""

from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.asking import ask, failed
from studio.core.i18n import gettext as _

_VARIANT = """query FindVariant($id: ID!, $sku: String!) {
  byId: productVariant(id: $id) { ...Needed }
  bySku: productVariants(options: { take: 2, filter: { sku: { eq: $sku } } }) { items { ...Needed } }
  stockLocations(options: { take: 100 }) { items { id name } }
  %(precision)s
}
fragment Needed on ProductVariant {
  id sku name prices { currencyCode price } stockLevels { stockLocationId stockOnHand stockAllocated }
}"""
_PRODUCT = """query FindProduct($id: ID!, $name: String!) {
  byId: product(id: $id) { ...Needed }
  byName: products(options: { take: 2, filter: { _or: [{ sku: { eq: $name } }, { slug: { eq: $name } }] } }) {
    items { ...Needed }
  }
}
fragment Needed on Product { id name slug enabled }"""


def find_variant(api: Api, named: str) -> tuple[Any, Any]:
    """The variant, and the whole answer: stock locations and decimals stand in it. Raises ApiError."""
    name = named.strip()
    data = ask(api, _VARIANT % {"precision": money.PRECISION}, {"id": name, "sku": name})
    return _one(api, data["bySku"]["items"], data["byId"], named), data


def find_product(api: Api, named: str) -> Any:
    """The product. Raises ApiError."""
    name = named.strip()
    data = ask(api, _PRODUCT, {"id": name, "name": name})
    return _one(api, data["byName"]["items"], data["byId"], named)


def _one(api: Api, by_name: list[Any], by_id: Any, named: str) -> Any:
    if len(by_name) > 1:
        words = _("%(title)s has several products “%(name)s”. Name one by its id.", title=api.title, name=named[:80])
        raise failed(words, "ambiguous_product", "product")
    found = next(iter(by_name), None) or by_id
    if found is None:
        words = _("%(title)s has no product “%(name)s”.", title=api.title, name=named[:80])
        raise failed(words, "no_product", "product")
    return found
