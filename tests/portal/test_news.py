"""What happens to an inbox while it is open: who settled what, what is new, and silence where nothing is."""

import re
from datetime import timedelta
from html import unescape

import pytest

from studio.approvals import service
from studio.approvals.models import Request
from studio.core import clock
from tests.factories.approvals import share_of, shown


def open_inbox(browser, address="/inbox"):
    return unescape(re.search(r'data-news="([^"]+)"', browser.get(address).text)[1])


def test_nothing_new_is_said_in_no_words(shop):
    shop.ask()
    browser = shop.browser(shop.jonas)
    news = open_inbox(browser)
    first = browser.get(news)
    assert (first.json["closed"], first.json["changed"]["ids"], first.json["new"]["count"]) == ([], [], 0)
    again = browser.get(news, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_somebody_else_settles_is_closed_by_name(shop):
    request_id, withdrawn, handed = shop.ask(title="A"), shop.ask(title="B"), shop.ask(shop.jonas, title="C")
    still = shop.ask(title="D")
    browser = shop.browser(shop.jonas)
    news = open_inbox(browser)
    known = browser.get(news).headers["ETag"]
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.approve(uow, request_id, shown=shown(shop.database, shop.tenant, request_id))
        service.withdraw(uow, withdrawn, "The order was cancelled.")
    share = share_of(shop.database, shop.tenant, handed, shop.jonas)
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        service.reassign(uow, share.id, shop.lena.user_id)
    told = browser.get(news, headers={"If-None-Match": known}).json
    closed = {one["id"]: (one["chip"], one["kind"], one["text"]) for one in told["closed"]}
    assert closed[str(request_id)][:2] == ("Approved", "good")
    assert closed[str(request_id)][2].startswith("Lena Vogt approved this on")
    assert closed[str(withdrawn)] == ("Taken back", "", "The order was cancelled.")
    assert closed[str(handed)][0] == "Handed on"
    assert str(still) not in closed
    assert told["tabs"] == ["Pending 1", "Snoozed", "Done"]


def test_new_ones_are_counted_and_so_are_those_that_woke(shop):
    asleep = shop.ask(title="Asleep")
    share = share_of(shop.database, shop.tenant, asleep, shop.jonas)
    browser = shop.browser(shop.jonas)
    browser.post(f"/inbox/{share.id}/snooze", data={"choice": "hour"})
    shop.ask(title="Here")
    news = open_inbox(browser)
    clock.shift(timedelta(minutes=1))
    shop.ask(title="New")
    assert browser.get(news).json["new"] == {"count": 1, "text": "1 new approval."}
    clock.shift(timedelta(hours=1))
    browser = shop.browser(shop.jonas)
    assert browser.get(news).json["new"] == {"count": 2, "text": "2 new approvals."}


def test_only_what_fits_the_filters_is_new(shop):
    shop.ask(title="Refund A")
    browser = shop.browser(shop.jonas)
    news = open_inbox(browser, "/inbox?q=refund")
    clock.shift(timedelta(minutes=1))
    shop.ask(title="Price B")
    assert browser.get(news).json["new"]["count"] == 0
    shop.ask(title="Refund C")
    assert browser.get(news).json["new"]["count"] == 1


def test_what_asks_something_else_by_now_says_so(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    news = open_inbox(browser)
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.get(Request, request_id).payload_hash = "f" * 64
    assert browser.get(news).json["changed"]["ids"] == [str(request_id)]


def test_nobody_learns_of_requests_by_guessing_their_ids(shop):
    request_id = shop.ask(shop.lena)
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.approve(uow, request_id, shown=shown(shop.database, shop.tenant, request_id))
    told = shop.browser(shop.jonas).get(f"/inbox/news?rows={request_id}.0&since=2026-01-01T00:00:00Z&of=all").json
    assert (told["closed"], told["changed"]["ids"]) == ([], [])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "since=2026-01-01T00:00:00Z&rows=nonsense",
        "since=2026-01-01T00:00:00Z&rows="
        + ",".join(f"01954f6e-7a31-7c56-9a40-{number:012}.0" for number in range(51)),
    ],
)
def test_bad_questions_are_refused(shop, query):
    assert shop.browser(shop.jonas).get(f"/inbox/news?{query}").status_code == 422
