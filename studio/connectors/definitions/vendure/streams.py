"""What can be synced from a Vendure shop: orders, products and customers, a channel each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.vendure import listing, records
from studio.connectors.definitions.vendure.asking import ask
from studio.connectors.definitions.vendure.listing import Place
from studio.connectors.outcomes import ScopeKind
from studio.connectors.syncs.stream import Cursor, Deletions, Page, Read, Stream
from studio.core import clock
from studio.core.i18n import marked

_LIST = """query Changed($after: DateTime!, $skip: Int!, $take: Int!) { %(list)s(options: {
  filter: { updatedAt: { after: $after } %(more)s }, sort: { updatedAt: ASC, id: ASC }, skip: $skip, take: $take
}) { items { %(fields)s } } }"""
_BY_ID = (
    "query Products($ids: [String!]!, $take: Int!) "
    "{ products(options: { filter: { id: { in: $ids } }, take: $take }) { items { %s } } }"
)
_CLOCKS_DIFFER = timedelta(minutes=10)
"""How much the shop's clock may be behind ours."""
_CHANNELS = frozenset({ScopeKind.CHANNEL})


def _changed(what: str, fields: str, more: str = "") -> str:
    return _LIST % {"list": what, "fields": fields, "more": more}


def _since(moment: datetime) -> Cursor:
    return Place(moment.astimezone(UTC)).kept()


def _reading(query: str) -> Read:
    def read(api: Api, cursor: Cursor | None, limit: int) -> Page:
        found, place, done = listing.read(api, query, Place.of(cursor), limit)
        return Page(found, place.kept(), done)

    return read


_PRODUCTS = _changed("products", records.PRODUCT)
_VARIANTS = _changed("productVariants", "id updatedAt productId")


def _read_products(api: Api, cursor: Cursor | None, limit: int) -> Page:
    """First the products that changed, then those of which a variant did: Vendure moves only the variant's moment."""
    if cursor is None:
        begun = Place(clock.local_now().astimezone(UTC) - _CLOCKS_DIFFER)
        cursor = {"products": Place().kept(), "variants": begun.kept(), "variants_now": False}
    products, variants = Place.of(cursor["products"]), Place.of(cursor["variants"])
    if not cursor["variants_now"]:
        found, products, done = listing.read(api, _PRODUCTS, products, limit)
        return Page(found, _both(products, variants, now=done), done=False)
    changed, variants, done = listing.read(api, _VARIANTS, variants, limit)
    ids = list(dict.fromkeys(one["productId"] for one in changed))
    found = []
    if ids:
        found = ask(api, _BY_ID % records.PRODUCT, {"ids": ids, "take": len(ids)})["products"]["items"]
    return Page(found, _both(products, variants, now=not done), done)


def _both(products: Place, variants: Place, *, now: bool) -> Mapping[str, Any]:
    return {"products": products.kept(), "variants": variants.kept(), "variants_now": now}


def _products_since(moment: datetime) -> Cursor:
    place = Place(moment.astimezone(UTC))
    return _both(place, place, now=False)


ORDERS = Stream(
    key="orders", title=marked("Orders"), cursor_field="updatedAt", deletions=Deletions.NEVER, scopes=_CHANNELS,
    # Baskets are orders too, until they are placed.
    read=_reading(_changed("orders", records.ORDER, "orderPlacedAt: { isNull: false }")), since=_since,
    sample=records.ORDER_SAMPLE,
)  # fmt: skip
PRODUCTS = Stream(
    key="products", title=marked("Products"), cursor_field="updatedAt", read=_read_products, since=_products_since,
    scopes=_CHANNELS, limit=50, sample=records.PRODUCT_SAMPLE,
)  # fmt: skip
CUSTOMERS = Stream(
    key="customers", title=marked("Customers"), cursor_field="updatedAt", scopes=_CHANNELS,
    read=_reading(_changed("customers", records.CUSTOMER)), since=_since, sample=records.CUSTOMER_SAMPLE,
)  # fmt: skip
