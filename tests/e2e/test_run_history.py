"""A shop's history: narrowed by what is wanted, the address sent on, the rest taken home as a file."""

import csv
import io
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime import labels
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.models import Run, Step
from studio.runtime.service import workflows
from tests.e2e.looks import DESK, flaws, sideways
from tests.e2e.studio import running_studio
from tests.factories.workflows import refunds

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

ERROR = {"code": "http.status_503", "message": "The shop had an error of its own (503).", "node": "call", "path": ""}


def a_week(app, people):
    """Orders of a week; every fifth of them failed, and each has its country."""
    database, tenant = app.extensions["studio_database"], people[0]
    with database.unit(tenant.workspace_id) as uow:
        workflow = workflows.create(uow, "High-value refunds")
        workflows.publish(uow, app.extensions["studio_keyring"], workflow, refunds())
        for number in range(70):
            at = clock.local_now() - timedelta(hours=2 * number, minutes=3)
            failed = {
                "error": ERROR, "error_code": ERROR["code"], "error_node": "call", "error_print": fingerprint(ERROR),
            }  # fmt: skip
            run_id = first_id_at(at)
            uow.session.add(
                Run(
                    id=run_id, workflow_id=workflow.id, version_id=workflow.published_version_id, trigger_node="order",
                    title=f"Order {6000 + number}", state="succeeded" if number % 5 else "failed", available_at=at,
                    created_at=at, finished_at=at + timedelta(seconds=2), fresh=False, input={"order": {"id": number}},
                    **({} if number % 5 else failed),
                )
            )  # fmt: skip
            for key, state, took in ("order", "succeeded", 5), ("call", "succeeded" if number % 5 else "failed", 2000):
                uow.session.add(
                    Step(
                        run_id=run_id, node_key=key, state=state, type="http.call", started_at=at,
                        finished_at=at + timedelta(milliseconds=took),
                    )
                )  # fmt: skip
            uow.session.flush()
            labels.put(uow, run_id, "country", ("DE", "FR", "ES")[number % 3])


@pytest.fixture
def studio(smtp):
    with running_studio(smtp, furnish=a_week) as running:
        yield running


def looked_at(page, name):
    folder = os.environ.get("STUDIO_TEST_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def keep_as(page, name):
    page.locator("#views > summary").click()
    page.get_by_label("Keep these filters as").fill(name)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text(f"“{name}” is kept under Views.")).to_be_visible()
    assert "state=failed" in page.url


def change_view(page):
    """The view that is open gets what the list was narrowed to since, and another name."""
    expect(page.get_by_text("View “German failures”.")).to_be_visible()
    page.get_by_label("Time").select_option("30d")
    expect(page.get_by_text("Its filters were changed here.")).to_be_visible()
    looked_at(page, "runs-view-changed")
    page.get_by_role("button", name="Save changes to this view").click()
    expect(page.get_by_text("Its filters were changed here.")).to_have_count(0)
    page.locator("#views > summary").click()
    page.get_by_label("Another name for").fill("German failures, lately")
    looked_at(page, "runs-view-rename")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("View “German failures, lately”.")).to_be_visible()
    assert "since=30d" in page.url


def follow(page, studio):
    """New runs appear by themselves; while the list is paused it stands still, and counts what has come."""
    page.goto(f"{studio.url}/workflows")
    page.get_by_role("link", name="High-value refunds").first.click()
    hook = page.locator("#address-order").inner_text()
    page.goto(f"{studio.url}/runs")
    expect(page.locator("#tail-state")).to_have_text("New runs appear by themselves.")
    before = page.locator("#runs tbody tr").count()
    page.get_by_role("button", name="Pause").click()
    first = page.locator("#runs tbody tr").first.inner_text()
    assert page.request.post(hook, data={"order": {"id": 1, "total": 5}}).ok
    expect(page.locator("#tail-state")).to_have_text("1 new", timeout=15_000)
    assert (page.locator("#runs tbody tr").count(), page.locator("#runs tbody tr").first.inner_text()) == (
        before,
        first,
    )
    looked_at(page, "runs-paused")
    page.get_by_role("button", name="Show them").click()
    expect(page.locator("#runs tbody tr").first).not_to_contain_text("Order 6000")
    assert page.request.post(hook, data={"order": {"id": 2, "total": 5}}).ok
    expect(page.locator("#runs tbody tr").nth(2)).to_contain_text("Order 6000", timeout=15_000)
    page.locator("#views > summary").click()
    looked_at(page, "runs-views")


def look_at_insights(page, view, studio):
    """From a view that is kept to what all runs say together, and to the runs of one error."""
    page.goto(f"{studio.url}/runs")
    page.locator("#views > summary").click()
    page.get_by_role("link", name=view).click()
    expect(page.get_by_role("link", name="Order 6005")).to_have_count(0)
    page.get_by_role("link", name="Insights").click()
    errors = page.get_by_role("row").filter(has_text="The shop had an error of its own (503).")
    expect(errors).to_contain_text("14")  # they were counted while the rest was done
    looked_at(page, "insights")
    assert flaws(page) + sideways(page) == []
    looked_at(page, "insights-390")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    expect(page.get_by_text("Days are those of")).to_be_visible()
    bar = page.get_by_role("group", name="Runs by outcome").get_by_role("link").nth(-2)
    told = re.search(r": (\d+) runs", bar.text_content())
    bar.click()
    expect(page.locator("#runs tbody tr")).to_have_count(int(told[1]))
    looked_at(page, "insights-bar")
    page.go_back()
    errors.get_by_role("link").click()
    expect(page.get_by_role("link", name="Order 6005")).to_be_visible()


def look_at_heat(page, studio):
    """Where a workflow's runs fail: on its picture, in words beside colours, and as a table with links."""
    page.goto(f"{studio.url}/workflows")
    page.get_by_role("link", name="High-value refunds").first.click()
    page.get_by_role("link", name="7 days").click()
    picture = page.locator("svg.picture")
    expect(picture).to_contain_text("20 % of 70 failed")
    looked_at(page, "heat")
    page.get_by_role("link", name="Time", exact=True).click()
    expect(picture).to_contain_text("95 % within 2 s")
    expect(page.get_by_role("row").filter(has_text="14 (20 %)")).to_be_visible()
    looked_at(page, "heat-time")
    if os.environ.get("STUDIO_TEST_SHOTS"):
        page.emulate_media(color_scheme="dark")
        page.get_by_role("link", name="Failures").click()
        page.set_viewport_size({"width": 390, "height": 800})
        looked_at(page, "heat-dark-390")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})


def look_at_heat_while_editing(page):
    """The same on the cards of the draft, where it is wanted, by the tools and by Ctrl+K."""
    page.get_by_role("link", name="Edit", exact=True).click()
    card = page.locator('[data-node-key="call"]')
    page.get_by_label("Where runs fail").select_option("7d")
    expect(card).to_contain_text("70\u00d7 · 14 failed · 2 s")
    expect(card.get_by_title("70 times · 14 failed · half within 2 s")).to_be_visible()
    expect(card.locator(".heat-3")).to_have_count(1)
    expect(page.locator('[data-node-key="order"]')).to_contain_text("70\u00d7 · ")
    looked_at(page, "heat-editing")
    page.keyboard.press("Control+k")
    page.get_by_role("option", name="Hide where runs fail").click()
    expect(card).not_to_contain_text("14 failed")
    page.go_back()


def test_runs_are_narrowed_shared_and_taken_home(studio, sit_down, tmp_path):
    mira = studio.sign_in(sit_down(), "Mira")
    mira.goto(f"{studio.url}/runs")
    looked_at(mira, "runs")
    mira.locator("#states > summary").click()
    mira.get_by_label("Failed", exact=True).check()
    expect(mira.get_by_role("link", name="Order 6000")).to_be_visible()
    expect(mira.get_by_role("link", name="Order 6001")).to_have_count(0)
    mira.get_by_text("More filters").click()
    mira.get_by_label("Label").fill("country:DE")
    mira.get_by_label("Label").press("Enter")
    expect(mira.get_by_role("link", name="Order 6005")).to_have_count(0)
    assert "state=failed" in mira.url
    assert "label=country%3ADE" in mira.url
    looked_at(mira, "runs-filtered")
    keep_as(mira, "German failures")
    change_view(mira)

    ben = studio.sign_in(sit_down(), "Tom")
    ben.goto(mira.url)
    expect(ben.get_by_role("link", name="Order 6015")).to_be_visible()
    ben.goto(f"{mira.url}&version=3")
    expect(ben.get_by_text("Nothing is listed")).to_be_visible()
    looked_at(ben, "runs-no-filter")

    mira.locator("#more > summary").click()
    looked_at(mira, "runs-export-menu")
    mira.get_by_role("button", name="These runs as CSV").click()
    expect(mira.get_by_text("The file is ready.")).to_be_visible(timeout=30_000)
    looked_at(mira, "run-export")
    with mira.expect_download() as taken:
        mira.get_by_role("button", name="Download").click()
    path = tmp_path / "runs.csv"
    taken.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(Path(path).read_text())))
    assert [row["title"] for row in rows] == [f"Order {6000 + number}" for number in range(0, 70, 15)]
    look_at_insights(mira, "German failures", studio)
    look_at_heat(mira, studio)
    look_at_heat_while_editing(mira)
    follow(mira, studio)
    mira.goto(f"{studio.url}/runs/exports")
    looked_at(mira, "run-exports")
    mira.get_by_role("link", name="Runs", exact=True).first.click()
    mira.get_by_role("link", name="Order 6000").click()
    expect(mira.locator("#labels")).to_contain_text("country: DE")
    looked_at(mira, "run-labels")
    if os.environ.get("STUDIO_TEST_SHOTS"):
        mira.set_viewport_size({"width": 390, "height": 800})
        mira.emulate_media(color_scheme="dark")
        mira.goto(f"{studio.url}/runs?label=country:DE")
        looked_at(mira, "runs-390")
