"""Answers with forms, and line items, on a phone and at a desk: readable in both themes, decided with scripts off."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.looks import DESK, PHONE, flaws
from tests.factories.accounts import PASSWORD
from tests.portal.test_answers import OPTIONS
from tests.portal.test_items import ITEMS

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]


@pytest.fixture
def sit_down(shop, address, chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def signed_in(**options: object) -> Page:
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("E-mail").fill(shop.jonas.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/inbox")
        return page

    yield signed_in
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [DESK, PHONE], ids=["desk", "phone"])
def test_both_are_readable_in_both_themes_before_and_after(shop, address, sit_down, width):
    requests = [shop.ask(options=OPTIONS), shop.ask(shop.jonas, items=ITEMS, amount="21.50", currency="EUR")]
    page, found = sit_down(viewport=width), []
    for request_id in requests:
        page.goto(f"{address}/approvals/{request_id}")
        found += flaws(page, width)
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        found += flaws(page, width)
        page.goto(f"{address}/approvals/{request_id}/history")
        found += flaws(page, width)
    assert found == []


def test_on_a_phone_without_scripts_a_voucher_is_offered_and_one_of_two_items_approved(shop, address, sit_down):
    page = sit_down(viewport=PHONE, java_script_enabled=False)
    page.goto(f"{address}/approvals/{shop.ask(options=OPTIONS)}")
    page.locator("summary", has_text="Offer a voucher").click()
    page.get_by_label("Value").fill("25")
    page.get_by_label("Kind").select_option("mail")
    page.get_by_role("button", name="Offer a voucher").click()
    expect(page.get_by_text("answered “Offer a voucher”").first).to_be_visible()
    request_id = shop.ask(shop.jonas, items=ITEMS, amount="21.50", currency="EUR")
    page.goto(f"{address}/approvals/{request_id}")
    page.get_by_label("Plate").uncheck()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Sum of what was approved")).to_be_visible()
    [voucher, items] = shop.heard.ends
    assert voucher.answered.answer["value"] == "25"
    assert [one.key for one in items.items.approved] == ["mug"]
