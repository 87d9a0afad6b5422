"""A flag in Chromium: made, given a rule, switched, brought back; and what a program sees of it."""

import json
import re
import time
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import DESK, PHONE, flaws

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


def _until(holds) -> None:
    """A change reaches programs within a second of its commit."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until, "the change did not reach the program"
        time.sleep(0.05)  # between two looks at a fact: what a program is told
