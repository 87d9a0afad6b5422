"""A real browser on a phone, scripts off: somebody asks with a picture, resubmits what is sent back, and is told."""

import os

import pytest
from playwright.sync_api import expect

from studio.accounts.outcomes import Role
from studio.approvals import askers
from tests.factories.accounts import make_person
from tests.factories.files import PDF, picture
from tests.portal.test_revising_browser import fits, phone_of  # noqa: F401 - a fixture, for the test below

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]


def test_asked_with_a_picture_sent_back_resubmitted_approved_and_told(shop, address, phone_of):  # noqa: F811 - the fixture imported above
    askers.register(askers.PERSON, askers.nobody)
    anna = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")
    asker, decider = phone_of(anna), phone_of(shop.jonas)
    asker.goto(f"{address}/requests")
    fits(asker)
    asker.get_by_role("link", name="Ask for approval").first.click()
    fits(asker)
    fill(asker)
    expect(asker.get_by_text("Asked. Whoever decides gets a mail")).to_be_visible()
    page_of_it = asker.url
    look(asker, "asked")

    decider.goto(page_of_it)
    fits(decider)
    shown = decider.get_by_role("img", name="camera.png")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 640
    look(decider, "decision")
    decider.get_by_label("Comment").fill("Where is the offer?")
    decider.get_by_role("button", name="Request changes").click()
    expect(decider.get_by_text("A new version is awaited.").first).to_be_visible()

    assert shop.mail_to(anna).subject.startswith("Changes requested:")
    asker.goto(f"{address}/requests?show=changes")
    fits(asker)
    look(asker, "your-turn")
    asker.get_by_role("link", name="Edit and resubmit").click()
    fits(asker)
    expect(asker.get_by_label("camera.png")).to_be_checked()
    offer = {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": PDF}
    asker.get_by_label("Attach images or PDF").set_input_files(offer)
    look(asker, "revise")
    asker.get_by_role("button", name="Resubmit").click()
    expect(asker.get_by_text("Resubmitted.")).to_be_visible()

    decider.goto(page_of_it)
    expect(decider.get_by_text("new: “offer.pdf”")).to_be_visible()
    with decider.expect_download() as given:
        decider.get_by_role("link", name="Download").last.click()
    assert given.value.suggested_filename == "offer.pdf"
    decider.get_by_role("button", name="Approve").click()
    expect(decider.get_by_text("Jonas Weber approved this on")).to_be_visible()

    assert shop.mail_to(anna).subject == "Approved: Buy a camera for the product photos"
    asker.goto(f"{address}/requests?show=approved")
    expect(asker.get_by_text("Jonas Weber approved this on")).to_be_visible()


def fill(asker):
    asker.get_by_label("What is to be decided").fill("Buy a camera for the product photos")
    asker.get_by_label("Why, and what they should know").fill("The old one broke on Monday.")
    asker.get_by_label("Label").first.fill("Shop")
    asker.get_by_label("Value").first.fill("Foto Koch")
    asker.get_by_label("Amount").fill("420.00")
    asker.get_by_label("Currency").fill("EUR")
    asker.get_by_label("Jonas Weber").check()
    photo = {"name": "camera.png", "mimeType": "image/png", "buffer": picture(size=(640, 420))}
    asker.get_by_label("Attach images or PDF").set_input_files(photo)
    asker.get_by_role("button", name="Ask", exact=True).click()


def look(page, name):
    """Keep a picture of it where somebody wants to look (SHOTS names a folder)."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
