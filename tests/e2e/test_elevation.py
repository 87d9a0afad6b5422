"""Elevated access in Chromium: asked for, agreed to by somebody else, in force under a banner, ended."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import DESK, PHONE, flaws

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]


def prove(page: Page, studio, first_name: str) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(studio.people[first_name].password)
    page.get_by_role("button", name="Confirm").click()


def make_eligible(page: Page, studio) -> None:
    """Mira lets Sofia act as an admin, where Jonas agrees."""
    page.goto(studio.url + "/settings/elevation")
    page.get_by_label("Who", exact=True).select_option(label="Sofia Brandt · Builder")
    page.get_by_label("May act as").select_option("admin")
    page.get_by_label(re.compile("Who has to agree")).fill(studio.people["Jonas"].email)
    page.get_by_role("button", name="Let them ask").click()
    prove(page, studio, "Mira")
    expect(page.get_by_text("Sofia Brandt may ask for it from now on.")).to_be_visible()


def test_asked_agreed_to_in_force_and_ended(studio, sit_down):
    mira = studio.sign_in(sit_down(), "Mira")
    make_eligible(mira, studio)
    sofia = studio.sign_in(sit_down(), "Sofia")
    sofia.goto(studio.url + "/settings/tokens")
    expect(sofia.get_by_role("heading", name=re.compile("does not allow this"))).to_be_visible()
    sofia.get_by_role("link", name="Your elevated access").click()
    sofia.get_by_role("link", name="Ask for it").click()
    found = flaws(sofia, DESK) + flaws(sofia, PHONE)
    sofia.get_by_label(re.compile("For how long")).fill("30")
    sofia.get_by_role("button", name="Ask for it").click()
    expect(sofia.get_by_text("Say what you need it for.")).to_be_visible()
    sofia.get_by_label("What for").fill("Restore the payout export")
    sofia.get_by_role("button", name="Ask for it").click()
    prove(sofia, studio, "Sofia")
    expect(sofia.get_by_text("Asked. You are mailed once it is decided.")).to_be_visible()
    expect(sofia.get_by_role("cell", name="waits for a decision")).to_be_visible()
    assert "was approved" not in sofia.content()

    jonas = studio.sign_in(sit_down(), "Jonas")
    jonas.goto(studio.url + "/inbox")
    jonas.get_by_role("link", name=re.compile("Elevated access for Sofia Brandt")).first.click()
    expect(jonas.get_by_text("Restore the payout export").first).to_be_visible()
    jonas.get_by_role("button", name="Approve").first.click()
    expect(jonas.get_by_text(re.compile("Approved|approved")).first).to_be_visible()

    sofia.reload()
    sofia.get_by_role("button", name="Start now").click()
    prove(sofia, studio, "Sofia")
    banner = sofia.get_by_role("region", name="Elevated access")
    expect(banner).to_contain_text("You act as Admin.")
    expect(banner).to_contain_text(re.compile(r"Ends in (30|29) minutes"))
    found += flaws(sofia, DESK) + flaws(sofia, PHONE)
    sofia.goto(studio.url + "/settings/tokens")
    expect(sofia.get_by_role("heading", name="Settings")).to_be_visible()
    expect(banner).to_be_visible()
    mira.goto(studio.url + "/settings/elevation")
    expect(mira.get_by_role("cell", name="in force")).to_be_visible()
    found += flaws(mira, DESK) + flaws(mira, PHONE)
    assert found == []

    banner.get_by_role("button", name="End now").click()
    expect(sofia.get_by_text("It has ended. Your own seat is what counts now.")).to_be_visible()
    expect(banner).to_have_count(0)
    sofia.goto(studio.url + "/settings/tokens")
    expect(sofia.get_by_role("heading", name=re.compile("has ended"))).to_be_visible()
