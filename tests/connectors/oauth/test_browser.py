"""A real browser goes to a real provider and comes back: no page's policy stands in its way."""

from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from studio.connectors.oauth.connecting import CALLBACK, Connecting
from tests.connectors.oauth.desk import Desk
from tests.counterparts.oidc.provider import APP, oidc_provider
from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]


@pytest.fixture
def address(app) -> Iterator[str]:
    server = make_server("localhost", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


def test_somebody_connects_in_a_browser(app, address, tmp_path, page):
    with oidc_provider(tmp_path, redirectUri=address + CALLBACK) as provider:
        desk = Desk(app, provider.inner)
        app.extensions["studio_connecting"] = Connecting(
            desk.database, desk.keyring, desk.exchange, address, (provider.inner,)
        )
        page.goto(f"{address}/sign-in")
        page.get_by_label("E-mail").fill(desk.tenant["admin"].email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/home")
        page.goto(f"{address}/connections/new/http?auth=oauth")
        page.locator("[name=title]").fill("Shop at the provider")
        for name, value in provider.settings().items():
            page.locator(f"[name='settings.{name}']").fill(value)
        for name, value in APP.items():
            page.locator(f"[name='credentials.{name}']").fill(value)
        page.locator("main form button[type=submit], main form .actions button").first.click()
        page.wait_for_url(f"{provider.url}/interaction/**")
        page.locator("[name=login]").fill("shop-of-the-browser")
        page.locator("[name=password]").fill("of-no-matter")
        page.locator("button[type=submit]").click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="“Shop at the provider” is connected")).to_be_visible()
        row = desk.found("shop-at-the-provider")
        assert (row.status, row.account_id) == ("active", "shop-of-the-browser")
