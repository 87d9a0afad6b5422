"""An incident at night, from a phone: stop everything with a passkey, look, let it go on. And a freeze."""

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from studio.core import clock
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.test_passkeys import authenticator, confirm_by_password, make_passkey

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

WHY = "Refunds go out twice"
SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _from_now(days: int) -> str:
    return f"{clock.local_now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


@pytest.fixture
def phone(studio, sit_down):
    """Sofia's, with a passkey on it."""
    page = studio.sign_in(sit_down(), "Sofia")
    authenticator(page, verifies=True)
    page.goto(studio.url + "/profile/security")
    page.get_by_role("button", name="Add a passkey").click()
    confirm_by_password(page, studio)
    make_passkey(page, "Night phone")
    expect(page.get_by_role("cell", name="Night phone")).to_be_visible()
    page.set_viewport_size(PHONE)
    return page


def test_everything_is_stopped_from_a_phone_looked_at_and_goes_on(studio, phone, sit_down):
    page = phone
    page.goto(studio.url + "/stop")
    shot(page, "stop-phone")
    assert flaws(page, PHONE) == []
    page.get_by_role("textbox", name="Why").fill(WHY)
    page.get_by_role("button", name="Stop everything").click()
    shot(page, "stop-proof-phone")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Everything is stopped")).to_be_visible()
    shot(page, "stopped-phone")
    assert flaws(page, PHONE) == []
    decider = studio.sign_in(sit_down(), "Mira")
    expect(decider.get_by_text(WHY)).to_be_visible()
    shot(decider, "stopped-inbox")
    assert flaws(decider, DESK) == []
    page.goto(studio.url + "/workflows")
    shot(page, "stopped-workflows-phone")
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_role("link", name="Look", exact=True).click()
    page.get_by_role("button", name="Let everything go on").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Stop everything")).to_be_visible()
    decider.reload()
    expect(decider.get_by_text(WHY)).to_have_count(0)


def test_a_freeze_is_planned_met_before_publishing_and_passed_with_a_reason(studio, sit_down):
    page = studio.sign_in(sit_down(), "Tom")
    page.goto(studio.url + "/settings/freezes")
    assert flaws(page) == []
    page.get_by_role("textbox", name="Name").fill("Black Friday")
    page.get_by_label("From").fill(_from_now(days=-1))
    page.get_by_label("Until").fill(_from_now(days=3))
    page.get_by_label("Publishing workflows").check()
    shot(page, "freeze-plan")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("Password").fill(studio.people["Tom"].password)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The freeze “Black Friday” is planned.")).to_be_visible()
    shot(page, "freezes")
    assert flaws(page) == []
    page.goto(studio.url + "/workflows")
    page.get_by_role("button", name="New workflow").first.click()
    expect(page.get_by_text("Publishing is frozen until")).to_be_visible()
    shot(page, "freeze-editor")
    page.get_by_role("button", name="Ask for a bypass").click()
    page.get_by_label("Why it cannot wait").fill("Refunds go out twice")
    shot(page, "freeze-bypass")
    page.get_by_role("button", name="Go on all the same").click()
    page.wait_for_url("**/edit")
    page.goto(studio.url + "/settings/freezes")
    expect(page.get_by_text("Refunds go out twice")).to_be_visible()
