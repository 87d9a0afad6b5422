"""Every page, in both themes: axe-core finds nothing serious, nothing scrolls sideways, the console stays silent."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from studio.app import create_app
from studio.builder.models import Backtest
from tests.e2e import templated
from tests.e2e.crawl import Crawl
from tests.e2e.lived_in import lived_in
from tests.e2e.looks import DESK, PHONE, console_of, flaws, sideways
from tests.e2e.studio import code_in, link_in
from tests.servers.http_target import http_target as run_http_target

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

ON_PHONES = ("portal.", "console.home", "console.runs", "console.run", "accounts.sign_in", "accounts.profile")
"""What people open on a phone is looked at closely there too; the rest of the pages must only fit."""
WITHOUT_A_LINK = {
    "portal.link", "portal.code", "portal.link_decision", "portal.alert_link",  # in mails; see below
    "accounts.password_link", "accounts.new_password", "accounts.invitation",  # in mails
    "accounts.sign_in",  # seen before this
    "console.preview_rows", "console.run_rows",  # behind a file that was handed in: tests/portal/test_rows_browser.py
    "console.root",  # leads on to home or inbox
    "console.reports",  # leads on to the newest month
    "console.first_run", "console.first_run_link",  # before anybody owns it; see test_people.py
    "portal.snooze_choice",  # for whoever was asked: Jonas
    "guard.ask_elevation",  # for whoever is eligible; see test_elevation.py
    "accounts.workspace_sign_in", "accounts.link_account", "accounts.sso_callback",  # with a provider of one's own
    "guard.step_up_proved",  # the same: tests/accounts/federation/test_oidc_provider.py
    "guard.step_up",  # asked on the way to something; see test_passkeys.py
    "connections.callback",  # providers lead there
    "connections.link",  # whoever was sent one follows it: tests/connectors/test_pages.py
}  # fmt: skip


@pytest.fixture(scope="module")
def world():
    with run_http_target() as target, lived_in(target) as made:
        yield made


@pytest.fixture(scope="module")
def app(world):
    return create_app(world.studio.stack.settings)


def backtest_of(app):
    """Where the draft of what failed was tried: one workflow of several has that page."""
    with app.extensions["studio_database"].across() as unit:
        workflow_id, backtest_id = unit.session.execute(select(Backtest.workflow_id, Backtest.id)).first()
    return f"/workflows/{workflow_id}/backtests/{backtest_id}"


def test_no_page_of_the_owner_is_flawed(world, app, sit_down):
    page = world.studio.sign_in(sit_down(), "Mira")
    crawl = Crawl(app, page, world.studio, also=[backtest_of(app), templated.news(app)])
    none(looked_at(crawl))
    assert crawl.unseen <= WITHOUT_A_LINK


def test_no_page_of_an_approver_is_flawed(world, app, sit_down):
    page = world.studio.sign_in(sit_down(), "Jonas")
    crawl = Crawl(app, page, world.studio, begin=["/inbox"])
    none(looked_at(crawl))
    assert {"portal.inbox", "portal.approval", "portal.done", "portal.snooze_choice", "accounts.profile"} <= set(
        crawl.visited
    )


def test_no_page_on_the_way_from_a_mail_is_flawed(world, sit_down):
    mails = world.studio.sign_in(sit_down(), "Mira")
    phone = sit_down()
    found = []
    with console_of(phone) as said:
        phone.goto(world.studio.url + "/sign-in")
        found += both_widths(phone, "sign-in")
        phone.goto(link_in(newest_mail(mails, world, "Decide: Refund")))
        found += both_widths(phone, "link")
        phone.get_by_role("button", name="Send me a six-digit code").click()
        found += both_widths(phone, "code")
        phone.get_by_label("Code").fill(code_in(newest_mail(mails, world, "Your code for Studio")))
        phone.get_by_role("button", name="Open the decision").click()
        expect(phone.get_by_role("button", name="Approve")).to_be_visible()
        found += both_widths(phone, "decision")
    none(found + said)


def looked_at(crawl: Crawl) -> list[str]:
    found = []
    with console_of(crawl.page) as said:
        for endpoint in crawl:
            if endpoint == "builder.edit":
                expect(crawl.page.get_by_role("region", name="Steps to add")).to_be_visible()
            look = both_widths if endpoint.startswith(ON_PHONES) else wide_enough
            found += look(crawl.page, endpoint)
    return found + said


def none(found: list[str]) -> None:
    assert not found, "\n".join(found)


def both_widths(page: Page, name: str) -> list[str]:
    return [f"{name} {flaw}" for width in (DESK, PHONE) for flaw in flaws(page, width)]


def wide_enough(page: Page, name: str) -> list[str]:
    return [f"{name} {flaw}" for flaw in flaws(page, DESK) + sideways(page)]


def newest_mail(page: Page, world, subject: str) -> str:
    """Read it on the local mailbox page, once it is there."""
    link = page.get_by_role("link", name=re.compile(f"^{subject}")).first
    for _ in range(50):
        page.goto(world.studio.url + "/mailbox")
        if link.count():
            break
    link.click()
    return page.get_by_role("main").inner_text()
