"""What is read from a shop by the moment of change: nothing is left out, whatever the size of a page."""

from collections.abc import Mapping
from typing import Any

import pytest

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.definitions.vendure import CONNECTOR
from studio.connectors.syncs.stream import Cursor, Stream
from tests.counterparts.vendure.shop import Shop
from tests.factories.shop_accounts import account, outlet

pytestmark = pytest.mark.slow

STREAMS = {stream.key: stream for stream in CONNECTOR.streams}
MOST_PAGES = 200


@pytest.fixture(scope="module")
def key(shop: Shop) -> str:
    return shop.api_key(channel=shop.seeded.outlet_token)


@pytest.fixture
def api(shop: Shop, key: str) -> AuthorisedApi:
    return account(shop, key=key)


def passed(
    api: AuthorisedApi, stream: Stream, cursor: Cursor | None = None, limit: int = 100
) -> tuple[dict[str, Mapping[str, Any]], Cursor | None]:
    """One pass: the records by id, and where the next one begins."""
    found: dict[str, Mapping[str, Any]] = {}
    for _page in range(MOST_PAGES):
        page = stream.read(api, cursor, limit)
        found |= {one["id"]: one for one in page.records}
        cursor = page.cursor
        if page.done:
            return found, cursor
    pytest.fail("the pass does not come to its end")


@pytest.mark.parametrize("limit", [2, 3, 100])
def test_every_order_is_read_and_later_only_what_is_new(shop: Shop, api: AuthorisedApi, limit: int) -> None:
    placed = [shop.place_order("SHIRT-S") for _number in range(7)]
    orders, cursor = passed(api, STREAMS["orders"], limit=limit)
    assert {one.id for one in placed} <= set(orders)
    one = orders[placed[0].id]
    assert (one["code"], one["totalWithTax"]) == (placed[0].code, 4000)
    assert one.keys() == STREAMS["orders"].sample.keys()

    later = shop.place_order("MUG")
    again, _cursor = passed(api, STREAMS["orders"], cursor, limit)
    assert later.id in again
    baskets = [order for order in again.values() if order["orderPlacedAt"] is None]
    assert baskets == []


def test_channels_keep_their_own(shop: Shop, api: AuthorisedApi, key: str) -> None:
    here, there = shop.place_order("MUG"), shop.place_order("MUG", channel=shop.seeded.outlet_token)
    orders, _cursor = passed(account(shop, key=key, scope=outlet(shop)), STREAMS["orders"])
    assert there.id in orders
    assert here.id not in orders
    assert {one["currencyCode"] for one in orders.values()} == {"USD"}


def test_a_product_is_read_again_when_one_of_its_variants_changes(shop: Shop, api: AuthorisedApi) -> None:
    products, cursor = passed(api, STREAMS["products"], limit=2)
    assert set(products) >= set(shop.seeded.products.values())
    shop.admin(
        "mutation ($input: UpdateProductVariantInput!) { updateProductVariant(input: $input) { id } }",
        input={"id": shop.seeded.variants["SHIRT-L"], "stockLevels": [
            {"stockLocationId": shop.seeded.warehouse, "stockOnHand": 321}]},
    )  # fmt: skip
    changed, _cursor = passed(api, STREAMS["products"], cursor, limit=2)
    shirt = changed[shop.seeded.products["Linen shirt"]]
    assert shirt.keys() == STREAMS["products"].sample.keys()
    [large] = [one for one in shirt["variants"] if one["sku"] == "SHIRT-L"]
    assert large.keys() == STREAMS["products"].sample["variants"][0].keys()
    assert 321 in [one["stockOnHand"] for one in large["stockLevels"]]


def test_customers_are_read(shop: Shop, api: AuthorisedApi) -> None:
    order = shop.place_order("MUG")
    customers, _cursor = passed(api, STREAMS["customers"], limit=5)
    [found] = [one for one in customers.values() if one["emailAddress"] == order.email]
    assert found.keys() == STREAMS["customers"].sample.keys()
