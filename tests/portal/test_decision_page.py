"""The decision page: shows what is asked, does what its buttons say, with scripts off."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from studio.accounts.service import members
from studio.approvals.models import Request
from studio.core import clock
from tests.factories.approvals import TITLE, make_group, shown


def post(shop, browser, request_id, outcome, comment="", **more):
    data = {
        "outcome": outcome,
        "comment": comment,
        "shown": more.pop("shown", None) or shown(shop.database, shop.tenant, request_id),
    }
    return browser.post(f"/approvals/{request_id}/decide", data=data, **more)


def test_the_page_says_in_words_what_is_asked_and_why(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        due_at = uow.now + timedelta(hours=1, minutes=5, seconds=30)
    request_id = shop.ask(due_at=due_at, amount="420.00", currency="EUR")
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    for words in (
        TITLE,
        "Due in 1 h 05 min",
        "Asked by High-value refunds for order 6021.",
        "Any one of Jonas Weber, Lena Vogt decides.",
        "You are named as approver",
        "6021, paid 14 November",
        "optional, needed to decline",
        "You decide on exactly what stands here",
    ):
        assert words in page


def test_the_page_names_who_else_of_a_group_can_decide(shop):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    request_id = shop.ask("group:Refund team")
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "Any one of Refund team decides; Lena Vogt can decide too." in page
    assert "You are in the group Refund team." in page


def test_the_form_on_the_page_is_all_that_a_decision_needs(shop):
    """No script: what the page's own form would send decides."""
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    page = browser.get(f"/approvals/{request_id}").text
    action = re.search(r'<form class="stack loose" method="post" action="([^"]+)"', page)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert set(hidden) == {"csrf_token", "shown"}
    answer = browser.post(action, data=hidden | {"outcome": "approved"}, forge=True)
    assert answer.status_code == 302
    after = browser.get(answer.location).text
    assert f"Approved: {TITLE}" in after
    assert "Jonas Weber approved this on" in after
    assert 'name="outcome"' not in after
    assert [ended.outcome for ended in shop.heard.ends] == ["approved"]


@pytest.mark.parametrize(("outcome", "word"), [("declined", "Declined"), ("changes_requested", "Changes requested")])
def test_a_no_carries_its_reason(shop, outcome, word):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    refused = post(shop, browser, request_id, outcome)
    assert refused.status_code == 422
    assert "Say why in the comment" in refused.text
    assert shop.heard.ends == []
    answer = post(shop, browser, request_id, outcome, "The photo is missing.")
    after = browser.get(answer.location).text
    assert f"{word}: {TITLE}" in after
    assert "The photo is missing." in after


def test_a_refused_click_keeps_what_was_typed_and_shows_the_page_as_it_is_now(shop):
    request_id = shop.ask()
    lena, jonas = shop.browser(shop.lena), shop.browser(shop.jonas)
    seen = shown(shop.database, shop.tenant, request_id)
    post(shop, lena, request_id, "declined", "Too late.")
    late = post(shop, jonas, request_id, "approved", "Fine by me", shown=seen)
    assert late.status_code == 409
    assert "Lena Vogt declined this on" in late.text
    assert len(shop.heard.ends) == 1


def test_a_double_click_is_one_decision(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    answers = [post(shop, browser, request_id, "approved").status_code for _click in range(2)]
    assert answers == [302, 302]
    assert len(shop.heard.ends) == 1


def test_changed_content_is_shown_anew_and_not_decided(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    seen = shown(shop.database, shop.tenant, request_id)
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.execute(
            update(Request)
            .where(Request.id == request_id)
            .values(title="Refund €4200.00 to Anna Keller", payload_hash="b" * 64)
        )
    answer = post(shop, browser, request_id, "approved", shown=seen)
    assert answer.status_code == 409
    assert "What is asked has changed" in answer.text
    assert "€4200.00" in answer.text
    assert shop.heard.ends == []


def test_a_comment_decides_nothing(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    answer = browser.post(f"/approvals/{request_id}/comment", data={"comment": "Waiting for the photo."})
    after = browser.get(answer.location).text
    assert "Waiting for the photo." in after
    assert 'value="approved"' in after
    assert shop.heard.ends == []


def test_an_unknown_outcome_is_refused(shop):
    request_id = shop.ask()
    answer = post(shop, shop.browser(shop.jonas), request_id, "expired")
    assert answer.status_code == 422
    assert shop.heard.ends == []


def test_a_seat_disabled_while_the_page_was_open_decides_nothing(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    seen = shown(shop.database, shop.tenant, request_id)
    assert browser.get(f"/approvals/{request_id}").status_code == 200
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)
    answer = post(shop, browser, request_id, "approved", shown=seen)
    assert answer.status_code in (302, 401, 403)
    assert shop.heard.ends == []


def test_after_the_deadline_there_are_no_buttons(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        due_at = uow.now + timedelta(minutes=30)
    request_id = shop.ask(due_at=due_at)
    clock.shift(timedelta(minutes=31))
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "The time to decide has run out." in page
    assert 'name="outcome"' not in page


def test_staff_read_along_and_approvers_see_only_their_own(shop):
    request_id = shop.ask(shop.jonas)
    for role in ("owner", "admin", "builder", "auditor"):
        page = shop.browser(shop.tenant[role]).get(f"/approvals/{request_id}")
        assert page.status_code == 200
        assert "You were not asked." in page.text
        assert 'name="outcome"' not in page.text
    assert shop.browser(shop.lena).get(f"/approvals/{request_id}").status_code == 404
    assert shop.browser(shop.lena).get(f"/approvals/{request_id}/history").status_code == 404


def test_what_comes_from_an_order_is_text_and_nothing_else(shop):
    evil = '<script>alert(1)</script>{{7*7}}" onmouseover="x'
    request_id = shop.ask(title=evil, facts=[(evil, evil)], instructions=evil)
    browser = shop.browser(shop.jonas)
    for address in (f"/approvals/{request_id}", f"/approvals/{request_id}/history", "/inbox"):
        page = browser.get(address).text
        assert "<script>alert" not in page
        assert "49" not in page.replace("csrf", "")[page.find("<main") :] or "{{7*7}}" in page
        assert 'onmouseover="x' not in page


def test_reassigning_hands_the_share_on(shop):
    request_id = shop.ask(shop.jonas)
    browser = shop.browser(shop.jonas)
    form = browser.get(f"/approvals/{request_id}/reassign").text
    assert "Lena Vogt" in form
    assert f'value="{shop.jonas.user_id}"' not in form
    answer = browser.post(
        f"/approvals/{request_id}/reassign",
        data={"to": str(shop.lena.user_id), "note": "You know Anna."},
    )
    assert answer.status_code == 302
    assert "Jonas Weber handed it to you" in shop.browser(shop.lena).get(f"/approvals/{request_id}").text
    assert "Jonas Weber handed this to Lena Vogt on" in browser.get(f"/approvals/{request_id}").text
    refused = post(shop, browser, request_id, "approved")
    assert refused.status_code == 409
    assert TITLE in shop.mail_to(shop.lena).text


def test_an_admin_hands_on_what_lies_with_somebody_else(shop):
    request_id = shop.ask(shop.jonas)
    admin = shop.browser(shop.tenant["admin"])
    history = admin.get(f"/approvals/{request_id}/history").text
    link = re.search(r'href="(/approvals/[^"]+/reassign\?share=[^"]+)"', history)[1]
    answer = admin.post(link, data={"to": str(shop.lena.user_id), "note": ""})
    assert answer.status_code == 302
    builder = shop.browser(shop.tenant["builder"])
    assert "/reassign" not in builder.get(f"/approvals/{request_id}/history").text
    share = link.rsplit("=", 1)[1]
    sneaky = builder.post(f"/approvals/{request_id}/reassign?share={share}", data={"to": str(shop.jonas.user_id)})
    assert sneaky.status_code in (403, 409)


def test_the_history_tells_it_in_order(shop):
    request_id = shop.ask(shop.jonas)
    jonas = shop.browser(shop.jonas)
    jonas.post(f"/approvals/{request_id}/comment", data={"comment": "Not my customer."})
    jonas.post(f"/approvals/{request_id}/reassign", data={"to": str(shop.lena.user_id)})
    post(shop, shop.browser(shop.lena), request_id, "approved", "All good.")
    page = shop.browser(shop.tenant["auditor"]).get(f"/approvals/{request_id}/history").text
    order = [
        "Jonas Weber was asked",
        "Jonas Weber commented",
        "Lena Vogt was asked: handed on by Jonas Weber",
        "Lena Vogt approved in Studio",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_what_waits_its_turn_says_for_what_and_leads_there(shop):
    first, second = shop.ask(lock="Price of TR-7"), shop.ask(lock="Price of TR-7")
    page = shop.browser(shop.jonas).get(f"/approvals/{second}").text
    assert "This waits until another approval about “Price of TR-7” has ended." in page
    assert f"/approvals/{first}" in page
    assert 'value="approved"' not in page
