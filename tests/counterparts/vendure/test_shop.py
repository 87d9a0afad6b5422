"""The shop that other tests rely on: that it is one, and that its webhooks are signed and told apart."""

from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.counterparts.vendure.graphql import GraphQL, Refused
from tests.counterparts.vendure.shop import Shop
from tests.servers.http_target import HttpTarget, Request

pytestmark = pytest.mark.slow

REGISTER = "mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) { id secret } }"


@pytest.fixture
def key(shop: Shop) -> GraphQL:
    return GraphQL(shop.admin_url, {"vendure-api-key": shop.api_key()})


def told(target: HttpTarget, topic: str, having: Callable[[Any], bool] = lambda _data: True) -> Request:
    """Wait for the message of a topic."""
    seen = 0
    while True:
        seen += 1
        request = target.wait_for(seen)
        message = request.json()
        if message["type"] == topic and having(message["data"]):
            return request


def test_what_happens_is_told_under_a_signature_until_the_webhook_is_removed(
    shop: Shop, key: GraphQL, http_target: HttpTarget
) -> None:
    topics = ["order.created", "order.paid", "order.cancelled", "refund.created", "product.changed", "stock.changed"]
    made = key(REGISTER, input={"url": http_target.url, "topics": [*topics, "customer.changed"]})
    again = key(REGISTER, input={"url": http_target.url, "topics": topics})
    assert [one["id"] for one in key("{ webhooks { id } }")] == [again["id"]], "an address is registered once"
    assert again["id"] != made["id"]

    order = shop.place_order("MACHINE")
    created = told(http_target, "order.created")
    message = Webhook(again["secret"]).verify(created.body, created.headers)
    assert message["data"]["code"] == order.code
    assert message["data"]["totalWithTax"] == order.total == 38000
    assert message["channel"]["token"] == shop.seeded.channel_token
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(made["secret"]).verify(created.body, created.headers)
    assert told(http_target, "order.paid").json()["data"]["payments"][0]["amount"] == 38000

    key(
        "mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { ... on Refund { id } } }",
        # The deprecated fields are needed all the same: the table has no default for them.
        input={"paymentId": order.payment, "amount": 500, "reason": "scratched",
               "lines": [], "shipping": 0, "adjustment": 0},
    )  # fmt: skip
    refund = told(http_target, "refund.created").json()["data"]
    assert (refund["total"], refund["reason"], refund["order"]["code"]) == (500, "scratched", order.code)
    key("mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ... on Order { id } } }",
        input={"orderId": order.id})  # fmt: skip
    assert told(http_target, "order.cancelled").json()["data"]["state"] == "Cancelled"

    variant = shop.seeded.variants["MUG"]
    key(
        "mutation ($input: UpdateProductVariantInput!) { updateProductVariant(input: $input) { id } }",
        input={"id": variant, "stockLevels": [{"stockLocationId": shop.seeded.second_warehouse, "stockOnHand": 7}]},
    )
    levels = told(http_target, "stock.changed", lambda data: data["name"] == "Mug, blue").json()["data"]["variants"][0]
    by_place = {level["stockLocationId"]: level["stockOnHand"] for level in levels["stockLevels"]}
    assert by_place[shop.seeded.second_warehouse] == 7
    assert told(http_target, "product.changed")

    assert key("mutation ($id: String!) { removeWebhook(id: $id) }", id=again["id"]) is True
    assert key("{ webhooks { id } }") == []


def test_channels_are_told_apart(shop: Shop, http_target: HttpTarget) -> None:
    outlet = shop.in_channel(shop.seeded.outlet_token)
    made = outlet(REGISTER, input={"url": http_target.url, "topics": ["order.created"]})
    shop.place_order("MACHINE")
    there = shop.place_order("MACHINE", channel=shop.seeded.outlet_token)
    assert (there.total, there.currency) == (19000, "USD")
    first = http_target.wait_for(1).json()
    assert (first["channel"]["token"], first["data"]["code"]) == (shop.seeded.outlet_token, there.code)
    outlet("mutation ($id: String!) { removeWebhook(id: $id) }", id=made["id"])


def test_a_delivery_that_fails_is_sent_again_under_its_id(shop: Shop, key: GraphQL, http_target: HttpTarget) -> None:
    made = key(REGISTER, input={"url": http_target.url, "topics": ["order.created"]})
    http_target.answer(503, times=2)
    shop.place_order("MUG")
    third = http_target.wait_for(3)
    assert {request.headers["webhook-id"] for request in http_target.requests} == {third.headers["webhook-id"]}
    key("mutation ($id: String!) { removeWebhook(id: $id) }", id=made["id"])


def test_keys_may_do_what_their_roles_say_and_end_with_their_revocation(shop: Shop, key: GraphQL) -> None:
    reading = shop.api_key("Reads", shop.role("ReadOrder"))
    reader = GraphQL(shop.admin_url, {"vendure-api-key": reading})
    assert reader("{ orders { totalItems } }")["totalItems"] >= 0
    with pytest.raises(Refused, match="not currently authorized"):
        reader(REGISTER, input={"url": "http://127.0.0.1:9/", "topics": ["order.created"]})
    with pytest.raises(Refused, match="No such topics"):
        key(REGISTER, input={"url": "http://127.0.0.1:9/", "topics": ["no.such.topic"]})
    shop.revoke(reading)
    with pytest.raises(Refused, match="not currently authorized"):
        reader("{ orders { totalItems } }")
