"""A real browser on a phone, scripts off: changes are asked for, whoever asked resubmits, and the change is read."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.accounts.outcomes import Role
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from tests.factories.accounts import PASSWORD, MadePerson, make_person

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]

PHONE = {"width": 390, "height": 860}


@pytest.fixture
def phone_of(address, chromium: Browser) -> Iterator[Callable[[MadePerson], Page]]:
    contexts = []

    def signed_in(person: MadePerson) -> Page:
        contexts.append(chromium.new_context(viewport=PHONE, java_script_enabled=False))
        page = contexts[-1].new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/inbox")
        return page

    yield signed_in
    for context in contexts:
        context.close()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_changes_are_asked_for_made_and_read_on_a_phone(shop, address, phone_of):
    anna = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")
    part = ApprovalPart([f"user:{shop.jonas.email}"])
    rule = ApprovalRule([ApprovalStage([part])], changes="wait")
    page_of_it = f"{address}/approvals/{shop.ask(rule=rule, requester=anna.email)}"
    decider, asker = phone_of(shop.jonas), phone_of(anna)
    decider.goto(page_of_it)
    decider.get_by_label("Comment").fill("The receipt is missing")
    decider.get_by_role("button", name="Request changes").click()
    expect(decider.get_by_text("A new version is awaited.").first).to_be_visible()
    asker.goto(page_of_it)
    fits(asker)
    asker.get_by_role("link", name="Edit and resubmit").click()
    fits(asker)
    asker.get_by_label("Label").last.fill("Receipt")
    asker.get_by_label("Value").last.fill("R-1")
    asker.get_by_label("What you have changed").fill("It was in another mail")
    asker.get_by_role("button", name="Resubmit").click()
    expect(asker.get_by_text("Resubmitted.")).to_be_visible()
    decider.goto(page_of_it)
    fits(decider)
    expect(decider.get_by_text("new: “R-1”")).to_be_visible()
    expect(decider.get_by_text("It was in another mail")).to_be_visible()
    decider.get_by_role("button", name="Approve").click()
    expect(decider.get_by_text("Jonas Weber approved this on")).to_be_visible()
    assert [(end.version, end.facts["Receipt"]) for end in shop.heard.ends] == [(2, "R-1")]
