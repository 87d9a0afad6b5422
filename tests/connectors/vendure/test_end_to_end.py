"""From “connect” to an order that somebody looked at: a real shop, a real browser, one template."""

import pytest
from playwright.sync_api import Page, expect

from tests.connectors.vendure.desk import WAIT_MS, connect, until_it_listens
from tests.counterparts.vendure.shop import Shop
from tests.e2e.canvas import Canvas
from tests.e2e.conftest import sit_down
from tests.e2e.studio import Studio, link_in, running_studio

__all__ = ["sit_down"]  # a fixture, by being imported

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(400)]


@pytest.fixture
def studio(smtp, shop: Shop):
    """Studio, which may call the shop though it is on this machine."""
    with running_studio(smtp, allowed=shop.url.removeprefix("http://")) as running:
        yield running
    shop.silence()


def test_a_large_order_of_a_connected_shop_is_held_looked_at_and_noted_there(studio: Studio, shop: Shop, sit_down):
    page = studio.sign_in(sit_down(), "Mira")
    connect(page, shop)
    canvas = _use_template(page)
    canvas.publish("Look at large orders")
    page.goto(f"{studio.url}/connections/vendure")
    expect(page.get_by_text("Check large orders", exact=False).first).to_be_visible()
    until_it_listens(page, shop, studio.url)

    placed = shop.place_order("SHIRT-S", 3)
    address = link_in(studio.mail_to("Jonas"))
    phone = studio.sign_in(sit_down(viewport={"width": 390, "height": 844}), "Jonas")
    phone.goto(address)
    expect(phone.get_by_role("heading", name="Anna Keller")).to_be_visible()
    assert shop.order(placed.id)["state"] == "Modifying", "it is on hold while somebody looks at it"
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_text("approved this")).to_be_visible()

    page.goto(f"{studio.url}/runs")
    page.get_by_role("link", name=f"Order {placed.code}").click()
    expect(page.locator(".page-head .chip", has_text="Done")).to_be_visible(timeout=WAIT_MS)
    now = shop.order(placed.id)
    assert now["state"] == "PaymentSettled"
    assert any("Checked and approved by Jonas" in note for note in shop.notes(placed.id))


def _use_template(page: Page) -> Canvas:
    page.get_by_role("link", name="Gallery").click()
    page.get_by_role("link", name="Check large orders in your shop").first.click()
    page.get_by_role("link", name="Use").click()
    expect(page.get_by_label("Shop", exact=True).locator("option:checked")).to_have_text("Vendure")
    page.get_by_label("Check above").fill("10")
    page.get_by_label("Jonas").check()
    page.get_by_role("button", name="Make the draft").click()
    canvas = Canvas(page)
    canvas.without_problems()
    return canvas
