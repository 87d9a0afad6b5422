"""From `studio run` in an empty folder to a refund that was approved, reading nothing but the screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.stack import stack
from tests.e2e.canvas import Canvas
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
        page.goto(url)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Nothing has run here yet.")).to_be_visible()
        canvas = make_from_template(page, email)
        canvas.publish("Our first rule")
        page.get_by_role("link", name="Send a sample…").click()
        page.get_by_role("button", name="Start run").click()
        expect(page.locator(".page-head .chip", has_text="Waiting for a decision")).to_be_visible()
        run = page.url

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


def make_from_template(page: Page, email: str) -> Canvas:
    """Home → template → wizard → builder."""
    card = page.get_by_role("listitem").filter(has=page.get_by_text("High-value refunds"))
    card.get_by_role("link", name="Use").click()
    page.get_by_label("Ask above").fill("250")
    expect(page.get_by_label("Who decides").locator("option:checked")).to_have_text("Refund team")
    page.get_by_label("Where to tell").fill(email)
    page.get_by_role("button", name="Make the draft").click()
    canvas = Canvas(page)
    canvas.without_problems()
    return canvas
