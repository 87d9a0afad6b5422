"""A provider with webhooks: a real HTTP server that keeps registrations, and a definition that knows how to ask it."""

import itertools
import time
from dataclasses import replace
from datetime import UTC, datetime

import orjson
from standardwebhooks import Webhook

from studio.connectors.definitions.http import CONNECTOR as HTTP
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.scheme import Hooks, Listed, Registered, Topic
from studio.connectors.hooks.shapes import Customer, Order
from tests.servers.http_target import Answer, HttpTarget


class Provider(HttpTarget):
    """`away`: what it answers instead, as many times as its first number says."""

    def __init__(self, port):
        super().__init__(port)
        self.hooks, self.away, self._numbers = {}, None, itertools.count(1)

    def take(self, request):
        super().take(request)
        if self.away:
            return Answer(self.away)
        if request.method == "POST":
            id_ = f"wh-{next(self._numbers)}"
            self.hooks[id_] = request.json()
            return _json({"id": id_})
        if request.method == "DELETE":
            self.hooks.pop(request.path.rpartition("/")[2], None)
            return _json({})
        return _json([{"id": id_, "url": one["url"]} for id_, one in self.hooks.items()])

    def sign(self, topic, data, *, id_="msg_1", secret=None, at=None):
        """Headers and body of a delivery, by the newest registration's secret unless said."""
        body = orjson.dumps({"type": topic, "data": data})
        secret = secret or list(self.hooks.values())[-1]["secret"]
        moment = datetime.fromtimestamp(at or time.time(), UTC)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign(id_, moment, body.decode()),
        }
        return headers, body


def _json(value):
    return Answer(200, headers={"content-type": "application/json"}, body=orjson.dumps(value))


def _order(received):
    data = received.body["data"]
    return Order(id=data["id"], number=data["number"], total=data.get("total"))


def _customer(received):
    return Customer(id=received.body["data"]["id"]) if received.body["data"].get("known") else None


def _register(api, wanted):
    body = {"url": wanted.url, "topics": list(wanted.topics), "secret": wanted.secret}
    return Registered(api.post("/webhooks", body)["id"])


HOOKS = Hooks(
    signed="standard-webhooks",
    topics=(
        Topic("orders/new", ShopEvent.ORDER_CREATED, _order),
        Topic("orders/paid", ShopEvent.ORDER_PAID, _order),
        Topic("customers/changed", ShopEvent.CUSTOMER_CHANGED, _customer),
    ),
    topic=lambda received: received.body["type"],
    register=_register,
    listed=lambda api: [Listed(one["id"], one["url"]) for one in api.get("/webhooks")],
    remove=lambda api, id_: api.call("DELETE", f"/webhooks/{id_}") and None,
)


def connector(hooks=HOOKS):
    """The HTTP connector, as if it had webhooks."""
    return replace(HTTP, hooks=hooks)
