"""Webhooks that Studio registers at a shop, and what it understands of what they tell."""

from typing import Any

import pytest

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.definitions.vendure import CONNECTOR
from studio.connectors.errors import ApiError
from studio.connectors.hooks.events import ShopEvent, data_of
from studio.connectors.hooks.scheme import Hooks, Received, Wanted
from studio.connectors.webhooks.checking import stands
from studio.core import clock
from studio.core.signatures import verify
from tests.counterparts.vendure.shop import Shop
from tests.factories.shop_accounts import account, outlet
from tests.servers.http_target import HttpTarget

pytestmark = pytest.mark.slow

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOKS: Hooks = CONNECTOR.hooks


@pytest.fixture
def api(shop: Shop) -> AuthorisedApi:
    return account(shop)


def told(target: HttpTarget, name: str) -> Any:
    """Wait for a delivery of a topic, and give what Studio makes of it."""
    seen = 0
    while True:
        seen += 1
        request = target.wait_for(seen)
        verify(HOOKS.signed, request.headers, request.body, [SECRET], now=clock.local_now())
        received = Received(request.headers, request.json())
        topic = HOOKS.of(HOOKS.topic(received))
        assert topic is not None
        if topic.name == name:
            shape = topic.read(received)
            return None if shape is None else data_of(topic.event, shape)


def test_what_is_registered_tells_in_the_shape_of_all_shops_until_it_is_removed(
    shop: Shop, api: AuthorisedApi, http_target: HttpTarget
) -> None:
    names = HOOKS.names(list(ShopEvent))
    made = HOOKS.register(api, Wanted(http_target.url, names, SECRET))
    assert [(one.id, one.url) for one in HOOKS.listed(api)] == [(made.id, http_target.url)]
    assert stands(HOOKS, HOOKS.listed(api), http_target.url, made.id)

    order = shop.place_order("SHIRT-S", 2, payment="invoice")
    created = told(http_target, "order.created")["order"]
    assert (created["number"], created["total"], created["currency"]) == (order.code, "80.00", "EUR")
    assert created["customer"]["email"] == order.email
    assert created["left_to_refund"] == "80.00"
    assert created["lines"][0] | {"id": "1"} == {
        "id": "1", "sku": "SHIRT-S", "name": "Linen shirt S", "quantity": 2, "unit_price": "40.00", "total": "80.00"
    }  # fmt: skip
    assert told(http_target, "order.paid")["order"]["id"] == order.id

    refund = CONNECTOR.action("refund")
    assert refund is not None
    fields = {"order": order.code, "amount": "7.50", "currency": "EUR", "reason": "Late"}
    pending = refund().perform(api, refund.Config.model_validate(fields), "")
    assert pending["refund_state"] == "pending"
    requested = told(http_target, "refund.created")["refund"]
    assert (requested["amount"], requested["reason"], requested["order"]["id"]) == ("7.50", "Late", order.id)

    cancel = CONNECTOR.action("cancel")
    assert cancel is not None
    cancel().perform(api, cancel.Config.model_validate({"order": order.code}), "")
    cancelled = told(http_target, "order.cancelled")["order"]
    assert (cancelled["state"], cancelled["total"], cancelled["left_to_refund"]) == ("Cancelled", "0.00", "72.50")
    assert told(http_target, "customer.changed")["customer"]["first_name"] == "Anna"

    stock = CONNECTOR.action("stock")
    assert stock is not None
    stock().perform(api, stock.Config.model_validate({"product": "MUG", "on_hand": 77, "warehouse": "Vienna"}), "")
    assert "MUG" in str(told(http_target, "product.changed")) + str(told(http_target, "stock.changed"))

    HOOKS.remove(api, made.id)
    assert HOOKS.listed(api) == []
    assert not stands(HOOKS, HOOKS.listed(api), http_target.url, made.id), "it is registered again"
    HOOKS.remove(api, made.id)


def test_a_refund_that_was_made_at_once_is_no_request(shop: Shop, api: AuthorisedApi, http_target: HttpTarget) -> None:
    made = HOOKS.register(api, Wanted(http_target.url, ["refund.created"], SECRET))
    order = shop.place_order("MUG")
    refund = CONNECTOR.action("refund")
    assert refund is not None
    refund().perform(api, refund.Config.model_validate({"order": order.id, "amount": 1, "currency": "EUR"}), "")
    assert told(http_target, "refund.created") is None
    HOOKS.remove(api, made.id)


def test_webhooks_are_of_a_channel(shop: Shop, api: AuthorisedApi, http_target: HttpTarget) -> None:
    there = account(shop, key=shop.api_key(channel=shop.seeded.outlet_token), scope=outlet(shop))
    made = HOOKS.register(there, Wanted(http_target.url, ["order.created"], SECRET))
    assert HOOKS.listed(api) == []
    order = shop.place_order("MUG", channel=shop.seeded.outlet_token)
    request = http_target.wait_for()
    received = Received(request.headers, request.json())
    assert HOOKS.scope(received) == shop.seeded.outlet
    assert told(http_target, "order.created")["order"]["number"] == order.code
    HOOKS.remove(there, made.id)


def test_a_malformed_delivery_and_an_unknown_topic_are_refused(shop: Shop, api: AuthorisedApi) -> None:
    order = HOOKS.of("order.created")
    assert order is not None
    for body in ({"data": {}}, {"data": None}, {"data": {"id": 1, "code": "A"}}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            order.read(Received({}, body))
    with pytest.raises(ApiError) as refused:
        HOOKS.register(api, Wanted("http://127.0.0.1:9/", ["order.nonsense"], SECRET))
    assert "order.nonsense" in refused.value.message
    shop_without = account(shop, api_path="shop-api")
    with pytest.raises(ApiError) as missing:
        HOOKS.listed(shop_without)
    assert missing.value.code == "vendure.no_webhooks"
