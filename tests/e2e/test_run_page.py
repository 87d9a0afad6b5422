"""The page of a run: what happened on the picture and in time, and the data of its steps."""

import os

import pytest
from playwright.sync_api import Page, expect

from studio.core.actor import Actor, ActorType
from studio.runtime.service import subscriptions, workflows
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.shipped import NAME, order, shipping
from tests.e2e.studio import running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]
SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def shipped(http_target):
    """A Studio with the workflow, and the address of its webhook."""
    http_target.always(422, json_body={"message": "Warehouse 7 is closed"})
    address = []

    def furnish(app, people):
        owner = people[0]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        keyring = app.extensions["studio_keyring"]
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            made = workflows.create(uow, NAME)
            workflows.publish(uow, keyring, made, shipping(http_target.url))
            [hook] = subscriptions.of_workflow(uow, made.id)
            address.append(f"/hooks/{subscriptions.address(keyring, hook)}")

    with running_studio(allowed=f"127.0.0.1:{http_target.port}", furnish=furnish) as running:
        yield running, running.url + address[0]


def ended(page: Page, url: str, run_id: str, said: str) -> None:
    """Look at a run until it has ended so."""
    page.goto(f"{url}/runs/{run_id}")
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text(said, timeout=20_000)


def test_a_run_is_read_on_its_picture_in_time_and_in_its_data(shipped, sit_down):
    studio, address = shipped
    page = studio.sign_in(sit_down(), "Tom")
    failed = studio.deliver(address, order("#6021", 420.0, 3))
    ended(page, studio.url, failed, "Failed")
    shot(page, "run")
    assert flaws(page, DESK) == []
    shot(page, "run-dark")
    assert flaws(page, PHONE) == []
    shot(page, "run-phone")
    page.set_viewport_size(DESK)
    page.get_by_role("link", name="Enlarge").click()
    page.locator("#graph").get_by_role("link", name="Total above 400?").click()
    expect(page.locator("#step")).to_contain_text("Total above 400?")
    shot(page, "run-large")
    assert flaws(page, DESK) == []
    page.get_by_role("link", name="Step through it").click()
    expect(page.locator("#graph")).to_contain_text("After step 1 of")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#graph")).to_contain_text("After step 2 of")
    shot(page, "run-stepped")
    assert flaws(page, DESK) == []
    long = studio.deliver(address, order("#6022", 90.0, 120))
    ended(page, studio.url, long, "Done")
    shot(page, "run-long")
    assert flaws(page, DESK) == []


def test_the_data_of_a_step_are_searched_compared_and_copied(shipped, sit_down):
    studio, address = shipped
    page = studio.sign_in(sit_down(), "Tom")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run_id = studio.deliver(address, order("#6021", 420.0, 16))
    ended(page, studio.url, run_id, "Failed")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "/parcels -H 'content-type: application/json'" in page.evaluate("navigator.clipboard.readText()")
    page.locator("#differences summary").click()
    expect(page.locator("#differences")).to_contain_text("body.message")
    assert flaws(page, DESK) == []
    shot(page, "run-differences")
    page.get_by_role("link", name="Order paid").first.click()
    expect(page.locator("#step .tree")).to_contain_text("Anna")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("sku-11")
    expect(page.locator("#step .tree .leaf")).to_have_count(1)
    expect(page.locator("#step .tree")).to_contain_text("SKU-11")
    shot(page, "run-found")
    page.locator("table").get_by_role("link", name="Send as a letter").click()
    expect(page.locator("#step")).to_contain_text("“Total above 400?” went on by “yes”. The way here is “no”.")
    shot(page, "run-why")
    large = {"lines": [{"sku": f"SKU-{number}", "text": "x" * 2_000} for number in range(60)]}
    run_id = studio.deliver(address, order("#6023", 9.0, 1) | large)
    ended(page, studio.url, run_id, "Failed")
    page.goto(f"{studio.url}/runs/{run_id}?step=order")
    page.get_by_role("link", name="Read all of it, page by page").click()
    page.get_by_role("searchbox").fill("sku-59")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="lines / 59 / sku")).to_be_visible()
    shot(page, "run-data")
    assert flaws(page, DESK) == []
    assert flaws(page, PHONE) == []


def test_a_run_is_set_beside_the_last_that_succeeded(shipped, sit_down):
    studio, address = shipped
    page = studio.sign_in(sit_down(), "Tom")
    small = studio.deliver(address, order("#6020", 90.0, 2))
    ended(page, studio.url, small, "Done")
    failed = studio.deliver(address, order("#6021", 420.0, 3))
    ended(page, studio.url, failed, "Failed")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("link", name="Order #6020")).to_be_visible()
    large = page.get_by_role("row").filter(has_text="Total above 400?")
    expect(large).to_contain_text("yes")
    large.locator("summary").click()
    expect(large.locator("details")).to_contain_text("result: true false")
    shot(page, "run-compare")
    assert flaws(page, DESK) == []
    assert flaws(page, PHONE) == []
    shot(page, "run-compare-phone")
