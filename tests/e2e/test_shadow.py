"""A draft runs beside the live version: begun on its page, three orders come, one differs, stopped by hand."""

import pytest
from playwright.sync_api import expect

from studio.builder.service import drafts
from studio.core.actor import Actor, ActorType
from studio.runtime import document as documents
from studio.runtime.service import subscriptions, workflows
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.studio import running_studio
from tests.e2e.test_backtest import noting

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_draft_runs_beside_what_happens(sit_down):
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
        page = studio.sign_in(sit_down(), "Sofia")
        page.goto(f"{studio.url}/workflows/{made['id']}/edit")
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("button", name="Run beside the live version…").click()
        page.wait_for_url("**/shadows")
        expect(page.get_by_label("Days")).to_be_hidden()
        page.get_by_label("For", exact=True).select_option("Another time")
        expect(page.get_by_label("Days")).to_be_visible()
        assert flaws(page) == []
        page.get_by_label("For", exact=True).select_option("1 day")
        page.get_by_role("button", name="Run the draft beside it").click()
        expect(page.get_by_text("No event has been compared yet.")).to_be_visible()
        for number, total in enumerate((100.0, 350.0, 500.0)):
            studio.deliver(studio.url + made["address"], {"order": {"id": f"70{number}", "total": total}})
        answer = "Of 3 live events, 2 would have led to something; 0 would have failed."
        expect(page.get_by_role("heading", name=answer)).to_be_visible(timeout=60_000)
        expect(page.get_by_text("2 of 3 events come out the same")).to_be_visible()
        row = page.get_by_role("row", name="Order 701")
        expect(row).to_contain_text("At “Total above €400?”: yes instead of no.")
        for size in (PHONE, DESK):
            assert flaws(page, size) == []
        page.get_by_role("button", name="Stop now").click()
        expect(page.get_by_text("Stopped")).to_be_visible()
        assert flaws(page) == []
        page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Shadows").click()
        expect(page.get_by_role("link", name=answer)).to_be_visible()
        assert flaws(page) == []
        page.goto(f"{studio.url}/runs")
        expect(page.get_by_role("link", name="Order 70")).to_have_count(3)
