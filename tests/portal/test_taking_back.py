"""Taking a request back from its page, with scripts off."""

import pytest

from studio.accounts.outcomes import Role
from tests.factories.accounts import make_person
from tests.factories.approvals import TITLE


@pytest.fixture
def anna(shop):
    return make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")


@pytest.fixture
def asked(shop, anna):
    return shop.ask(shop.jonas, shop.lena, requester=anna.email)


def test_whoever_asked_takes_it_back_with_a_reason_and_the_others_read_it(shop, anna, asked):
    browser, address = shop.browser(anna), f"/approvals/{asked}/take-back"
    assert address in browser.get(f"/approvals/{asked}").text
    assert "Everybody who was asked reads it" in browser.get(address).text
    assert browser.post(address, data={"reason": ""}).status_code == 422
    answer = browser.post(address, data={"reason": "Paid already"})
    assert (answer.status_code, answer.location) == (302, f"/approvals/{asked}")
    page = shop.browser(shop.jonas).get(f"/approvals/{asked}").text
    for words in ("Anna Keller took this back on", "Paid already", "Taken back"):
        assert words in page
    assert "Anna Keller took it back" in shop.browser(shop.jonas).get(f"/approvals/{asked}/history").text
    letter = shop.mail_to(shop.jonas)
    assert letter.subject == f"Taken back: {TITLE}"
    assert "Paid already" in letter.text
    assert browser.get(address).status_code == 409
    assert "/take-back" not in browser.get(f"/approvals/{asked}").text


def test_others_are_not_offered_it(shop, asked):
    browser = shop.browser(shop.jonas)
    assert "/take-back" not in browser.get(f"/approvals/{asked}").text
    assert browser.get(f"/approvals/{asked}/take-back").status_code == 409
    assert browser.post(f"/approvals/{asked}/take-back", data={"reason": "No"}, forge=True).status_code == 403
    assert [str(end.outcome) for end in shop.heard.ends] == []
