"""A flag in Chromium: made, given a rule, switched, brought back; and what a program sees of it."""

import json
import re
import time
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import DESK, PHONE, flaws
from tests.servers.patience import PATIENCE_S

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]


def told(studio, key: str, user: str) -> bool:
    """What a program is told of it, by the API for browsers."""
    address = f"{studio.url}/api/frontend?{urlencode({'userId': user})}"
    request = urllib.request.Request(address, headers={"Authorization": key})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return "new-checkout" in [one["name"] for one in json.load(answer)["toggles"]]


def make(page: Page, studio) -> None:
    page.goto(studio.url + "/flags")
    page.get_by_role("link", name="Make the first flag").click()
    page.get_by_label("Key", exact=True).fill("new-checkout")
    page.get_by_label(re.compile("^Description")).fill("One page instead of three")
    page.get_by_role("button", name="Make the flag").click()
    expect(page.get_by_text(re.compile("is made, and off everywhere"))).to_be_visible()


def make_key(page: Page, studio) -> str:
    page.goto(studio.url + "/flag-environments")
    form = page.locator("form", has=page.get_by_role("heading", name="Make a key"))
    form.get_by_label("Name").fill("Shop's front")
    form.get_by_label("For").select_option(label="Browser or app")
    form.get_by_role("button", name="Make a key").click()
    return page.locator("#made").inner_text()


def test_a_flag_from_its_making_to_its_way_back(studio, sit_down):
    mira = studio.sign_in(sit_down(), "Mira")
    make(mira, studio)
    found = flaws(mira, DESK) + flaws(mira, PHONE)
    key = make_key(mira, studio)
    assert not told(studio, key, "anna")

    mira.goto(studio.url + "/flags/new-checkout")
    mira.get_by_role("link", name="Rules").first.click()
    mira.get_by_role("button", name="Add a rule").click()
    mira.get_by_label("For", exact=True).select_option(label="Named users")
    expect(mira.get_by_label("Share in per cent")).to_be_hidden()
    mira.get_by_label(re.compile("User ids")).fill("anna, ben")
    mira.get_by_label(re.compile("On in Production")).check()
    found += flaws(mira, DESK) + flaws(mira, PHONE)
    mira.get_by_label(re.compile("^Why")).press("Enter")
    expect(mira.get_by_text("Saved as version 2.")).to_be_visible()
    expect(mira.get_by_text("The users anna, ben").first).to_be_visible()
    _until(lambda: told(studio, key, "anna"))
    assert not told(studio, key, "carl")

    mira.get_by_role("link", name="Who gets it?").click()
    mira.get_by_label("User id").fill("carl")
    mira.get_by_role("button", name="Ask").click()
    expect(mira.get_by_text("Rule 1 does not name carl.")).to_be_visible()
    found += flaws(mira, DESK) + flaws(mira, PHONE)

    mira.goto(studio.url + "/flags/new-checkout")
    mira.get_by_role("button", name="Turn off").click()
    expect(mira.get_by_text("“new-checkout” is off in Production.")).to_be_visible()
    _until(lambda: not told(studio, key, "anna"))
    mira.get_by_role("link", name="2", exact=True).click()
    mira.get_by_role("button", name="Bring this version back").click()
    expect(mira.get_by_text("Version 2 is back, as version 4.")).to_be_visible()
    _until(lambda: told(studio, key, "anna"))
    assert found == []


def test_a_rollout_is_planned_by_its_form_changed_and_started(studio, sit_down):
    mira = studio.sign_in(sit_down(), "Mira")
    make(mira, studio)
    mira.goto(studio.url + "/flag-metrics")
    mira.get_by_label("Name").fill("Errors at checkout")
    mira.get_by_label("In programs").fill("errors")
    mira.get_by_role("button", name="Add").click()
    mira.goto(studio.url + "/flags/new-checkout/development/rollout")
    steps = mira.get_by_role("group", name="Steps")
    expect(steps.get_by_label("Share in per cent")).to_have_count(6)
    for _twice in range(2):
        steps.get_by_role("button", name="Remove this step").nth(1).click()
    expect(steps.get_by_label("Share in per cent")).to_have_count(4)
    steps.get_by_label("Stays for").nth(1).fill("3")
    steps.get_by_label("Unit").nth(1).select_option(label="hours")
    steps.get_by_label("Ask before going on").nth(2).check()
    mira.get_by_role("button", name="Add a guardrail").click()
    rails = mira.get_by_role("group", name="Guardrails")
    mira.get_by_role("button", name="Plan it").click()
    expect(mira.get_by_text("Nothing was saved yet.")).to_be_visible()
    expect(rails.get_by_text("Name the metric.")).to_be_visible()
    found = flaws(mira, DESK) + flaws(mira, PHONE)
    mira.set_viewport_size(DESK)
    expect(steps.get_by_label("Stays for").nth(1)).to_have_value("3")
    rails.get_by_label("Metric").select_option(label="Errors at checkout")
    rails.get_by_label("Worse by at most").fill("1,5")
    mira.get_by_label(re.compile("^Who is asked")).fill("Product team")
    mira.get_by_role("button", name="Plan it").click()
    expect(mira.get_by_text("The rollout is planned.")).to_be_visible()
    expect(mira.get_by_text("at most 1.5 points more than without it")).to_be_visible()
    expect(mira.get_by_role("cell", name="3 hours")).to_be_visible()

    steps.get_by_label("Share in per cent").nth(0).fill("2")
    mira.get_by_role("button", name="Save the plan").click()
    expect(mira.get_by_text("Planned anew")).to_be_visible()
    expect(mira.get_by_role("cell", name="2 %", exact=True)).to_be_visible()
    found += flaws(mira, DESK) + flaws(mira, PHONE)
    mira.get_by_role("button", name="Start", exact=True).click()
    expect(mira.get_by_text("2 % of those whom it means")).to_be_visible()
    expect(mira.get_by_role("button", name="Save the plan")).to_have_count(0)
    assert found == []


def _until(holds) -> None:
    """A change reaches programs within a second of its commit."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "the change did not reach the program"
        time.sleep(0.05)  # between two looks at a fact: what a program is told
