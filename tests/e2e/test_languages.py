"""Every page in German, the longest of the languages: nothing is cut, nothing scrolls sideways, the page says so."""

import pytest
from sqlalchemy import update

from studio.accounts.models import User
from studio.app import create_app
from tests.e2e.crawl import Crawl
from tests.e2e.lived_in import lived_in
from tests.e2e.looks import DESK, console_of, sideways
from tests.servers.http_target import http_target as run_http_target

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

OF_NOBODY = {"accounts.forgot", "accounts.find_workspace"}
"""Pages for whoever is not signed in: they speak the browser's language."""


@pytest.fixture(scope="module")
def world():
    with run_http_target() as target, lived_in(target) as made:
        yield made


@pytest.fixture(scope="module")
def app(world):
    return create_app(world.studio.stack.settings)


def test_german_words_fit(world, app, sit_down):
    with app.extensions["studio_database"].unit() as uow:
        uow.session.execute(update(User).values(locale="de"))
    page = world.studio.sign_in(sit_down(), "Mira")
    found = []
    with console_of(page) as said:
        for endpoint in Crawl(app, page, world.studio):
            if endpoint not in OF_NOBODY and page.locator("html").get_attribute("lang") != "de":
                found.append(f"{endpoint} is not German")
            found += [f"{endpoint} {flaw}" for flaw in sideways(page, DESK) + sideways(page)]
            page.set_viewport_size(DESK)
    assert not found + said, "\n".join(found + said)
