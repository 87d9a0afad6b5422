"""A draft is tried on yesterday's orders: begun in the editor, read on its page, one order opened on the canvas."""

import pytest
from playwright.sync_api import expect

from studio.builder.service import drafts
from studio.core.actor import Actor, ActorType
from studio.runtime import document as documents
from studio.runtime.service import subscriptions, workflows
from tests.e2e.canvas import Canvas
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.studio import running_studio
from tests.factories.workflows import refunds

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


def noting(limit):
    """Orders above a total get a note."""
    made = refunds(settings={"title": "Order {{ trigger.order.id }}"})
    made["nodes"][1]["config"]["condition"] = f"trigger.order.total > {limit}"
    made["nodes"][2] = {"key": "call", "type": "action.note", "name": "Note it", "config": {"text": "Large"}}
    return made


def test_a_draft_is_tried_on_what_has_happened(sit_down):
    made = {}

    def furnish(app, people):
        owner, keyring = people[0], app.extensions["studio_keyring"]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            found = workflows.create(uow, "High-value refunds")
            workflows.publish(uow, keyring, found, noting("400.0"))
            drafts.put(uow, found, drafts.current(uow, found).revision, documents.parse(noting("300.0")))
            [trigger] = subscriptions.of_workflow(uow, found.id)
            made.update(id=found.id, address=f"/hooks/{subscriptions.address(keyring, trigger)}")

    with running_studio(furnish=furnish) as studio:
        for number, total in enumerate((100.0, 350.0, 500.0)):
            studio.deliver(studio.url + made["address"], {"order": {"id": f"70{number}", "total": total}})
        page = studio.sign_in(sit_down(), "Sofia")
        page.goto(f"{studio.url}/workflows/{made['id']}/edit")
        page.get_by_role("button", name="Backtest", exact=True).click()
        dialog = page.get_by_role("dialog", name="Backtest the draft")
        assert flaws(page) == []
        dialog.get_by_role("button", name="Begin").click()
        answer = "Of 3 events of the last 30 days, 2 would have led to something; 0 would have failed."
        expect(page.get_by_role("heading", name=answer)).to_be_visible(timeout=30_000)
        expect(page.get_by_text("1 event comes out otherwise.")).to_be_visible()
        row = page.get_by_role("row", name="Order 701")
        expect(row).to_contain_text("At “Total above €400?”: yes instead of no.")
        for size in (PHONE, DESK):
            assert flaws(page, size) == []
        row.get_by_role("link", name="Order 701").click()
        expect(page.get_by_text("Test-run: Done")).to_be_visible()
        canvas = Canvas(page)
        canvas.select("Note it")
        canvas.panel.get_by_role("tab", name="Sample").click()
        canvas.panel.get_by_role("button", name="Test this step alone").click()
        expect(canvas.panel.get_by_text("Simulated")).to_be_visible()
        assert flaws(page) == []
        page.get_by_role("button", name="Backtest", exact=True).click()
        page.get_by_role("link", name="Earlier backtests").click()
        expect(page.get_by_role("link", name=answer)).to_be_visible()
