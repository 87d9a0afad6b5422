"""Shopify's actions and streams against its published contract: the schema's words, done once, refused in words."""

from typing import Any

import pytest

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.definitions.shopify import CONNECTOR
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.hooks.events import ShopEvent, data_of
from studio.connectors.hooks.scheme import Hooks, Received, Wanted
from studio.connectors.outcomes import ProvedBy
from studio.connectors.webhooks.checking import stands
from studio.connectors.wire import Scope
from studio.core import ids
from tests.connectors.shopify.contract import TOKEN, Shop
from tests.e2e.shopify import order as shopify_order
from tests.factories.shop_accounts import NOWHERE, KeyThatStays


@pytest.fixture
def shop() -> Shop:
    return Shop()


def account(shop: Shop, token: str = TOKEN, scope: Scope | None = None, **more: str) -> AuthorisedApi:
    opened = OpenAccount(
        workspace_id=NOWHERE, connection_id=NOWHERE, handle="shop", title="Nordlicht", connector=CONNECTOR,
        auth=CONNECTOR.auths[0], settings={"base_url": "https://nordlicht.myshopify.com"},
        credentials={"api_key": token, **more}, version=1, hosts=("nordlicht.myshopify.com",), scope=scope,
    )  # fmt: skip
    return AuthorisedApi(opened, shop.send, KeyThatStays())


@pytest.fixture
def api(shop: Shop) -> AuthorisedApi:
    return account(shop)


def do(api: AuthorisedApi, name: str, effect_key: str = "step-1", **fields: Any) -> Any:
    action = CONNECTOR.action(name)
    assert action is not None
    given = action().perform(api, action.Config.model_validate(fields), effect_key)
    assert given.keys() == action.sample.keys(), "an action gives what its sample says"
    return given


def refused(api: AuthorisedApi, name: str, **fields: Any) -> ApiError:
    with pytest.raises(ApiError) as raised:
        do(api, name, **fields)
    return raised.value


HOOKS: Hooks = CONNECTOR.hooks


def told(topic: str, body: Any) -> Any:
    received = Received({"x-shopify-topic": topic}, body)
    found = HOOKS.of(HOOKS.topic(received))
    assert found is not None
    shape = found.read(received)
    assert shape is not None
    return data_of(found.event, shape)


def test_nothing_is_said_to_be_proved_by_more_than_the_contract() -> None:
    assert {action.proved for action in CONNECTOR.actions} == {ProvedBy.CONTRACT}


def test_a_refund_is_made_once(shop: Shop, api: AuthorisedApi) -> None:
    refund = {"order": "1001", "amount": "30", "currency": "EUR", "reason": "Scratched"}
    done = do(api, "refund", **refund)
    assert (done["left"], done["done_before"]) == ("50.00", False)
    assert do(api, "refund", **refund)["done_before"]
    shop.row.made[0].note = "somebody edited it"
    do(api, "refund", **refund)
    assert len(shop.row.made) == 1, "the idempotency key holds where the note does not"
    assert not do(api, "refund", "step-2", **refund)["done_before"]
    assert refused(api, "refund", effect_key="step-3", **refund).message == (
        "The order has only 20.00 EUR left to refund."
    )
    assert refused(api, "refund", **refund | {"currency": "USD"}, effect_key="x").code == "shopify.other_currency"
    for amount in ("0", "-3", "lots", "NaN"):
        assert refused(api, "refund", effect_key="x", **refund | {"amount": amount}).field == "amount"
    assert refused(api, "refund", **refund | {"order": "#9"}).code == "shopify.no_order"


def test_orders_are_cancelled_held_noted_and_tagged_once(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.row.id
    assert [do(api, "hold", order=order)["done_before"] for _time in range(2)] == [False, True]
    assert shop.parts[0].status == "ON_HOLD"
    assert [do(api, "release", order=order)["done_before"] for _time in range(2)] == [False, True]
    assert shop.parts[0].status == "OPEN"
    for _time in range(2):
        do(api, "note", order=order, text="Checked")
    assert shop.row.note.count("Checked") == 1
    assert shop.row.note.startswith("Ring twice\nChecked (Studio ")
    assert do(api, "tag", order=order, add=["new", "vip"], remove=["gone"])["tags"] == ["vip", "new"]
    assert do(api, "tag", order=order, add=["x"], remove=["vip"])["tags"] == ["new", "x"] == shop.row.tags
    assert do(api, "tag", order=order, add=["x"])["done_before"]
    assert [do(api, "cancel", order="#1001", reason="FRAUD")["done_before"] for _time in range(2)] == [False, True]
    shop.parts[0].status = "CLOSED"
    assert refused(api, "hold", order=order).code == "shopify.order_state"


def test_articles_change_from_what_they_were(shop: Shop, api: AuthorisedApi) -> None:
    change = {"product": "MUG", "was": "13.5", "price": "14.90", "currency": "EUR"}
    assert [do(api, "price", **change)["done_before"] for _time in range(2)] == [False, True]
    assert shop.variant.price == "14.90"
    assert refused(api, "price", **change | {"price": "1"}).code == "shopify.price_moved"
    assert refused(api, "stock", product="MUG", on_hand=4).field == "warehouse"
    assert do(api, "stock", product="MUG", on_hand=4, warehouse="Vienna")["was"] == 12
    vienna = Scope(ids.new_id(), "warehouse", "gid://shopify/Location/2", "Vienna", {})
    assert do(account(shop, scope=vienna), "stock", product="MUG", on_hand=4)["done_before"]
    assert shop.on_hand == {"gid://shopify/Location/1": 12, "gid://shopify/Location/2": 4}
    assert do(api, "publish", product="mug-blue", visible="hidden")["published"] is False
    assert do(api, "publish", product=shop.article.id, visible="hidden")["done_before"]
    assert refused(api, "publish", product='x" OR status:"ACTIVE').code == "shopify.no_product"


def test_refusals_say_what_they_are(shop: Shop, api: AuthorisedApi) -> None:
    shop.throttled = 1
    throttled = refused(api, "note", order="#1001", text="x")
    assert (throttled.code, throttled.retryable, throttled.wait_s) == ("shopify.throttled", True, 2.0)
    assert isinstance(refused(account(shop, token="revoked"), "note", order="#1001", text="x"), SignInRefused)


def test_streams_read_page_by_page(shop: Shop, api: AuthorisedApi) -> None:
    assert CONNECTOR.probe(api).name == "Nordlicht"
    assert CONNECTOR.scopes is not None
    assert [one.name for one in CONNECTOR.scopes(api)] == ["Berlin", "Vienna"]
    streams = {one.key: one for one in CONNECTOR.streams}
    found, cursor, done = [], None, False
    while not done:
        page = streams["customers"].read(api, cursor, 3)
        found, cursor, done = found + list(page.records), page.cursor, page.done
    assert [one["id"] for one in found] == [one.id for one in shop.customer]
    assert cursor == {"since": "2026-03-02T10:14:06+00:00", "after": None, "newest": None}
    for key in ("orders", "products", "customers"):
        page = streams[key].read(api, None, 10)
        assert page.records[0].keys() == streams[key].sample.keys()
        assert streams[key].read(api, page.cursor, 10).done


def test_webhooks_are_registered_with_the_apps_secret_and_removed(shop: Shop) -> None:
    api = account(shop, client_secret="shpss_of_tests")
    names = HOOKS.names([ShopEvent.ORDER_CREATED, ShopEvent.ORDER_PAID])
    made = HOOKS.register(api, Wanted("https://studio.example.com/hooks/1", names, "whsec_made_here"))
    assert made.secret == "shpss_of_tests", "Shopify signs with the app's own"
    assert {one.topic for one in shop.webhooks.values()} == {"ORDERS_CREATE", "ORDERS_PAID"}
    [found] = HOOKS.listed(api)
    assert (found.id, found.url) == (made.id, "https://studio.example.com/hooks/1")
    assert stands(HOOKS, [found], found.url, made.id)
    shop.webhooks.popitem()
    assert not stands(HOOKS, HOOKS.listed(api), found.url, made.id), "Shopify drops each topic by itself"
    HOOKS.remove(api, made.id)
    assert shop.webhooks == {}
    HOOKS.remove(api, made.id)
    with pytest.raises(ApiError) as refused_one:
        HOOKS.register(account(shop), Wanted("https://studio.example.com/hooks/1", names, "x"))
    assert refused_one.value.code == "shopify.no_app_secret"


def test_what_is_told_comes_in_the_shape_of_all_shops() -> None:
    body = shopify_order()
    order = told("orders/create", body)["order"]
    assert (order["id"], order["number"]) == (body["admin_graphql_api_id"], body["name"])
    assert (order["total"], order["currency"], order["tags"]) == ("842.50", "EUR", ["vip", "newsletter"])
    assert order["lines"][0]["sku"] == "LAMP-TRIPOD"
    assert order["customer"]["email"] == "anna.keller@example.com"
    product = {"id": 5, "title": "Mug", "handle": "mug", "status": "draft",
               "variants": [{"id": 6, "sku": "MUG", "title": "Blue", "price": "13.50"}]}  # fmt: skip
    changed = told("products/update", product)["product"]
    assert (changed["id"], changed["enabled"], changed["variants"][0]["price"]) == (
        "gid://shopify/Product/5", False, "13.50"
    )  # fmt: skip
    assert told("products/delete", {"id": 5})["product"]["deleted"]
    assert told("customers/update", body["customer"])["customer"]["first_name"] == "Anna"
    assert told("customers/delete", {"id": 7})["customer"]["deleted"]
    for malformed in ({}, {"id": "x"}, {"id": 1, "line_items": None}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            told("orders/paid", malformed)


def test_goods_that_somebody_asks_to_return_are_a_refund_that_is_requested() -> None:
    line = {"quantity": 1, "return_reason": "size_too_small", "return_reason_note": "", "customer_note": None}
    back = {"id": 9, "status": "requested", "name": "#1001-R2", "order": {"id": 820982911946154508},
            "return_line_items": [line, line | {"customer_note": "Broken leg"}]}  # fmt: skip
    asked = told("returns/request", back)["refund"]
    assert (asked["id"], asked["amount"], asked["reason"]) == (
        "gid://shopify/Return/9", None, "size too small; Broken leg"
    )  # fmt: skip
    assert asked["order"]["number"] == "#1001"
    assert asked["order"]["id"] == "gid://shopify/Order/820982911946154508"
    unnamed = told("returns/request", back | {"name": None, "return_line_items": []})["refund"]
    assert (unnamed["order"]["number"], unnamed["reason"]) == (unnamed["order"]["id"], None)
    topic = HOOKS.of("returns/request")
    assert topic is not None
    assert topic.read(Received({}, back | {"status": "open"})) is None
    for broken in ({}, back | {"order": None}, back | {"status": None}, back | {"return_line_items": None}):
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
            topic.read(Received({}, broken))
