"""What cannot be is refused on the pages and behind a mail's link: with its reason, and without a row that changes."""

import pytest

from tests.approvals.bad_items import REFUSED, bad_items
from tests.factories.approvals import make_group, shown
from tests.portal.test_away import filled
from tests.portal.test_calendar_pages import week
from tests.portal.test_links import open_by_code
from tests.portal.test_policy_pages import fields

OPTIONS = [{"label": "Offer a voucher", "key": "voucher", "fields": [{"name": "value", "type": "money"}]}]
UNFIT = (
    ({"outcome": "maybe"}, "That is not one of the choices."),
    ({"outcome": ""}, "That is not one of the choices."),
    ({}, "That is not one of the choices."),
    ({"outcome": "expired"}, "That is not one of the choices."),
    ({"outcome": "answer:refund"}, "That is not one of the choices."),
    ({"outcome": "declined", "comment": "  "}, "Say why in the comment"),
    ({"outcome": "changes_requested"}, "Say why in the comment"),
    ({"outcome": "approved", "comment": "x" * 4001}, "The comment is too long."),
    ({"outcome": "approved", "shown": ""}, "What is asked has changed since you opened the page."),
    ({"outcome": "approved", "shown": "é" * 64}, "What is asked has changed since you opened the page."),
    ({"outcome": "answer:voucher", "answer.voucher.value": "many"}, "many"),
    ({"outcome": "answer:voucher"}, "Offer a voucher"),
)
"""What does not fit a request that is open, and what the page says then."""
NO_HOURS = {f"{end}-{day}-0": "" for day in range(7) for end in ("from", "to")}


@pytest.fixture
def bad(shop):
    return bad_items(shop.database, shop.tenant, shop.jonas, shop.lena)


def refused_alike(browser, address, bad, everything):
    """Every bad item, and every press of a button on it."""
    before = everything()
    for name, (status, _code, words) in REFUSED.items():
        sent = {"outcome": "approved", "shown": bad[name].shown, "comment": "Fine."}
        answer = browser.post(address.format(bad[name].id), data=sent)
        assert (answer.status_code, words in answer.text) == (status, True), (name, answer.text[:3000])
        assert everything() == before, name


def unfit_alike(browser, address, seen, everything):
    before = everything()
    for sent, words in UNFIT:
        answer = browser.post(address, data={"shown": seen} | sent)
        assert (answer.status_code in (409, 422), words in answer.text) == (True, True), (sent, answer.status_code)
        assert everything() == before, sent


def test_the_page_refuses_what_cannot_be_decided(shop, bad, everything):
    refused_alike(shop.browser(shop.jonas), "/approvals/{}/decide", bad, everything)


def test_the_mails_link_refuses_the_same(shop, bad, everything):
    request_id = shop.ask(shop.jonas, options=OPTIONS)
    browser, _opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    refused_alike(browser, "/a/decision/{}", bad, everything)
    seen = shown(shop.database, shop.tenant, request_id)
    unfit_alike(browser, f"/a/decision/{request_id}", seen, everything)


def test_the_page_refuses_what_does_not_fit(shop, everything):
    request_id = shop.ask(options=OPTIONS)
    browser = shop.browser(shop.jonas)
    unfit_alike(browser, f"/approvals/{request_id}/decide", shown(shop.database, shop.tenant, request_id), everything)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    before, admin, page = everything(), shop.browser(shop.tenant["admin"]), f"/approvals/{request_id}"
    for who, path, sent, words in (
        (browser, f"{page}/snooze", {"choice": "custom", "until": "2020-01-01T08:00"}, "still to come"),
        (browser, f"{page}/snooze", {"choice": "never"}, "Not a valid choice"),
        (browser, f"{page}/reassign", {"to": str(shop.jonas.user_id)}, "Not a valid choice"),
        (browser, "/away", filled(shop, owner=str(shop.jonas.user_id), to=str(shop.lena.user_id),
                                  starts_at="2020-01-01T08:00"), "Choose a beginning that is not past."),
        (admin, "/settings/calendars", NO_HOURS | {"name": "Never", "time_zone": "UTC"}, "no working time"),
        (admin, "/settings/calendars", week(name="Mars", time_zone="Mars/Olympus"), "Not a valid choice"),
        (admin, "/settings/policies", fields(**{"deciders-0-need": "at_least", "deciders-0-number": "3"}), "3"),
        (admin, "/settings/policies", fields(**{"deciders-0-declines": "3"}), "3"),
    ):  # fmt: skip
        answer = who.post(path, data=sent)
        assert (answer.status_code, words in answer.text) == (422, True), (path, sent, answer.status_code)
        assert everything() == before, (path, sent)
