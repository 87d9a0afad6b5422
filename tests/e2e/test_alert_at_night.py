"""An incident at night from a phone: orders are refused, a mail comes, somebody is on it, and it works again."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from studio.app import create_app
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.tables import Alert
from studio.runtime.service import subscriptions, workflows
from tests.e2e import shopify
from tests.e2e.conftest import PHONE
from tests.e2e.lived_in import warehouse
from tests.e2e.looks import PHONE as NARROW
from tests.e2e.looks import flaws
from tests.e2e.studio import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(240)]

SHOTS = os.environ.get("STUDIO_SHOTS")
"""A folder for pictures, for whoever wants to look."""
LINK = re.compile(r"https?://\S+/al/\S+")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_somebody_is_on_it_from_the_mail_and_hears_that_it_works_again(studio, sit_down, http_target, smtp):
    http_target.always(422, json_body={"message": "Warehouse 7 is closed"})
    hook = published(studio, http_target.url)
    studio.deliver(hook, shopify.order())
    link = LINK.search(studio.mail_to("Sofia"))[0]

    phone = sit_down(**PHONE)
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Tell the warehouse failed")).to_be_visible()
    expect(phone.get_by_text("Warehouse 7 is closed")).to_be_visible()
    shot(phone, "alert-link-open")
    assert flaws(phone, NARROW) == []
    assert state(studio) == "open", "opening the link has changed something"
    phone.get_by_role("button", name="I'm on it").click()
    expect(phone.get_by_text("You are on it.", exact=True)).to_be_visible()
    shot(phone, "alert-link-mine")
    assert flaws(phone, NARROW) == []
    assert state(studio) == "acknowledged"

    phone.get_by_role("link", name="See what happened").click()
    studio.sign_in(phone, "Sofia")
    phone.goto(studio.url + "/alerts?state=acknowledged")
    shot(phone, "alerts-phone")
    assert flaws(phone, NARROW) == []
    phone.get_by_role("link", name="Tell the warehouse failed").click()
    expect(phone.get_by_text("You are on it.", exact=True)).to_be_visible()
    shot(phone, "alert-phone")
    assert flaws(phone, NARROW) == []

    http_target.always(200)
    some_minutes_pass(studio)
    studio.deliver(hook, shopify.order())
    over = smtp.wait_for(2, to=studio.people["Sofia"].email)
    assert over["Subject"] == "Works again: Tell the warehouse"
    phone.goto(link)
    expect(phone.get_by_text("It is over.")).to_be_visible()
    shot(phone, "alert-link-over")
    expect(phone.get_by_role("button", name="I'm on it")).to_have_count(0)
    desk = studio.sign_in(sit_down(), "Tom")
    desk.goto(studio.url + "/alerts")
    shot(desk, "alerts-empty")
    assert flaws(desk) == []
    desk.goto(studio.url + "/alerts?state=all")
    shot(desk, "alerts-all")
    assert flaws(desk) == []
    desk.get_by_role("link", name="Tell the warehouse failed").click()
    shot(desk, "alert-over")
    assert flaws(desk) == []
    assert len(smtp.to(studio.people["Sofia"].email)) == 2


def test_an_admin_says_on_a_page_whom_alerts_are_told(studio, sit_down):
    desk = studio.sign_in(sit_down(), "Tom")
    desk.goto(studio.url + "/settings/alert-rules")
    shot(desk, "rules-empty")
    assert flaws(desk) == []
    desk.get_by_role("link", name="New rule").click()
    desk.get_by_label("Name", exact=True).fill("Payments at night")
    desk.get_by_label("A workflow fails", exact=True).check()
    desk.get_by_role("button", name="Add a level").click()
    level = desk.get_by_role("group", name="If nobody is on it: level 2")
    level.get_by_label("How many").fill("15")
    level.get_by_label("Unit").select_option("minutes")
    level.get_by_label(studio.people["Sofia"].email).check()
    desk.get_by_label("Quiet from").fill("22:00")
    desk.get_by_label("Quiet until").fill("07:00")
    shot(desk, "rule-desk")
    assert flaws(desk) == []
    desk.get_by_role("button", name="Make the rule").click()
    expect(desk.get_by_text("1. Payments at night")).to_be_visible()
    shot(desk, "rules-desk")
    assert flaws(desk) == []
    phone = studio.sign_in(sit_down(**PHONE), "Tom")
    phone.goto(studio.url + "/settings/alert-rules")
    shot(phone, "rules-phone")
    assert flaws(phone, NARROW) == []
    phone.get_by_role("link", name="Change").click()
    shot(phone, "rule-phone")
    assert flaws(phone, NARROW) == []


@contextmanager
def inside(studio: Studio) -> Iterator[tuple[Any, UnitOfWork]]:
    """The running Studio's database, as Sofia."""
    app, sofia = create_app(studio.stack.settings), studio.people["Sofia"]
    actor = Actor(ActorType.USER, str(sofia.user_id), sofia.name, sofia.user_id, sofia.role.value)
    try:
        with app.app_context(), app.extensions["studio_database"].unit(sofia.workspace_id, actor) as uow:
            yield app.extensions["studio_keyring"], uow
    finally:
        app.extensions["studio_engine"].stop()


def published(studio: Studio, url: str) -> str:
    """Sofia's workflow that tells the warehouse; the address where it takes orders."""
    with inside(studio) as (keyring, uow):
        made = workflows.create(uow, "Tell the warehouse")
        workflows.publish(uow, keyring, made, warehouse(url))
        [hook] = subscriptions.of_workflow(uow, made.id)
        return f"{studio.url}/hooks/{subscriptions.address(keyring, hook)}"


def state(studio: Studio) -> str:
    with inside(studio) as (_keyring, uow):
        return uow.session.scalars(select(Alert.state)).one()


def some_minutes_pass(studio: Studio) -> None:
    """As if the last failure were longer ago: what works again is told once it has held for a while."""
    with inside(studio) as (_keyring, uow):
        for row in uow.session.scalars(select(Alert)):
            row.last_at -= timedelta(minutes=6)
