"""A real browser on a phone, scripts off: from the mail's link to the decision."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.accounts import PASSWORD
from tests.factories.approvals import TITLE

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]

PHONE = {"width": 390, "height": 860}


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_phone_without_scripts_decides_by_link_and_code(shop, address, phone):
    shop.ask()
    phone.goto(address + shop.link_of(shop.jonas))
    phone.get_by_role("button", name="Send me a six-digit code").click()
    phone.get_by_label("Code").fill(shop.code_of(shop.jonas))
    phone.get_by_role("button", name="Open the decision").click()
    expect(phone.get_by_role("heading", name=TITLE)).to_be_visible()
    phone.get_by_label("Comment").fill("The photo shows it.")
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_text("Jonas Weber approved this on")).to_be_visible()
    assert [(end.outcome, end.reason) for end in shop.heard.ends] == [("approved", "The photo shows it.")]


def test_nothing_on_a_phone_is_wider_than_the_phone(shop, address, phone):
    shop.ask(title="Refund €420.00 to Anna Keller-von-und-zu-Hohenschwangau-Traubenhausen")
    phone.goto(address + shop.link_of(shop.jonas))
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_inbox_answers_to_the_keyboard(shop, address, chromium):
    shop.ask(title="First")
    shop.ask(title="Second")
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(shop.jonas.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("tr.current textarea")).to_be_focused()
    page.keyboard.type("Not like this")
    page.locator("tr.current").get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined: Second")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.get_by_text("Approved: First")).to_be_visible()
    context.close()
    assert [(end.title, end.outcome) for end in shop.heard.ends] == [
        ("Second", "declined"),
        ("First", "approved"),
    ]
