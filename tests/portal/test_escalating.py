"""Escalation as people see it: what comes next, “I'm on it”, why they are asked, and what became of it."""

from datetime import timedelta

import pytest

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.contract.approving import ApprovalDelay, ApprovalEscalation
from studio.core import clock, outbox
from tests.factories.accounts import make_person
from tests.factories.approvals import decide
from tests.factories.escalations import escalate, level, plan_of


@pytest.fixture
def mara(shop):
    return make_person(shop.database, shop.tenant.id, Role.APPROVER, "Mara Sand")


@pytest.fixture
def asked(shop, mara):
    """Of Jonas; after an hour of Mara instead; then it is declined."""

    def asked(**changed):
        plan = ApprovalEscalation([level(mara, replaces=True)], then="decline")
        return shop.ask(shop.jonas, escalation=plan, **changed)

    return asked


def test_the_page_says_who_is_asked_next_and_when(shop, asked):
    request_id = asked()
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "Escalates to Mara Sand in 59 min." in page
    assert "Whoever is asked now can no longer decide then." in page
    assert "Holds this back for 30 minutes." in page
    assert "The deadline runs on" not in page, "there is none"
    dated = asked(due_at=clock.local_now() + timedelta(days=1))
    page = shop.browser(shop.jonas).get(f"/approvals/{dated}").text
    assert "Holds this back for 30 minutes. The deadline runs on." in page


def test_whoever_is_on_it_is_named_to_everybody_and_the_button_is_gone(shop, asked):
    request_id = asked()
    browser = shop.browser(shop.jonas)
    answer = browser.post(f"/approvals/{request_id}/acknowledge")
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "You are on it: nobody else is asked before" in page
    assert "Jonas Weber is on it until" in page
    assert "/acknowledge" not in page
    staff = shop.browser(shop.tenant["owner"]).get(f"/approvals/{request_id}").text
    assert "Jonas Weber is on it until" in staff
    assert "/acknowledge" not in staff
    assert "Jonas Weber is on it" in browser.get(f"/approvals/{request_id}/history").text


def test_without_an_escalation_there_is_no_button(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    assert "/acknowledge" not in browser.get(f"/approvals/{request_id}").text
    assert "/acknowledge" not in browser.get("/inbox").text
    answer = browser.post(f"/approvals/{request_id}/acknowledge")
    assert answer.status_code == 409
    assert "Nobody else will be asked" in answer.text


def test_a_row_says_it_too_and_has_the_button(shop, asked):
    request_id = asked()
    browser = shop.browser(shop.jonas)
    assert "Escalates to Mara Sand in 59 min." in browser.get("/inbox").text
    answer = browser.post(f"/approvals/{request_id}/acknowledge?from=inbox")
    inbox = browser.get(answer.location).text
    assert answer.location.endswith("/inbox")
    assert "Jonas Weber is on it until" in inbox
    assert "/acknowledge" not in inbox


def test_an_open_page_of_somebody_it_was_taken_from_decides_nothing_more(shop, asked, everything):
    request_id = asked()
    browser = shop.browser(shop.jonas)
    escalate(shop.database, shop.tenant, request_id)
    before = everything()
    for path in ("decide", "acknowledge"):
        answer = browser.post(f"/approvals/{request_id}/{path}", data={"outcome": "approved", "shown": "0" * 64})
        assert answer.status_code == 409
        assert "others were asked instead of you" in answer.text
    assert everything() == before
    page = browser.get(f"/approvals/{request_id}").text
    assert "You can follow it here, but no longer decide." in page
    assert 'value="approved"' not in page


def test_mail_page_and_history_say_why_somebody_is_asked_only_now(shop, asked, mara):
    request_id = asked()
    link = shop.link_of(shop.jonas)
    escalate(shop.database, shop.tenant, request_id)
    text = shop.mail_to(mara).text
    assert "It was escalated to you: Jonas Weber had not answered. You are asked instead." in text
    page = shop.browser(mara).get(f"/approvals/{request_id}").text
    assert "It was escalated to you, since Jonas Weber had not answered." in page
    assert "If nobody answers, it is declined in 59 min." in page
    history = shop.browser(shop.tenant["owner"]).get(f"/approvals/{request_id}/history").text
    assert "Mara Sand was asked: escalated, since Jonas Weber had not answered" in history
    assert "Jonas Weber had not answered, so others were asked" in history
    assert "not answered in time, others were asked" in history
    assert "It was not answered in time, so others were asked." in shop.browser().get(link).text


def test_the_end_by_escalation_is_told_with_its_reason(shop, asked):
    request_id = asked(requester="anna@example.com")
    for _step in range(2):
        escalate(shop.database, shop.tenant, request_id)
    page = shop.browser(shop.tenant["owner"]).get(f"/approvals/{request_id}").text
    assert "Escalation declined this on" in page
    assert "Silence declines." in page
    history = shop.browser(shop.tenant["owner"]).get(f"/approvals/{request_id}/history").text
    assert "Escalation declined" in history
    while outbox.drain(shop.database):
        pass
    [mail] = [one for one in shop.mailer.sent.values() if one.to == ("anna@example.com",)]
    assert "Escalation declined it." in mail.text


def test_a_fallback_approver_reads_why(shop, mara):

    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)
    request_id = shop.ask(shop.jonas, escalation=ApprovalEscalation(fallback=[f"user:{mara.email}"]))
    assert "You are a fallback approver: nobody else could be asked." in shop.mail_to(mara).text
    assert "You are a fallback approver" in shop.browser(mara).get(f"/approvals/{request_id}").text


def test_by_a_mails_link_one_can_be_on_it_too(shop, asked):
    request_id = asked()
    link, browser = shop.link_of(shop.jonas), shop.browser()
    browser.post(f"{link}/code")
    browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)})
    answer = browser.post(f"/a/decision/{request_id}/acknowledge")
    assert answer.status_code == 302
    assert "Jonas Weber is on it until" in browser.get(answer.location).text
    assert plan_of(shop.database, shop.tenant, request_id).acknowledged_by == shop.jonas.user_id


def test_once_decided_nothing_is_said_of_it(shop, asked):
    request_id = asked()
    decide(shop.database, shop.tenant, shop.jonas, request_id)
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "Escalates" not in page


def test_a_level_more_than_a_day_away_is_dated(shop, mara):

    plan = ApprovalEscalation([level(mara, after=ApprovalDelay(3, "days"))])
    request_id = shop.ask(shop.jonas, escalation=plan)
    with shop.database.unit(shop.tenant.id) as uow:
        day = (uow.now + timedelta(days=3)).day
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "Escalates to Mara Sand on " in page
    assert f" {day}" in page
