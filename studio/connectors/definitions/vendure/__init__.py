"""Vendure: a shop, by its Admin API. What it has to offer for that is said in docs/connectors.md."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.definition import Connector, Field
from studio.connectors.definitions.vendure.actions.cancel import Cancel
from studio.connectors.definitions.vendure.actions.hold import Hold, Release
from studio.connectors.definitions.vendure.actions.note import Note
from studio.connectors.definitions.vendure.actions.price import Price
from studio.connectors.definitions.vendure.actions.publish import Publish
from studio.connectors.definitions.vendure.actions.refund import Refund
from studio.connectors.definitions.vendure.actions.stock import Stock
from studio.connectors.definitions.vendure.actions.tag import Tag
from studio.connectors.definitions.vendure.places import probe, scopes
from studio.connectors.definitions.vendure.streams import CUSTOMERS, ORDERS, PRODUCTS
from studio.connectors.definitions.vendure.webhooks import HOOKS
from studio.connectors.signing_in import api_key, bearer
from studio.core.i18n import marked


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url", "")).rstrip("/")


CONNECTOR = Connector(
    key="vendure",
    title=marked("Vendure"),
    description=marked("A Vendure shop: orders, refunds, prices, stock and products."),
    icon="tag",
    settings=(
        Field(name="base_url", title=marked("Address"), kind="url", example="https://shop.example.com",
              help=marked("Of the server that answers the Admin API.")),
        Field(name="api_path", title=marked("Path of the Admin API"), required=False, example="admin-api",
              help=marked("Empty: admin-api.")),
        Field(name="hold_state", title=marked("State of orders on hold"), required=False, example="OnHold",
              help=marked("The state of your order process in which nothing is delivered. Empty: Modifying.")),
        Field(name="tags_field", title=marked("Custom field for tags"), required=False, example="tags",
              help=marked("Of orders: a list of words. Empty: tags.")),
    ),
    auths=(
        api_key(
            header="vendure-api-key",
            help_text=marked(
                "Made in Vendure for an administrator, with the roles that it shall have. The server has to take API "
                "keys: tokenMethod names api-key."
            ),
        ),
        bearer(
            title=marked("Session token"),
            help_text=marked(
                "Of an administrator who signed in: the header vendure-auth-token of that answer. It ends with the "
                "session; an API key does not."
            ),
        ),
    ),
    base_url=_base_url,
    probe=probe,
    scopes=scopes,
    streams=(ORDERS, PRODUCTS, CUSTOMERS),
    hooks=HOOKS,
    actions=(Refund, Cancel, Hold, Release, Note, Tag, Price, Stock, Publish),
)  # fmt: skip
