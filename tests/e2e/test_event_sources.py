"""What a shop sends is looked at before there is a workflow, and a workflow is made of it."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.e2e.canvas import Canvas
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.studio import running_studio
from tests.factories.workflows import ORDER

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


def send(address, data):
    """As a shop does."""
    request = urllib.request.Request(address, json.dumps(data).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_a_source_is_opened_looked_at_and_made_a_workflow_of(sit_down):
    with running_studio() as studio:
        page = studio.sign_in(sit_down(), "Sofia")
        page.get_by_role("link", name="Event sources").click()
        assert flaws(page) == []
        page.get_by_role("link", name="Open the first source").click()
        page.get_by_label("Name").fill("Orders of the new shop")
        for signature, asked in (("hmac-sha256", [True, True]), ("shopify", [True, False]), ("none", [False, False])):
            page.get_by_label("Signature", exact=True).select_option(signature)
            assert [page.get_by_label(one).is_visible() for one in ("Signing secret", "Signature header")] == asked
        assert flaws(page) == []
        page.get_by_role("button", name="Open source").click()
        expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
        assert flaws(page) == []
        address = page.locator("#address").inner_text()
        send(address, {**ORDER, "number": 1})
        send(address, {**ORDER, "number": 2})
        rows = page.locator("#events tbody tr")
        expect(rows).to_have_count(2, timeout=10_000)  # by itself: nobody reloads
        for size in (PHONE, DESK):
            assert flaws(page, size) == []
        rows.first.get_by_role("link").click()
        expect(page.get_by_text("Anna Keller")).to_be_visible()
        for size in (PHONE, DESK):
            assert flaws(page, size) == []
        page.get_by_role("button", name="Make the workflow").click()
        canvas = Canvas(page)
        canvas.select("Webhook")
        canvas.panel.get_by_role("tab", name="Sample").click()
        expect(canvas.panel.get_by_text("Anna Keller")).to_be_visible()
        expect(canvas.panel.get_by_label("Take a past event").locator("option")).to_have_count(3)
        page.goto(page.url.replace("/edit", ""))
        workflow = page.url
        page.goto(f"{studio.url}/event-sources")
        page.get_by_role("link", name="Orders of the new shop").click()
        expect(page.get_by_text("takes this address over")).to_be_visible()
        rows.last.get_by_role("link").click()
        page.get_by_role("button", name="Open the canvas").click()
        dialog = page.get_by_role("dialog", name="Test on a sample")
        expect(dialog.get_by_label("Sample data")).to_have_value(re.compile('"number": 1'))
        assert flaws(page) == []
        dialog.get_by_role("button", name="Run the test").click()
        expect(dialog.get_by_text("Done").first).to_be_visible(timeout=20_000)
        assert workflow in page.url
