"""After an outage: what it broke is found by a filter, looked at, and run again under the incident's name."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import batched, shopify
from tests.e2e.lived_in import warehouse
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.studio import running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]

SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_what_an_outage_broke_is_run_again_in_one_go(smtp, http_target, sit_down):
    made = {}
    http_target.always(422, json_body={"message": "Warehouse 7 is closed"})
    furnish = batched.tell_the_warehouse(made, warehouse(http_target.url))
    with running_studio(smtp, allowed=f"127.0.0.1:{http_target.port}", furnish=furnish) as studio:
        for number in range(3):
            studio.deliver(studio.url + made["address"], shopify.order(6100 + number, "24.90"))
        http_target.wait_for(3)
        page = studio.sign_in(sit_down(), "Sofia")
        page.goto(studio.url + "/runs?state=failed")
        expect(page.get_by_role("row").filter(has_text="Failed")).to_have_count(3)
        http_target.always(200)
        shot(page, "runs-failed")
        page.get_by_role("link", name="Do with all that fit…").click()
        expect(page.get_by_text("3 runs fit.")).to_be_visible()
        shot(page, "batch-new")
        assert flaws(page, DESK) == []
        page.get_by_label("Name of the incident").fill("Warehouse 7 was closed")
        page.get_by_label("Runs a minute").fill("600")
        page.get_by_role("button", name="Begin").click()
        http_target.wait_for(6)
        expect(page.locator(".page-head .chip", has_text="Done")).to_be_visible()
        shot(page, "batch-done")
        assert flaws(page, DESK) == []
        keys = [one.headers["idempotency-key"] for one in http_target.requests]
        assert sorted(keys[:3]) == sorted(keys[3:])
        page.set_viewport_size(PHONE)
        shot(page, "batch-phone")
        assert flaws(page, PHONE) == []
        page.goto(studio.url + "/run-batches")
        expect(page.get_by_role("link", name="Warehouse 7 was closed")).to_be_visible()
        shot(page, "batches-phone")
