"""A matrix in Chromium: filled by keyboard, rows pasted, a gap seen and mended, published, asked by, and why."""

import re

import pytest
from playwright.sync_api import Page, expect

from studio.approvals.matrices import grid
from studio.approvals.matrices import service as matrices
from studio.approvals.service import groups
from studio.core.actor import Actor, ActorType
from studio.runtime.service import subscriptions, workflows
from tests.e2e.looks import DESK, flaws
from tests.e2e.studio import running_studio
from tests.e2e.test_decision_table import paste
from tests.factories.matrices import HEAD

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]


def asking() -> dict:
    """Webhook → whoever the matrix names."""
    compare = [
        {"column": "Amount", "value": "trigger.amount", "unit": "EUR"},
        {"column": "Country", "value": "trigger.country"},
    ]
    return {
        "schema": "studio.workflow/1", "name": "Money back",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Asked for", "config": {}, "position": {"x": 0, "y": 0}},
            {"key": "ask", "type": "approval.request", "name": "Ask",
             "config": {"title": "Refund {{ trigger.amount }}", "matrix": "Refunds", "compare": compare},
             "position": {"x": 0, "y": 140}},
        ],
        "edges": [{"from": "hook", "port": "next", "to": "ask"}], "settings": {},
    }  # fmt: skip


@pytest.fixture
def asked(smtp):
    """A Studio with a matrix by which the owner decides everything, and a workflow that asks by it."""
    address = []

    def furnish(app, people):
        owner = people[0]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        keyring = app.extensions["studio_keyring"]
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            groups.create(uow, "Refund team", [one.user_id for one in people if one.role.value == "approver"])
            read = grid.read(f"{HEAD}1,,,user:{owner.email},,,,,,\n")
            row = matrices.create(uow, "Refunds", read.matrix)
            matrices.publish(uow, row.id, "", row.revision)
            made = workflows.create(uow, "Money back")
            workflows.publish(uow, keyring, made, asking())
            [hook] = subscriptions.of_workflow(uow, made.id)
            address.append(f"/hooks/{subscriptions.address(keyring, hook)}")

    with running_studio(smtp, furnish=furnish) as running:
        yield running, running.url + address[0]


def filled(page: Page) -> None:
    """By keyboard alone: a row is typed, two are pasted, which leave a gap."""
    table = page.get_by_role("grid", name="Matrix")
    table.get_by_role("gridcell").first.focus()
    keyboard = page.keyboard
    keyboard.type("<100")
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    keyboard.type("Refund team")
    keyboard.press("Enter")
    keyboard.press("Control+Home")
    keyboard.press("Control+Enter")
    paste(page, "200..<500\tDE, AT\tgroup:Refund team\tall\t4 hours\n>=500\t\tgroup:Refund team")
    expect(table.get_by_role("row")).to_have_count(5)  # the head, three rows, otherwise


def test_a_matrix_is_filled_mended_published_and_asked_by(asked, sit_down):
    studio, hook = asked
    page = studio.sign_in(sit_down(), "Mira")
    page.goto(studio.url + "/settings/matrices")
    page.get_by_role("link", name="Change", exact=True).click()
    filled(page)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Amount 100 EUR, Country DE has no row")).to_be_visible()
    found = flaws(page, DESK)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("2 things above keep it from being published.")).to_be_visible()

    table = page.get_by_role("grid", name="Matrix")
    table.get_by_role("row", name=re.compile("^Otherwise")).get_by_role("gridcell").nth(2).dblclick()
    page.keyboard.type("Refund team")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("It is decided by “otherwise”").first).to_be_visible()
    page.get_by_label(re.compile("^Note")).fill("The team decides")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is published.")).to_be_visible()
    page.get_by_role("link", name="Version 2").click()
    expect(page.get_by_text("group:Refund team").first).to_be_visible()
    found += flaws(page, DESK)

    studio.deliver(hook, {"amount": 420, "country": "AT"})
    jonas = studio.sign_in(sit_down(), "Jonas")
    jonas.goto(studio.url + "/inbox")
    jonas.get_by_role("link", name="Refund 420").first.click()
    expect(jonas.get_by_text("By row 2 of the matrix “Refunds”, version 2: Amount 200..<500 EUR")).to_be_visible()
    page.goto(studio.url + "/settings/matrices")
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("link", name="Try it on past requests").click()
    expect(page.get_by_text("Refund 420")).to_be_visible()
    found += flaws(page, DESK)
    assert found == []
