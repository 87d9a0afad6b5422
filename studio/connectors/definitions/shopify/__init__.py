"""Shopify: a shop, by its Admin GraphQL API. Held to the published contract alone (docs/connectors.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definition import Account, Connector, Credentials, Field, FoundScope, OAuth
from studio.connectors.definitions.shopify.actions.cancel import Cancel
from studio.connectors.definitions.shopify.actions.hold import Hold, Release
from studio.connectors.definitions.shopify.actions.note import Note
from studio.connectors.definitions.shopify.actions.price import Price
from studio.connectors.definitions.shopify.actions.publish import Publish
from studio.connectors.definitions.shopify.actions.refund import Refund
from studio.connectors.definitions.shopify.actions.stock import Stock
from studio.connectors.definitions.shopify.actions.tag import Tag
from studio.connectors.definitions.shopify.asking import ask
from studio.connectors.definitions.shopify.streams import CUSTOMERS, ORDERS, PRODUCTS
from studio.connectors.definitions.shopify.webhooks import HOOKS, SECRET
from studio.connectors.outcomes import ScopeKind
from studio.connectors.signing_in import api_key, client_credentials
from studio.connectors.wire import Outgoing
from studio.core.i18n import marked

_HEADER = "x-shopify-access-token"


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url", "")).rstrip("/")


def _token(request: Outgoing, credentials: Credentials) -> None:
    request.headers[_HEADER] = credentials["access_token"]


def probe(api: Api) -> Account:
    """The shop's own id and name."""
    shop = ask(api, "query Who { shop { id name } }")["shop"]
    return Account(shop["id"], shop["name"])


def scopes(api: Api) -> Sequence[FoundScope]:
    """Its locations."""
    found = ask(api, "query Places { locations(first: 100) { nodes { id name } } }")["locations"]["nodes"]
    return [FoundScope(ScopeKind.WAREHOUSE, one["id"], one["name"]) for one in found]


_CLIENT = client_credentials(
    OAuth(token_url="{base_url}/admin/oauth/access_token", client_auth="body"),  # noqa: S106 - an address
    title=marked("App of the shop's own organisation (client id and secret)"),
)
_CUSTOM_APP = api_key(
    header=_HEADER, title=marked("Admin API access token"),
    help_text=marked("Of a custom app of the shop, with the access scopes that its actions need."),
)  # fmt: skip
_APP_SECRET = Field(
    name=SECRET, title=marked("API secret key of the app"), kind="secret", required=False,
    help=marked("Shopify signs with it what it tells of. Without it, Shopify's events start no workflows."),
)  # fmt: skip

CONNECTOR = Connector(
    key="shopify",
    title=marked("Shopify"),
    description=marked("A Shopify shop: orders, refunds, prices, stock and products."),
    icon="tag",
    settings=(
        Field(name="base_url", title=marked("Address"), kind="url", example="https://my-shop.myshopify.com",
              help=marked("The shop's own at Shopify, not that of its storefront.")),
    ),
    auths=(
        replace(_CUSTOM_APP, fields=(*_CUSTOM_APP.fields, _APP_SECRET)),
        replace(_CLIENT, apply=_token),
    ),
    base_url=_base_url,
    probe=probe,
    scopes=scopes,
    streams=(ORDERS, PRODUCTS, CUSTOMERS),
    hooks=HOOKS,
    actions=(Refund, Cancel, Hold, Release, Note, Tag, Price, Stock, Publish),
)  # fmt: skip
