"""A certified provider (oidc-provider), and people who go there and come back; one of them in Chromium."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from studio.accounts.federation import configuring
from studio.accounts.federation.door import CALLBACK
from studio.accounts.outcomes import Role
from studio.core.http import HttpClient
from tests.accounts.federation.lobby import FACTS, Lobby
from tests.counterparts.oidc.provider import APP, Provider, oidc_provider
from tests.e2e.looks import DESK, PHONE, flaws
from tests.factories.accounts import PASSWORD, make_person, make_tenant
from tests.fakes.gates import open_gates
from tests.servers.browser import flawless_page, new_context

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]

PEOPLE = {
    "nora": {"email": "nora@northstar.example", "email_verified": True, "name": "Nora Stern", "groups": ["builders"]},
    "finn": {"email": "finn@northstar.example", "email_verified": False, "name": "Finn Lark", "groups": ["builders"]},
    "lina": {"email": "lina@northstar.example", "email_verified": True, "name": "Lina Holt", "groups": ["builders"]},
    "cleo": {"email": "cleo@northstar.example", "email_verified": True, "name": "Cleo Rand", "groups": ["cleaners"]},
}


@pytest.fixture
def sit_down(chromium: Browser) -> Iterator[Callable[[], Page]]:
    """Give each caller a browser of its own."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(flawless_page(opened.enter_context(new_context(chromium, viewport=DESK))))


@pytest.fixture
def address(app) -> Iterator[str]:
    server = make_server("localhost", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def provider(app, address, tmp_path) -> Iterator[Provider]:
    """Running, and the one inner host that may be asked."""
    with oidc_provider(tmp_path, redirectUri=address + CALLBACK, people=PEOPLE) as started:
        started.redirect_uri, inner = address + CALLBACK, (started.inner,)
        app.extensions["studio_door"] = replace(
            app.extensions["studio_door"], send=HttpClient(inner).send, public_url=address, inner=inner
        )
        yield started


@pytest.fixture
def lobby(app, provider) -> Lobby:
    """A workspace that trusts it, without the fake."""
    door = app.extensions["studio_door"]
    made = Lobby(app, make_tenant(app.extensions["studio_database"]), None)
    keyring = app.extensions["studio_keyring"]
    with open_gates(), made.database.unit(made.tenant.id, made.tenant["owner"].actor) as uow:
        facts = replace(FACTS, issuer=provider.url, client_id=APP["client_id"], secret=APP["client_secret"])
        configuring.save(uow, keyring, facts, inner=door.inner)
    return made


def test_people_come_in_by_a_certified_provider_or_are_told_why_not(app, lobby, provider):
    came = {}
    for who in ("nora", "finn", "cleo"):
        browser = app.test_client()
        answer = browser.get("/sso/callback", query_string=provider.agree(lobby.leave(browser), who))
        came[who] = (answer.status_code, browser.get("/workflows").status_code)
    assert came == {"nora": (302, 200), "finn": (403, 302), "cleo": (403, 302)}
    seat = lobby.seat_of("nora@northstar.example")
    assert (seat.role, lobby.seat_of("finn@northstar.example")) == ("builder", None)
    browser = app.test_client()
    denied = browser.get("/sso/callback", query_string=provider.deny(lobby.leave(browser)))
    assert (denied.status_code, "access was denied" in denied.text) == (403, True)
    again = app.test_client()
    query = provider.agree(lobby.leave(again), "nora")
    assert again.get("/sso/callback", query_string={**query, "code": "made-up"}).status_code == 403


def test_an_admin_sets_it_up_and_a_colleague_comes_in_and_proves_who_they_are(app, address, provider, sit_down):
    tenant = make_tenant(app.extensions["studio_database"], "Northstar Goods")
    desk = sit_down()
    desk.goto(f"{address}/sign-in")
    desk.get_by_label("E-mail").fill(tenant["admin"].email)
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    desk.wait_for_url("**/home")
    desk.goto(f"{address}/settings/single-sign-on")
    for label, value in {
        "Name": "Northstar ID", "Issuer": provider.url, "Client ID": APP["client_id"],
        "Client secret": APP["client_secret"], "Value": "builders",
    }.items():  # fmt: skip
        desk.get_by_label(label, exact=False).first.fill(value)
    desk.get_by_label("Seat").first.select_option("builder")
    assert flaws(desk) == []
    desk.get_by_role("button", name="Save").click()
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Confirm").click()
    expect(desk.get_by_text("People sign in by Northstar ID from now on.")).to_be_visible()
    desk.get_by_role("button", name="Test the provider").click()
    expect(desk.get_by_text("Northstar ID answers, and its keys can be used.")).to_be_visible()
    assert flaws(desk) == []

    colleague = sit_down()
    colleague.goto(f"{address}/sign-in")
    assert flaws(colleague, PHONE) == []
    colleague.get_by_role("button", name="Continue with Northstar ID").click()
    at_provider(colleague, provider, "nora", consent=True)
    expect(colleague.get_by_role("heading", level=1)).to_be_visible()
    colleague.goto(f"{address}/profile/security")
    colleague.get_by_role("button", name="Set up an authenticator app").click()
    expect(colleague.get_by_text("Northstar ID asks you once more who you are")).to_be_visible()
    assert flaws(colleague, PHONE) == []
    colleague.get_by_role("button", name="Continue with Northstar ID").click()
    at_provider(colleague, provider, "nora", consent=False)
    expect(colleague.get_by_role("heading", name="It is you")).to_be_visible()
    assert flaws(colleague) == []
    colleague.get_by_role("button", name="Go on").click()
    expect(colleague.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()


def test_whoever_has_an_account_already_proves_it_once(app, address, lobby, provider, sit_down):
    make_person(lobby.database, lobby.tenant.id, Role.APPROVER, "Lina Holt", email=PEOPLE["lina"]["email"])
    page = sit_down()
    page.goto(f"{address}/sign-in/{lobby.slug}")
    assert flaws(page, PHONE) == []
    page.get_by_role("button", name="Continue with Northstar ID").click()
    at_provider(page, provider, "lina", consent=True)
    expect(page.get_by_role("heading", name="Is this account yours?")).to_be_visible()
    assert flaws(page, PHONE) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Link and sign in").click()
    page.wait_for_url(lambda place: "/sso" not in place)
    assert lobby.seat_of(PEOPLE["lina"]["email"]).role == "builder"


def at_provider(page, provider, who, *, consent):
    """Sign in there as a person does."""
    page.wait_for_url(f"{provider.url}/interaction/**")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill("of-no-matter")
    page.locator("button[type=submit]").click()
    if consent:
        page.get_by_role("button", name="Continue").click()
