"""Many rows at once, as a browser without scripts sends them: a result for each, and nothing done twice."""

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from studio.approvals import service
from studio.core import clock
from tests.factories.approvals import share_of, shown

LONG = "Look at the photo first. " * 12


def boxes(page: str) -> list[str]:
    """What the boxes of a page send, in their order."""
    return re.findall(r'name="pick" value="([^"]*)"', page)


def send(browser, act, picks, address="/inbox/selected", **fields):
    return browser.post(address, data=MultiDict([("act", act), *(("pick", one) for one in picks), *fields.items()]))


def rows_of(page: str) -> dict[str, str]:
    """Result by title."""
    found = {}
    for row in re.findall(r"<tr>\s*<td>(.*?)</tr>", page, re.DOTALL):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", row))
        title, *rest = [part.strip() for part in words.split("|") if part.strip()]
        found[title] = " ".join(rest)
    return found


def test_what_is_selected_is_approved_with_a_result_for_each(shop):
    for title in ("A", "B", "C"):
        shop.ask(title=title)
    long = shop.ask(title="Long", instructions=LONG)
    browser = shop.browser(shop.jonas)
    picks = boxes(browser.get("/inbox").text)
    assert f"{long}:" in picks
    taken = next(one for one in picks if one.endswith(shown(shop.database, shop.tenant, first := _id(shop, "B"))))
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.decline(uow, first, shown=taken.partition(":")[2], reason="Too much")
    answer = send(browser, "approved", picks)
    assert answer.status_code == 200
    results = rows_of(answer.text)
    assert results["A"] == results["C"] == "Approved"
    assert results["B"].startswith("Settled before Lena Vogt declined this on")
    assert results["Long"].startswith("Refused Its row does not show all that you decide on.")
    assert "Approved: 2 · Settled before: 1 · Refused: 1" in answer.text
    again = rows_of(send(browser, "approved", picks).text)
    assert again["A"] == "Approved"
    assert sorted((end.title, end.outcome) for end in shop.heard.ends) == [
        ("A", "approved"), ("B", "declined"), ("C", "approved")
    ]  # fmt: skip


def _id(shop, title):
    from studio.approvals.models import Request  # noqa: PLC0415 - only here

    with shop.database.unit(shop.tenant.id) as uow:
        return uow.session.query(Request.id).filter_by(title=title).scalar()


def test_a_decline_takes_one_comment_for_all(shop):
    shop.ask(title="A")
    shop.ask(title="B")
    browser = shop.browser(shop.jonas)
    picks = boxes(browser.get("/inbox").text)
    refused = send(browser, "declined", picks)
    assert refused.status_code == 422
    assert "Say why in the comment" in refused.text
    assert len(re.findall(r'name="pick"[^>]* checked', refused.text)) == 2
    assert not shop.heard.ends
    assert send(browser, "declined", picks, comment="Not this month").status_code == 200
    assert {(end.outcome, end.reason) for end in shop.heard.ends} == {("declined", "Not this month")}


def test_snoozed_together_and_taken_back_together(shop):
    for title in ("A", "B"):
        shop.ask(title=title)
    browser = shop.browser(shop.jonas)
    slept = send(browser, "snooze", boxes(browser.get("/inbox").text), choice="tomorrow")
    assert "Snoozed: 2" in slept.text
    assert boxes(browser.get("/inbox").text) == []
    undo = re.findall(r'type="hidden" name="pick" value="([^"]*)"', slept.text)
    assert sorted(undo) == sorted(boxes(browser.get("/inbox?tab=snoozed").text))
    assert "Back in Pending: 2" in send(browser, "restore", undo).text
    assert len(boxes(browser.get("/inbox").text)) == 2


def test_a_moment_of_ones_own_is_read_by_ones_own_clock(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    local = (clock.local_now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert browser.post(f"/approvals/{request_id}/snooze", data={"choice": "custom", "until": local}).status_code == 302
    until = share_of(shop.database, shop.tenant, request_id, shop.jonas).snoozed_until
    zone = re.search(r"By your clock: ([\w/]+)", browser.get(f"/approvals/{request_id}/snooze").text)[1]
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only here

    assert until.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") == local


BAD_MOMENTS = ["", "soon", "2020-01-01T08:00", "9999-12-31T23:59", "0001-01-01T00:00", "2027-02-30T08:00", "A" * 5000]


@pytest.mark.parametrize("until", BAD_MOMENTS)
def test_a_moment_that_cannot_be_is_refused_at_its_field(shop, until):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    pick = boxes(browser.get("/inbox").text)
    page = browser.post(f"/approvals/{request_id}/snooze", data={"choice": "custom", "until": until})
    assert page.status_code == 422
    assert 'id="until-error"' in page.text
    bulk = send(browser, "snooze", pick, choice="custom", until=until)
    assert bulk.status_code == 422
    assert 'id="bulk-until-error"' in bulk.text
    assert share_of(shop.database, shop.tenant, request_id, shop.jonas).state == "open"


@pytest.mark.parametrize(
    ("act", "picks", "words"),
    [
        ("approved", [], "Select at least one."),
        ("approved", ["nonsense:"], "What was selected is no approval."),
        (
            "approved",
            [f"01954f6e-7a31-7c56-9a40-{number:012}:" for number in range(101)],
            "Select at most 100 at once.",
        ),
        ("done", ["01954f6e-7a31-7c56-9a40-000000000001:"], "That is not one of the choices."),
        ("", [], "Press one of the buttons."),
        ("snooze", ["01954f6e-7a31-7c56-9a40-000000000001:"], "Choose a moment."),
    ],
)
def test_bad_input_changes_nothing_and_says_what_is_wrong(shop, everything, act, picks, words):
    shop.ask()
    browser = shop.browser(shop.jonas)
    before = everything()
    answer = send(browser, act, picks, choice="never")
    assert answer.status_code == 422
    assert words in answer.text
    assert everything() == before


def test_too_long_a_comment_decides_nothing(shop):
    shop.ask()
    browser = shop.browser(shop.jonas)
    answer = send(browser, "declined", boxes(browser.get("/inbox").text), comment="x" * 4001)
    assert answer.status_code == 422
    assert not shop.heard.ends


def test_somebody_elses_request_is_no_more_than_not_found(shop):
    foreign = shop.ask(shop.lena, title="Only Lena's")
    browser = shop.browser(shop.jonas)
    page = send(browser, "approved", [f"{foreign}:{shown(shop.database, shop.tenant, foreign)}"]).text
    assert "Only Lena" not in page
    assert "An approval that is not yours to see" in page
    assert not shop.heard.ends


def test_the_list_one_came_from_is_the_list_one_goes_back_to(shop):
    shop.ask(title="Refund A")
    browser = shop.browser(shop.jonas)
    page = browser.get("/inbox?q=refund&due=").text
    action = re.search(r'id="bulk" method="post" action="([^"]+)"', page)[1]
    assert 'href="/inbox?q=refund"' in send(browser, "approved", boxes(page), address=action).text


def test_done_offers_no_boxes_and_the_hint_says_why_pending_has_no_ticking_off(shop):
    shop.ask()
    browser = shop.browser(shop.jonas)
    assert "An approval cannot be ticked off" in browser.get("/inbox").text
    send(browser, "approved", boxes(browser.get("/inbox").text))
    done = browser.get("/inbox?tab=done").text
    assert boxes(done) == []
    assert "Nothing here waits for you." in done
