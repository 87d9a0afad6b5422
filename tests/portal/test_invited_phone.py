"""An invited approver on a phone, scripts off: from the invitation to the portal, away, and quiet at night."""

import pytest
from playwright.sync_api import expect

from tests.factories.accounts import PASSWORD
from tests.portal.test_browser import PHONE, phone

__all__ = ["phone"]  # a fixture, by being imported

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_from_the_invitation_to_the_portal_and_nowhere_else(shop, address, phone):
    admin = shop.browser(shop.tenant["admin"])
    admin.post("/settings/people", data={"email": "nora@example.com", "name": "Nora New", "role": "approver"})
    assert shop.tenant.name in shop.mailer.last.subject
    phone.goto(address + shop.mailer.last.text.split("http://localhost:8000")[1].split()[0])
    expect(phone.get_by_text(f"You have a seat in {shop.tenant.name}.")).to_be_visible()
    assert fits(phone)
    phone.get_by_label("New password").fill(PASSWORD)
    phone.get_by_role("button", name="Set password").click()
    phone.get_by_label("E-mail").fill("nora@example.com")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    expect(phone.get_by_text("Nothing waits for you")).to_be_visible()
    assert fits(phone)
    assert phone.get_by_role("link", name="Workflows").count() == 0

    phone.goto(f"{address}/away")
    assert fits(phone)
    phone.get_by_label("From").fill("2099-07-01T08:00")
    phone.get_by_label("Until").fill("2099-07-15T08:00")
    phone.get_by_label("Who stands in").select_option(str(shop.jonas.user_id))
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Jonas Weber stands in", exact=False).first).to_be_visible()
    assert fits(phone)

    phone.goto(f"{address}/profile")
    assert fits(phone)
    phone.get_by_label("Quiet from").fill("22:00")
    phone.get_by_label("Quiet until").fill("07:00")
    phone.locator("form[action='/profile/mail']").get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Your choice about mail is saved.")).to_be_visible()
