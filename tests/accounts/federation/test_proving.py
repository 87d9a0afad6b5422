"""Whoever came by the provider is asked there anew before what needs a proof."""

import re

import pytest

from tests.accounts.federation.lobby import Lobby, sent_to

EMAIL = "s-1@northstar.example"


@pytest.fixture
def lobby(app):
    return Lobby.of(app)


@pytest.fixture
def asked(lobby):
    """A browser that stands before the question, and its page."""
    browser, _answer = lobby.come()
    page = browser.post("/profile/security/totp/new")
    return browser, page


def fields(page):
    found = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text)
    return dict(found)


def to_provider(browser, page):
    place = re.search(r'action="(/step-up/[^"]+/provider)"', page.text)[1]
    return sent_to(browser.post(place, data=fields(page)).text)


def test_the_question_names_the_provider_and_what_waited_goes_on(lobby, asked):
    browser, page = asked
    assert "Northstar ID asks you once more" in page.text
    assert 'type="password"' not in page.text
    query = lobby.provider.back(to_provider(browser, page), "s-1", auth_time=int(lobby.provider.now) + 5)
    assert (lobby.provider.asked["prompt"], lobby.provider.asked["max_age"]) == ("login", "0")
    back = browser.get("/sso/callback", query_string=query)
    proved = browser.get(back.location)
    assert "It is you" in proved.text
    place = re.search(r'action="(/step-up/[^"]+)"', proved.text)[1]
    done = browser.post(place, data=fields(proved))
    assert done.status_code in (303, 307)
    assert browser.post("/profile/security/totp/new").status_code == 200
    again = browser.post(place, data=fields(proved))
    assert again.status_code != 303


def test_no_stale_or_foreign_answer_proves_anything(lobby, asked):
    browser, page = asked
    said = {"email_verified": True, "groups": ["builders"]}
    stale = lobby.provider.back(to_provider(browser, page), "s-1", auth_time=int(lobby.provider.now) - 600, **said)
    assert browser.get("/sso/callback", query_string=stale).status_code == 403
    silent = lobby.provider.back(to_provider(browser, page), "s-1", **said)
    assert browser.get("/sso/callback", query_string=silent).status_code == 403
    lobby.come("s-2")
    other = lobby.provider.back(to_provider(browser, page), "s-2", auth_time=int(lobby.provider.now) + 5, **said)
    answer = browser.get("/sso/callback", query_string=other)
    assert (answer.status_code, "Somebody else signed in" in answer.text) == (403, True)


def test_a_proof_is_of_the_session_that_asked(lobby, asked, app):
    browser, page = asked
    query = lobby.provider.back(to_provider(browser, page), "s-1", auth_time=int(lobby.provider.now) + 5)
    location = browser.get("/sso/callback", query_string=query).location
    other, _answer = lobby.come()
    assert other.get(location).status_code in (403, 404)
    assert app.test_client().get(location).status_code == 302
