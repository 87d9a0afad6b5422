"""Two stories of a team's first month: the first template with its first failure, and a holiday."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from studio.app import create_app
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.approvals.requesting import adhoc
from studio.approvals.requesting.adhoc import PersonAsk
from studio.approvals.service import calendars
from studio.approvals.service.calendars import CalendarSave
from studio.core import clock
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from tests.e2e.canvas import Canvas
from tests.e2e.keys import Keys
from tests.e2e.looks import DESK, PHONE, flaws

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""
REFUND = {
    "name": "#6021",
    "total_price_set": {"shop_money": {"amount": "842.50", "currency_code": "EUR"}},
    "customer": {"first_name": "Anna", "last_name": "Keller", "email": "anna@example.com"},
    "refund": {"id": 77, "amount": 420, "currency": "EUR", "reason": "Arrived broken"},
}
"""As their help desk sends it: other than the template's sample, without the items of the order."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_the_first_template_and_its_first_failure(studio, sit_down, smtp):
    """Sofia publishes a template; what the help desk sends lacks a field; she finds it, mends it, and it goes on."""
    sofia = studio.sign_in(sit_down(), "Sofia")
    expect(sofia.get_by_text("Nothing is automated here yet.")).to_be_visible()
    card = sofia.get_by_role("listitem").filter(has=sofia.get_by_text("High-value refunds"))
    card.get_by_role("link", name="Use").click()
    sofia.get_by_label("Where to tell").fill("finance@nordlicht.example")
    shot(sofia, "template")
    sofia.get_by_role("button", name="Make the draft").click()
    canvas = Canvas(sofia)
    canvas.without_problems()
    canvas.publish("Our first rule")
    canvas.select("Refund requested")
    run = studio.deliver(canvas.panel.locator(".copyable code").inner_text(), REFUND)

    sofia.goto(studio.url + "/runs")
    expect(sofia.get_by_role("row").filter(has_text="High-value refunds").get_by_text("Failed")).to_be_visible(
        timeout=30_000
    )
    sofia.get_by_role("link", name="Home").click()
    expect(sofia.get_by_text("High-value refunds failed once today")).to_be_visible()
    found = flaws(sofia, DESK)
    shot(sofia, "failure-home")
    sofia.get_by_role("link", name="See the run").click()
    expect(sofia).to_have_url(f"{studio.url}/runs/{run}")
    expect(sofia.locator(".page-head .chip", has_text="Failed at Refund approved?")).to_be_visible()
    expect(sofia.get_by_role("alert")).to_contain_text("line_items")
    found += flaws(sofia, PHONE) + flaws(sofia, DESK)
    shot(sofia, "failure-run")
    assert [one["subject"] for one in smtp.messages if "Refund" in one["subject"]] == [], "nobody was asked"

    sofia.get_by_role("link", name="Open on canvas").click()
    canvas = Canvas(sofia)
    canvas.select("Refund approved?")
    items = canvas.field("facts").locator(".cm-content").filter(has_text="line_items")
    items.fill("{{ trigger.refund.reason }}")
    canvas.publish("The help desk sends no items")
    sofia.goto(f"{studio.url}/runs/{run}")
    sofia.get_by_role("button", name="Re-run…").click()
    dialog = sofia.get_by_role("dialog")
    dialog.get_by_label("Version 2, the newest").check()
    shot(sofia, "failure-rerun")
    dialog.get_by_role("button", name="Show the plan").click()
    sofia.get_by_role("button", name="Run it again").click()
    expect(sofia.locator(".page-head .chip", has_text="Waiting for a decision")).to_be_visible()
    assert found == []


def test_a_holiday(studio, sit_down):
    """Lena goes on holiday without touching a mouse; Jonas decides in her place; she comes back earlier.

    The shop is closed tomorrow, so what has to be decided within a working day has a day more.
    """
    day_after = closed_tomorrow(studio)
    waiting(studio, "Refund A-1")
    page = sit_down()
    keys = Keys(page)
    keys.sign_in(studio.url, studio.people["Lena"])
    keys.press(page.get_by_label("Main").get_by_role("link", name="Away"))
    now = clock.local_now().astimezone(ZoneInfo("Europe/Berlin"))
    keys.moment(page.get_by_label("From"), now)
    keys.moment(page.get_by_label("Until"), now + timedelta(days=14))
    keys.choose(page.get_by_label("Who stands in"), studio.people["Jonas"].name)
    shot(page, "holiday-form")
    keys.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Jonas Weber stands in. Both of you can decide.")).to_be_visible()
    found = flaws(page, PHONE) + flaws(page, DESK)
    shot(page, "holiday")

    waiting(studio, "Refund A-2")
    jonas = studio.sign_in(sit_down(), "Jonas")
    for title in ("Refund A-1", "Refund A-2"):
        jonas.goto(studio.url + "/inbox")
        jonas.get_by_role("link", name=title).first.click()
        expect(jonas.get_by_text("Lena Fischer").first).to_be_visible()
        if title == "Refund A-1":
            due = (
                jonas.get_by_role("main")
                .locator("small", has_text="working")
                .locator("time")
                .first.get_attribute("datetime")
            )
            assert datetime.fromisoformat(due).astimezone(ZoneInfo("Europe/Berlin")).date() == day_after
            found += flaws(jonas, DESK)
            shot(jonas, "holiday-stand-in")
        jonas.get_by_role("button", name="Approve").click()
        expect(jonas.get_by_text("Jonas Weber for Lena Fischer approved this").first).to_be_visible()

    keys.press(page.get_by_role("button", name="End"))
    expect(page.get_by_text("That absence is over. What was decided meanwhile stays decided.")).to_be_visible()
    keys.press(page.get_by_label("Main").get_by_role("link", name="Inbox"))
    keys.press(page.get_by_role("main").get_by_role("link", name="Done"))
    expect(page.get_by_text("Refund A-2").first).to_be_visible()
    shot(page, "holiday-back")
    waiting(studio, "Refund A-3")
    jonas.goto(studio.url + "/inbox")
    expect(jonas.get_by_text("Refund A-3")).to_have_count(0)
    assert found == []


def closed_tomorrow(studio) -> date:
    """A policy that gives a working day, by a calendar on which every day is one but tomorrow; the day it comes to."""
    today = clock.local_now().astimezone(ZoneInfo("Europe/Berlin")).date()
    off = {"date": (today + timedelta(days=1)).isoformat(), "name": "Founders' day", "yearly": False}
    rule = PolicyRule.model_validate({
        "approvers": [f"user:{studio.people['Lena'].email}"], "due_in": {"amount": 1, "unit": "working_days"},
    })  # fmt: skip
    with as_mira(studio) as uow:
        calendars.create(uow, CalendarSave("Shop", "Europe/Berlin", [["00:00-24:00"]] * 7, [off]))
        policies.create(uow, PolicySave("Within a day", rule))
    return today + timedelta(days=2)


def waiting(studio, title: str) -> None:
    """Mira asks Lena alone for a decision, by the same service as her page."""
    with as_mira(studio) as uow:
        adhoc.ask(uow, PersonAsk(title=title, policy="Within a day"))


@contextmanager
def as_mira(studio) -> Iterator[UnitOfWork]:
    """What she does by the services that her pages use."""
    app, mira = create_app(studio.stack.settings), studio.people["Mira"]
    actor = Actor(ActorType.USER, str(mira.user_id), mira.name, mira.user_id, mira.role.value)
    with app.extensions["studio_database"].unit(mira.workspace_id, actor) as uow:
        yield uow
    app.extensions["studio_engine"].stop()
