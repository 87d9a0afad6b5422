"""A real browser: a file is handed in, looked at, and started; the report says what became of each row."""

import os

import pytest
from playwright.sync_api import Browser, expect

from tests.approvals.running import Running, node
from tests.factories.accounts import PASSWORD
from tests.factories.workflows import make_workflow, refunds

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]
FILE = "Article;Cost;Note\nMUG;12;\nPOT;0;free\nPAN;7;\n"
FIELDS = [{"name": "sku", "label": "Article"}, {"name": "price", "label": "New price", "type": "number"}]


@pytest.fixture
def workflow_id(shop):
    trigger = {"key": "form", "type": "trigger.manual", "name": "By hand", "config": {"rows": True, "fields": FIELDS}}
    loop = node("each", "flow.for_each", items="trigger.rows", on_item_error="continue")
    work = node("divide", "data.set", fields=[{"name": "n", "value": "100 / int(item.price)"}], parent="each")
    edges = [{"from": "form", "port": "next", "to": "each"}, {"from": "each", "port": "each", "to": "divide"}]
    return make_workflow(shop.app, shop.tenant, refunds(nodes=[trigger, loop, work], edges=edges), published=True)


def test_from_the_file_to_the_report(shop, address, chromium: Browser, workflow_id):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail").fill(shop.tenant["builder"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}/workflows/{workflow_id}/start/form")
    page.get_by_label("File").set_input_files({"name": "prices.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    look(page, "rows-upload")
    page.get_by_role("button", name="Show how it is read").click()
    expect(page.get_by_text("3 of 3 rows do not fit")).to_be_visible()
    look(page, "rows-faults")
    page.get_by_label("New price").select_option("Cost")
    expect(page.get_by_role("button", name="Start run with 3 rows")).to_be_visible()
    look(page, "rows-preview")
    page.get_by_role("button", name="Start run with 3 rows").click()
    expect(page.get_by_text("The run has started with 3 rows.")).to_be_visible()
    Running(shop.app, shop.tenant).drain()
    page.reload()
    expect(page.get_by_text("Succeeded")).to_have_count(2)
    expect(page.get_by_text("Failed", exact=True)).to_have_count(1)
    look(page, "rows-report")
    with page.expect_download() as given:
        page.get_by_role("link", name="Download CSV").click()
    assert given.value.suggested_filename.startswith("rows-")
    context.close()


def look(page, name):
    """Keep a picture of it where somebody wants to look (SHOTS names a folder)."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
