"""The shop of the tests as an account that definitions call, with no row and no run around it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.definitions.vendure import CONNECTOR
from studio.connectors.wire import Scope
from studio.core import ids
from studio.core.http.client import Client
from studio.core.http.messages import HttpRequest, HttpResponse
from tests.counterparts.vendure.shop import Shop

NOWHERE = UUID(int=0)


class KeyThatStays:
    """An API key is never renewed."""

    def fresh(self, account: OpenAccount) -> OpenAccount:
        return account

    def refused(self, account: OpenAccount) -> OpenAccount | None:
        del account
        return None


@dataclass
class Line:
    """The way to the shop, which may lose an answer."""

    client: Client
    loses: list[Exception] = field(default_factory=list)
    """Raised behind the next requests that change something, one each: the shop has done it, and nobody hears."""
    sent: list[bytes] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.client.send(request)
        self.sent.append(request.body or b"")
        if self.loses and b'"mutation' in self.sent[-1]:
            raise self.loses.pop(0)
        return answer

    @property
    def changes(self) -> int:
        """How many mutations went out."""
        return sum(b'"mutation' in body for body in self.sent)


def account(shop: Shop, *, scope: Scope | None = None, key: str | None = None, **settings: Any) -> AuthorisedApi:
    """The shop under a key of its own."""
    host = shop.url.removeprefix("http://")
    opened = OpenAccount(
        workspace_id=NOWHERE, connection_id=NOWHERE, handle="main-shop", title="Main shop", connector=CONNECTOR,
        auth=CONNECTOR.auths[0], settings={"base_url": shop.url, **settings},
        credentials={"api_key": key or shop.api_key()}, version=1, hosts=(host,), scope=scope,
    )  # fmt: skip
    return AuthorisedApi(opened, Line(Client([host])).send, KeyThatStays())


def line_of(api: AuthorisedApi) -> Line:
    """The way that an account's requests take."""
    return api.send.__self__  # type: ignore[attr-defined]  # a bound method of Line, made above


def outlet(shop: Shop) -> Scope:
    """The second channel, as it is found."""
    settings = {"token": shop.seeded.outlet_token, "currency": "USD"}
    return Scope(ids.new_id(), "channel", shop.seeded.outlet, "outlet", settings)


def warehouse(shop: Shop) -> Scope:
    """The second warehouse, as it is found."""
    return Scope(ids.new_id(), "warehouse", shop.seeded.second_warehouse, "Vienna", {})
