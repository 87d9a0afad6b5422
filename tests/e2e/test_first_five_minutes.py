"""From `studio run` in an empty folder to a refund that was approved, reading nothing but the screen.

The way to the run is that of the tour, from mark to mark, and by keyboard alone.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.stack import stack
from tests.e2e.keys import Keys
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.studio import link_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def test_the_first_five_minutes_need_no_documentation(sit_down):
    with stack("sqlite") as started:
        started.start("studio", "run")
        started.wait_ready()
        said = started.logs["studio"].read_text()
        url = re.search(r"^Studio: (\S+)$", said, re.MULTILINE)[1]
        email, password = re.search(r"^ +owner +(\S+@\S+) +(\S+)$", said, re.MULTILINE).groups()

        page = sit_down()
        keys = Keys(page)
        page.goto(url)
        keys.write(page.get_by_label("E-mail"), email)
        keys.write(page.get_by_label("Password"), password)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing has run here yet.")).to_be_visible()
        tour = page.get_by_role("region", name="Getting started")
        expect(tour.get_by_text("0 of 6 done")).to_be_visible()
        assert flaws(page, PHONE) + flaws(page, DESK) == []
        keys.press(tour.get_by_role("link", name="Open the gallery"))
        run = follow_to_a_run(page, keys, email)
        page.goto(url)
        expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
        expect(tour).to_have_count(0)
        page.goto(url + "/profile")
        page.get_by_role("button", name="Show it on Home").click()
        expect(tour.get_by_text("6 of 6 done")).to_be_visible()
        tour.get_by_role("button", name="Hide").click()
        expect(page.get_by_text("Your profile brings it back.")).to_be_visible()
        expect(tour).to_have_count(0)

        page.get_by_role("link", name="Mailbox").click()
        mail = page.get_by_role("row").filter(has_text=email).filter(has_text="Decide: Refund €420.00 to Anna Keller")
        mail.get_by_role("link").click()
        page.get_by_role("link", name=link_in(page.get_by_role("main").inner_text())).click()
        expect(page.get_by_role("heading", name="Refund €420.00 to Anna Keller")).to_be_visible()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Mira König approved this")).to_be_visible()
        page.goto(run)
        expect(page.locator(".page-head .chip", has_text="Done")).to_be_visible()
        expect(page.get_by_text("Approved by Mira König", exact=True)).to_be_visible()


def follow_to_a_run(page: Page, keys: Keys, email: str) -> str:
    """Gallery → wizard → test → publish → a sample → its run, whose address comes back."""
    mark = led_to(page, "Choose a template")
    assert flaws(page) == []
    put_away(page, mark)
    card = page.get_by_role("listitem").filter(has=page.get_by_text("High-value refunds"))
    keys.press(card.get_by_role("link", name="Use"))

    mark = led_to(page, "Fill in what is yours")
    assert flaws(page, PHONE) == []
    control = page.get_by_label("Ask above").bounding_box()
    assert mark.bounding_box()["y"] > control["y"] + control["height"], "on a phone it lies below, out of the way"
    page.set_viewport_size(DESK)
    put_away(page, mark)
    expect(page.get_by_label("Ask above")).to_be_focused()
    keys.write(page.get_by_label("Ask above"), "250")
    expect(page.get_by_label("Who decides").locator("option:checked")).to_have_text("Refund team")
    keys.write(page.get_by_label("Where to tell"), email)
    keys.press(page.get_by_role("button", name="Make the draft"))

    mark = led_to(page, "Test it on a sample")
    assert flaws(page) == []
    put_away(page, mark)
    page.reload()
    expect(page.get_by_role("button", name="Test on a sample")).to_be_visible()
    expect(mark).to_have_count(0)  # it was put away, and stays so
    keys.press(page.get_by_role("button", name="Test on a sample"))
    keys.press(page.get_by_role("button", name="Run the test"))
    keys.press(page.get_by_role("button", name="Look at the canvas"))

    put_away(page, led_to(page, "Publish it"))
    expect(page.get_by_role("button", name="Publish…")).to_be_focused()
    page.keyboard.press("Enter")
    keys.write(page.get_by_role("dialog").get_by_label("Note"), "Our first rule")
    keys.press(page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True))

    put_away(page, led_to(page, "Send a test event"))
    expect(page.get_by_role("link", name="Send a sample…")).to_be_focused()
    page.keyboard.press("Enter")
    put_away(page, led_to(page, "Send a test event"))
    expect(page.get_by_role("button", name="Start run")).to_be_focused()
    page.keyboard.press("Enter")

    mark = led_to(page, "This is your run")
    expect(page.locator(".page-head .chip", has_text="Waiting for a decision")).to_be_visible()
    expect(mark).to_be_visible()  # though what it stands at was polled anew
    keys.press(mark.get_by_role("button", name="Finish"))
    expect(mark).to_have_count(0)
    return page.url


def led_to(page: Page, title: str) -> Locator:
    """The mark of that title stands there and has the focus, so that it is read out."""
    mark = page.get_by_role("dialog", name=title)
    expect(mark).to_be_focused()
    return mark


def put_away(page: Page, mark: Locator) -> None:
    page.keyboard.press("Escape")
    expect(mark).to_have_count(0)
