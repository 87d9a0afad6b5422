"""A connector to `benchmarks.servers.records`, which knows orders alone."""

from typing import Any, cast

from studio.connectors import catalogue
from studio.connectors.api import Api
from studio.connectors.definition import Account, Connector, Field
from studio.connectors.signing_in import nothing
from studio.connectors.syncs.stream import Cursor, Page, Stream

PAGE = 250
"""Records a page: as many as Shopify gives at once."""


def read(api: Api, cursor: Cursor | None, limit: int) -> Page:
    """A page of `benchmarks.servers.records`."""
    found: dict[str, Any] = api.get("/orders", {"after": (cursor or {}).get("after", 0), "limit": limit})
    return Page(found["records"], {"after": found["next"]}, found["done"])


CONNECTOR = Connector(
    key="bench", title="Bench", description="Orders without number.", auths=(nothing(),),
    settings=(Field(name="base_url", title="Address", kind="url"),),
    base_url=lambda found: str(found["base_url"]), probe=lambda _api: Account("1", "Bench"),
    streams=(Stream(key="orders", title="Orders", read=read, cursor_field="id", limit=PAGE),),
)  # fmt: skip


def install() -> None:
    """This process has the connector, as if there were a folder of it."""
    cast("dict[str, Connector]", catalogue.connectors())[CONNECTOR.key] = CONNECTOR
