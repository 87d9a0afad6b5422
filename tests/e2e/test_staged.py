"""A version goes to a part of the events from the editor, is seen beside the other, and taken to everybody."""

import pytest
from playwright.sync_api import expect

from studio.builder.service import drafts
from studio.core.actor import Actor, ActorType
from studio.runtime import document as documents
from studio.runtime.service import subscriptions, workflows
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.staged import thanking
from tests.e2e.studio import running_studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_version_is_staged_and_taken_to_everybody(sit_down):
    made = {}

    def furnish(app, people):
        owner, keyring = people[0], app.extensions["studio_keyring"]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            found = workflows.create(uow, "Thank the customer")
            workflows.publish(uow, keyring, found, thanking("Thank you"))
            warmer = documents.parse(thanking("Thank you very much"))
            drafts.put(uow, found, drafts.current(uow, found).revision, warmer)
            [trigger] = subscriptions.of_workflow(uow, found.id)
            made.update(id=found.id, address=f"/hooks/{subscriptions.address(keyring, trigger)}")

    with running_studio(furnish=furnish) as studio:
        page = studio.sign_in(sit_down(), "Sofia")
        page.goto(f"{studio.url}/workflows/{made['id']}/edit")
        page.get_by_role("button", name="Publish…").click()
        dialog = page.get_by_role("dialog", name="Publish version 2")
        dialog.get_by_label("Goes to").select_option(label="50 % of the events first")
        expect(dialog.get_by_text("The other 50 % start version 1 as before.")).to_be_visible()
        dialog.get_by_label("Judge after so many ended runs").fill("30")
        assert flaws(page) == []
        dialog.get_by_role("button", name="Publish", exact=True).click()
        expect(page.get_by_role("heading", name="Version 2 takes 50 % of the events")).to_be_visible()
        expect(page.get_by_text("once 30 of its runs have ended")).to_be_visible()
        for number in range(6):
            studio.deliver(studio.url + made["address"], {"order": number})
        page.reload()
        side = page.get_by_role("region", name="Version 2 takes 50 % of the events")
        runs = [int(cell.inner_text()) for cell in side.locator("tbody tr td:nth-child(3)").all()]
        assert sum(runs) == 6
        for size in (PHONE, DESK):
            assert flaws(page, size) == []
        side.get_by_role("button", name="Take to everybody").click()
        expect(page.get_by_text("Every event starts version 2 now.")).to_be_visible()
        expect(page.get_by_role("row", name="Version 2").first).to_contain_text("Runs now")
        page.get_by_role("link", name="Version 2").first.click()
        expect(page).to_have_url(f"{studio.url}/runs?workflow={made['id']}&version=2")
