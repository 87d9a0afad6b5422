"""What can be synced from a Shopify shop: orders, products and customers, by the moment of change."""

from datetime import UTC, datetime, timedelta
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import ask, quoted
from studio.connectors.syncs.stream import Cursor, Deletions, Page, Read, Stream
from studio.core.i18n import marked

_LIST = """query Changed($first: Int!, $after: String, $query: String) {
  %(list)s(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { %(fields)s } pageInfo { hasNextPage endCursor } } }"""
_LAG = timedelta(seconds=60)
"""How far behind the newest moment the next pass begins: Shopify's search is behind its data."""
_MONEY = "{ shopMoney { amount currencyCode } }"
_ORDER = f"""id name createdAt updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus currencyCode tags
totalPriceSet {_MONEY} totalRefundedSet {_MONEY} customer {{ id }}"""
_PRODUCT = "id createdAt updatedAt title handle status"
_CUSTOMER = "id createdAt updatedAt firstName lastName"
_MOMENTS = {"createdAt": "2026-03-02T10:12:00Z", "updatedAt": "2026-03-02T10:15:00Z"}


def _since(moment: datetime) -> Cursor:
    return {"since": moment.astimezone(UTC).isoformat(), "after": None, "newest": None}


def _reading(name: str, fields: str) -> Read:
    query = _LIST % {"list": name, "fields": fields}

    def read(api: Api, cursor: Cursor | None, limit: int) -> Page:
        at = dict(cursor or {"since": None, "after": None, "newest": None})
        wanted = f"updated_at:>={quoted(at['since'])}" if at["since"] else None
        found = ask(api, query, {"first": limit, "after": at["after"], "query": wanted})[name]
        nodes: list[Any] = found["nodes"]
        newest = nodes[-1]["updatedAt"] if nodes else at["newest"]
        if found["pageInfo"]["hasNextPage"]:
            return Page(nodes, {**at, "after": found["pageInfo"]["endCursor"], "newest": newest}, done=False)
        next_pass = _since(datetime.fromisoformat(newest) - _LAG) if newest else _since_same(at)
        return Page(nodes, next_pass, done=True)

    return read


def _since_same(at: dict[str, Any]) -> Cursor:
    return {"since": at["since"], "after": None, "newest": None}


ORDERS = Stream(
    key="orders", title=marked("Orders"), read=_reading("orders", _ORDER), cursor_field="updatedAt", since=_since,
    deletions=Deletions.NEVER,
    sample={
        "id": "gid://shopify/Order/5421876546021", "name": "#1001", **_MOMENTS, "cancelledAt": None,
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "currencyCode": "EUR",
        "tags": ["vip"], "totalPriceSet": {"shopMoney": {"amount": "420.0", "currencyCode": "EUR"}},
        "totalRefundedSet": {"shopMoney": {"amount": "0.0", "currencyCode": "EUR"}},
        "customer": {"id": "gid://shopify/Customer/7213546789099"},
    },
)  # fmt: skip
PRODUCTS = Stream(
    key="products", title=marked("Products"), read=_reading("products", _PRODUCT), cursor_field="updatedAt",
    since=_since,
    sample={"id": "gid://shopify/Product/108828309", **_MOMENTS, "title": "Oak chair", "handle": "oak-chair",
            "status": "ACTIVE"},
)  # fmt: skip
CUSTOMERS = Stream(
    key="customers", title=marked("Customers"), read=_reading("customers", _CUSTOMER), cursor_field="updatedAt",
    since=_since,
    sample={"id": "gid://shopify/Customer/7213546789099", **_MOMENTS, "firstName": "Anna", "lastName": "Keller"},
)  # fmt: skip
