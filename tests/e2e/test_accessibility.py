"""Every page, in both themes: axe-core finds nothing serious, nothing scrolls sideways, the console stays silent.

And in German, the longest of the languages: nothing is cut, nothing scrolls sideways, the page says so. In each
language no page says anything in English that the catalogue says in it.
"""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from scripts import translations
from studio.accounts.models import User
from studio.accounts.service import sessions
from studio.app import create_app
from studio.builder.models import Backtest
from studio.core.languages import TRANSLATED
from tests.e2e import templated
from tests.e2e.crawl import Crawl, walk
from tests.e2e.lived_in import lived_in
from tests.e2e.looks import DESK, PHONE, console_of, flaws, sideways
from tests.e2e.studio import code_in, link_in
from tests.languages import pseudo
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

LETTERS = {"console.mailbox", "console.mailbox_mail"}
"""Where mails lie as they were sent, in the language of whoever got them."""
OF_NOBODY = {"accounts.forgot", "accounts.find_workspace"}
"""Pages for whoever is not signed in: they speak the browser's language."""


@pytest.fixture(scope="module")
def world():
    with run_http_target() as target, lived_in(target) as made:
        yield made


@pytest.fixture(scope="module")
def app(world):
    return create_app(world.studio.stack.settings)


LONG = 3
"""Spaces of a sentence: shorter ones may be names, such as those of the steps of templates."""
OF_DATA = {"Orders of the new shop", "Prove who you are"}
"""A name that somebody gave, and the subject of a mail that was written in its reader's language then."""
RAW = re.compile(r"%\(|\b(?:None|nan|undefined|Undefined)\b|\{\w+\}|object at 0x")


@contextmanager
def reading(app, language):
    """Everybody reads it, until the block is over."""
    database = app.extensions["studio_database"]
    with database.unit() as uow:
        before = uow.session.execute(select(User.id, User.locale)).all()
        uow.session.execute(update(User).values(locale=language))
    yield
    with database.unit() as uow:
        for one in before:
            uow.session.execute(update(User).where(User.id == one.id).values(locale=one.locale))


@pytest.fixture
def german(app):
    with reading(app, "de"):
        yield


def trials_of(app):
    """Where a draft was tried on what was, and on what comes: one workflow of several has such a page."""
    with app.extensions["studio_database"].across() as unit:
        found = unit.session.execute(select(Backtest.workflow_id, Backtest.id, Backtest.until_at)).all()
    kinds = {True: "backtests", False: "shadows"}
    return [f"/workflows/{one.workflow_id}/{kinds[one.until_at is None]}/{one.id}" for one in found]


def test_no_page_of_the_owner_is_flawed(world, app, sit_down):
    page = world.studio.sign_in(sit_down(), "Mira")
    crawl = Crawl(app, page, world.studio, also=[*trials_of(app), templated.news(app)])
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


@pytest.mark.usefixtures("german")
def test_german_words_fit(world, app, sit_down):
    page = world.studio.sign_in(sit_down(), "Mira")
    found = []
    with console_of(page) as said:
        for endpoint in Crawl(app, page, world.studio):
            if endpoint not in OF_NOBODY and page.locator("html").get_attribute("lang") != "de":
                found.append(f"{endpoint} is not German")
            found += [f"{endpoint} {flaw}" for flaw in sideways(page, DESK) + sideways(page)]
            page.set_viewport_size(DESK)
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


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_says_in_english_what_the_catalogue_says_in_its_readers_language(world, app, language):
    english = {
        one.id
        for one in translations.load(language)
        if isinstance(one.id, str) and one.id.count(" ") >= LONG and one.id != one.string
    } - OF_DATA
    mira, client, found, read = world.studio.people["Mira"], app.test_client(), set(), 0
    with reading(app, language):
        with app.extensions["studio_database"].unit() as uow:
            token, _row = sessions.start(uow, mira.user_id, mira.workspace_id)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        with client.session_transaction() as session:
            session["_user_id"] = token
        for endpoint, page in walk(app, client):
            read += 1
            if endpoint in LETTERS:
                continue
            seen = {" ".join(text.split()) for text in pseudo.texts(page)}
            found |= {f"{endpoint}: {text}" for text in seen if text in english or RAW.search(text)}
    assert read > 150
    assert found == set()
