"""What can be done in a shop, each against a real Vendure: done once, refused in words, seen by its owner."""

from typing import Any

import pytest

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.definitions.vendure import CONNECTOR
from studio.connectors.errors import ApiError, SignInRefused
from studio.core.http.errors import HttpError
from tests.counterparts.vendure.shop import Shop
from tests.factories.shop_accounts import account, line_of, outlet, warehouse

pytestmark = pytest.mark.slow

LOST = HttpError("the answer never came", code="http.no_answer", seen=True, retryable=True)


@pytest.fixture(scope="module")
def key(shop: Shop) -> str:
    return shop.api_key(channel=shop.seeded.outlet_token)


@pytest.fixture
def api(shop: Shop, key: str) -> AuthorisedApi:
    return account(shop, key=key)


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


def test_a_refund_is_made_once_however_often_it_is_tried(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("MACHINE")
    refund = {"order": order.code, "amount": "42.50", "currency": "eur", "reason": "Scratched"}
    line_of(api).loses = [LOST]
    with pytest.raises(ApiError) as lost:
        do(api, "refund", **refund)
    assert lost.value.seen, "nobody knows whether it was made"
    assert shop.refunds(order.id) == [4250], "and it was"

    again = do(api, "refund", **refund)
    assert again["done_before"]
    assert (again["amount"], again["left"], again["refund_state"]) == ("42.50", "337.50", "settled")
    assert shop.refunds(order.id) == [4250]
    assert line_of(api).changes == 1

    other_step = do(api, "refund", "step-2", **refund | {"order": order.id})
    assert (other_step["done_before"], other_step["left"]) == (False, "295.00")
    assert shop.refunds(order.id) == [4250, 4250]


def test_a_refund_that_does_not_fit_is_refused_in_words_and_changes_nothing(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("MACHINE")
    refund = {"order": order.code, "amount": "380.01", "currency": "EUR"}
    too_much = refused(api, "refund", **refund)
    assert too_much.message == "The order has only 380.00 EUR left to refund."
    assert (too_much.code, too_much.field, too_much.retryable) == ("vendure.refund_amount", "amount", False)
    expected = {
        "other_currency": refund | {"amount": "1", "currency": "USD"},
        "amount": refund | {"amount": "1.005"},
        "no_order": refund | {"order": "NO-SUCH-ORDER"},
    }
    for code, fields in expected.items():
        assert refused(api, "refund", **fields).code == f"vendure.{code}"
    for amount in ("0", "-1", "much", "1e30", "NaN"):
        assert refused(api, "refund", **refund | {"amount": amount}).field == "amount"
    assert shop.refunds(order.id) == []
    do(api, "refund", **refund | {"amount": "380"})
    nothing = refused(api, "refund", effect_key="step-2", **refund | {"amount": "1"})
    assert nothing.message == "The order has nothing left to refund."


def test_what_the_bank_refuses_is_told_and_may_be_tried_again(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("MUG", refuses_refunds=True)
    refund = {"order": order.code, "amount": "5", "currency": "EUR"}
    for _time in range(2):
        said = refused(api, "refund", **refund)
        assert said.message == "The payment provider did not make the refund: The card's bank refuses refunds"
    assert [one["state"] for one in shop.order(order.id)["payments"][0]["refunds"]] == ["Failed", "Failed"]


def test_an_order_is_cancelled_once(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("SHIRT-S", 2)
    done = do(api, "cancel", order=order.code, reason="Out of stock")
    assert (done["state"], done["left_to_refund"], done["done_before"]) == ("Cancelled", "80.00", False)
    assert shop.order(order.id)["state"] == "Cancelled"
    assert do(api, "cancel", order=order.code)["done_before"]
    assert line_of(api).changes == 1


def test_an_order_is_held_and_goes_on_where_it_was(shop: Shop, api: AuthorisedApi, key: str) -> None:
    order = shop.place_order("SHIRT-S")
    assert do(api, "hold", order=order.code)["state"] == "Modifying"
    assert do(api, "hold", order=order.code)["done_before"]
    assert "cannot be cancelled" in refused(api, "cancel", order=order.code).message
    assert do(api, "release", order=order.code)["state"] == "PaymentSettled"
    assert do(api, "release", order=order.code)["done_before"]

    own = account(shop, key=key, hold_state="OnHold")
    assert do(own, "hold", order=order.code)["state"] == "OnHold"
    assert shop.order(order.id)["state"] == "OnHold"
    assert do(own, "release", order=order.code)["state"] == "PaymentSettled"
    do(api, "cancel", order=order.code)
    late = refused(own, "hold", order=order.code)
    assert (late.code, late.field) == ("vendure.order_state", "order")
    assert "is in the state Cancelled" in late.message


def test_a_note_is_written_once(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("SHIRT-S")
    line_of(api).loses = [LOST]
    with pytest.raises(ApiError):
        do(api, "note", order=order.code, text="Call before delivery")
    assert do(api, "note", order=order.code, text="Call before delivery")["done_before"]
    assert len(shop.notes(order.id)) == 1
    assert shop.notes(order.id)[0].startswith("Call before delivery (Studio ")
    assert not do(api, "note", "step-2", order=order.code, text="Call before delivery")["done_before"]
    for times in range(2):
        assert do(api, "note", order=order.code, text="Yours soon", public=True)["done_before"] is bool(times)
    assert sorted(note.partition(" (Studio")[0] for note in shop.notes(order.id)) == [
        *["Call before delivery"] * 2,
        "Yours soon",
    ]


def test_tags_come_and_go(shop: Shop, api: AuthorisedApi, key: str) -> None:
    order = shop.place_order("SHIRT-S")
    assert do(api, "tag", order=order.code, add=["vip", " fraud-check ", "vip"])["tags"] == ["vip", "fraud-check"]
    assert do(api, "tag", order=order.code, add=["vip"])["done_before"]
    assert do(api, "tag", order=order.code, add=["done"], remove=["fraud-check"])["tags"] == ["vip", "done"]
    assert shop.order(order.id)["customFields"]["tags"] == ["vip", "done"]
    nameless = refused(account(shop, key=key, tags_field="labels"), "tag", order=order.code, add=["x"])
    assert nameless.code == "vendure.no_tags"
    assert "no custom field “labels”" in nameless.message
    assert refused(account(shop, key=key, tags_field="a } x"), "tag", order=order.code, add=["x"]).code == (
        "vendure.no_tags"
    )


def test_a_price_is_changed_from_what_it_was_in_its_channel_alone(shop: Shop, api: AuthorisedApi, key: str) -> None:
    change = {"product": "SHIRT-L", "was": "42.00", "price": "44.10", "currency": "EUR"}
    facts = CONNECTOR.action("price")
    assert facts is not None
    told = facts.facts(facts.Config.model_validate(change))
    assert told == {"percent": 5.0, "product": "SHIRT-L", "price": "44.10", "currency": "EUR"}
    assert not do(api, "price", **change)["done_before"]
    assert do(api, "price", **change)["done_before"]
    assert shop.variant("SHIRT-L")["priceWithTax"] == 4410
    assert shop.variant("SHIRT-L", shop.seeded.outlet_token)["priceWithTax"] == 2100
    moved = refused(api, "price", **change | {"was": "42", "price": "1.00"})
    assert (moved.code, moved.field) == ("vendure.price_moved", "was")
    assert "costs 44.10 EUR by now, not 42.00" in moved.message
    there = account(shop, key=key, scope=outlet(shop))
    assert refused(there, "price", **change).code == "vendure.other_currency"
    do(there, "price", **change | {"was": "21", "price": "19.99", "currency": "USD"})
    assert shop.variant("SHIRT-L")["priceWithTax"] == 4410
    assert shop.variant("SHIRT-L", shop.seeded.outlet_token)["priceWithTax"] == 1999


def test_stock_is_set_in_one_warehouse(shop: Shop, api: AuthorisedApi, key: str) -> None:
    unsaid = refused(api, "stock", product="MUG", on_hand=40)
    assert unsaid.field == "warehouse"
    assert "Vienna" in unsaid.message
    done = do(api, "stock", product="MUG", on_hand=40, warehouse="Vienna")
    assert (done["on_hand"], done["warehouse_id"]) == (40, shop.seeded.second_warehouse)
    scoped = account(shop, key=key, scope=warehouse(shop))
    assert do(scoped, "stock", product="MUG", on_hand=40)["done_before"]
    do(scoped, "stock", product="MUG", on_hand=0)
    levels = {one["stockLocationId"]: one["stockOnHand"] for one in shop.variant("MUG")["stockLevels"]}
    assert levels[shop.seeded.second_warehouse] == 0
    assert levels[shop.seeded.warehouse] > 0
    assert refused(api, "stock", product="MUG", on_hand=1, warehouse="Rome").code == "vendure.no_warehouse"
    assert refused(api, "stock", product="NO-SUCH", on_hand=1).code == "vendure.no_product"


def test_a_product_is_hidden_and_published(shop: Shop, api: AuthorisedApi) -> None:
    assert do(api, "publish", product="mug-blue", visible="hidden")["published"] is False
    assert shop.variant("MUG")["product"]["enabled"] is False
    assert do(api, "publish", product="MUG", visible="hidden")["done_before"]
    assert do(api, "publish", product=shop.seeded.products["Mug, blue"])["published"] is True


def test_the_account_and_its_parts_are_found(shop: Shop, api: AuthorisedApi) -> None:
    found = CONNECTOR.probe(api)
    assert (found.id, found.name) == (shop.seeded.channel_token, shop.url)
    assert CONNECTOR.scopes is not None
    parts = {(str(one.kind), one.name): one for one in CONNECTOR.scopes(api)}
    assert set(parts) == {
        ("channel", "default"), ("channel", "outlet"), ("warehouse", "Default Stock Location"), ("warehouse", "Vienna")
    }  # fmt: skip
    assert parts["channel", "outlet"].settings == {"token": shop.seeded.outlet_token, "currency": "USD"}

    of_first = account(shop)
    assert ("channel", "outlet") not in {(str(one.kind), one.name) for one in CONNECTOR.scopes(of_first)}
    elsewhere = refused(account(shop, scope=outlet(shop)), "publish", product="MUG")
    assert (elsewhere.code, elsewhere.field) == ("vendure.other_channel", "scope")
    assert "does not count in the channel outlet" in elsewhere.message


def test_a_lost_key_is_told_from_a_permission_that_is_missing(shop: Shop) -> None:
    order = shop.place_order("SHIRT-S")
    reading = shop.api_key("Reads", shop.role("ReadOrder"))
    api = account(shop, key=reading)
    said = refused(api, "note", order=order.code, text="x")
    assert not isinstance(said, SignInRefused)
    assert said.code == "vendure.forbidden"
    assert "addNoteToOrder" in said.message
    shop.revoke(reading)
    assert isinstance(refused(api, "note", order=order.code, text="x"), SignInRefused)
    assert isinstance(refused(account(shop, key="never-a-key"), "cancel", order=order.code), SignInRefused)
    assert shop.order(order.id)["state"] == "PaymentSettled"
