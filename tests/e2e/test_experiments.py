"""An experiment in Chromium: planned, started, read at its horizon, decided with somebody's yes."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from studio.flags.models import FlagExperiment
from tests.e2e.experimented import meet
from tests.e2e.lived_in import once
from tests.e2e.looks import DESK, PHONE, flaws
from tests.e2e.test_flags import make

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]


def plan(page: Page) -> None:
    page.get_by_role("link", name="Experiment", exact=True).first.click()
    expect(page.get_by_text("There is no metric yet that could decide it.")).to_be_visible()
    page.get_by_role("link", name="Add a metric").click()
    page.get_by_label("Name", exact=True).fill("Orders")
    page.get_by_label("In programs").fill("orders")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The metric “Orders” is there.", exact=False)).to_be_visible()


def test_an_experiment_from_its_plan_to_its_decision(studio, sit_down):
    mira = studio.sign_in(sit_down(), "Mira")
    make(mira, studio)
    mira.goto(studio.url + "/flags/new-checkout")
    plan(mira)
    here = studio.url + "/flags/new-checkout/production/experiment"
    mira.goto(here)
    mira.get_by_label(re.compile("^What you expect")).fill("One page sells more than three")
    mira.get_by_label(re.compile("people an arm")).fill("200")
    mira.get_by_label(re.compile("^Who has to agree")).fill(studio.people["Jonas"].email)
    found = flaws(mira, DESK) + flaws(mira, PHONE)
    mira.get_by_role("button", name="Plan it").click()
    expect(mira.get_by_text("Nobody is in it before it is started.", exact=False)).to_be_visible()
    mira.get_by_role("button", name="Start", exact=True).click()
    expect(mira.get_by_text("Nothing is called before the horizon", exact=False)).to_be_visible()
    found += flaws(mira, DESK) + flaws(mira, PHONE)

    once(studio, select(FlagExperiment), lambda uow, row: meet(uow, row, 800, {"control": 3, "treatment": 6}))
    mira.reload()
    expect(mira.get_by_text("“treatment” is better than the control.")).to_be_visible()
    mira.get_by_label("Give everybody “treatment”").check()
    mira.get_by_label(re.compile("^Why")).fill("Twice the orders")
    found += flaws(mira, DESK) + flaws(mira, PHONE)
    mira.get_by_role("button", name="Ask for a yes").click()
    expect(mira.get_by_text("People are being asked: give everybody “treatment”?")).to_be_visible()
    mira.get_by_role("link", name="Open the request")

    jonas = studio.sign_in(sit_down(), "Jonas")
    jonas.goto(studio.url + "/inbox")
    jonas.get_by_role("link", name=re.compile("Experiment with new-checkout")).first.click()
    expect(jonas.get_by_text("“treatment” is better than the control.")).to_be_visible()
    jonas.get_by_role("button", name="Approve").first.click()
    mira.goto(here)
    expect(mira.get_by_text("Decided: give everybody “treatment”.")).to_be_visible()
    found += flaws(mira, DESK) + flaws(mira, PHONE)
    mira.goto(studio.url + "/flags/new-checkout")
    expect(mira.get_by_text("Everybody").first).to_be_visible()
    assert found == []
