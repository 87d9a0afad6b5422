"""Mails about new versions, changes that were set aside and what was taken back: when they leave, to whom."""

from datetime import timedelta

import pytest

from studio.approvals import service
from studio.approvals.outcomes import Outcome
from studio.approvals.wordings import Edits
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from tests.factories.approvals import FACTS, TITLE, decide, shown

CHANGED = f"Changed: {TITLE}"
ASIDE = f"Changes set aside: {TITLE}"
BACK = f"Taken back: {TITLE}"


@pytest.fixture
def admin(shop):
    return shop.tenant["admin"]


@pytest.fixture
def asked(shop):
    people = [f"user:{who.email}" for who in (shop.jonas, shop.lena)]
    request_id = shop.ask(rule=ApprovalRule([ApprovalStage([ApprovalPart(people)])], changes="wait"))
    shop.run_jobs()
    return request_id


def subjects(shop, person, *wanted):
    shop.run_jobs()
    return [mail.subject for mail in shop.mailer.sent.values() if mail.to == (person.email,) and mail.subject in wanted]


def revise(shop, person, request_id, value):
    seen = shown(shop.database, shop.tenant, request_id)
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        service.revise(uow, request_id, Edits(facts=[*FACTS, ("Receipt", value)]), shown=seen)


def send_back(shop, person, request_id):
    decide(shop.database, shop.tenant, person, request_id, Outcome.CHANGES_REQUESTED, reason="No receipt")


def dismiss(shop, person, request_id):
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        service.dismiss(uow, request_id, "It is in the order")


def take_back(shop, person, request_id):
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        service.withdraw(uow, request_id, "The order was cancelled.")


def test_a_new_version_waits_for_the_end_of_the_quiet_hours(shop, wants, asked, admin):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    revise(shop, admin, asked, "R-1")
    assert (subjects(shop, shop.jonas, CHANGED), subjects(shop, shop.lena, CHANGED)) == ([], [CHANGED])
    clock.shift(timedelta(hours=3, minutes=1))
    assert subjects(shop, shop.jonas, CHANGED) == [CHANGED]
    assert "R-1" in shop.mail_to(shop.jonas).text


def test_two_versions_in_one_night_are_one_mail(shop, wants, asked, admin):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    revise(shop, admin, asked, "R-1")
    assert subjects(shop, shop.jonas, CHANGED) == []
    revise(shop, admin, asked, "R-2")
    clock.shift(timedelta(hours=4))
    assert subjects(shop, shop.jonas, CHANGED) == [CHANGED]
    assert "R-2" in shop.mail_to(shop.jonas).text


def test_a_new_version_that_is_due_in_the_night_is_told_at_once(shop, wants, admin):
    people = [f"user:{shop.jonas.email}"]
    rule = ApprovalRule([ApprovalStage([ApprovalPart(people)])], changes="wait")
    urgent = shop.ask(rule=rule, due_at=clock.local_now() + timedelta(hours=2))
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    revise(shop, admin, urgent, "R-1")
    assert subjects(shop, shop.jonas, CHANGED) == [CHANGED]


def test_a_digest_says_what_has_changed_and_what_has_not(shop, wants, asked, admin):
    shop.ask(title="Second thing")
    wants(shop.jonas, digest_at=3)
    revise(shop, admin, asked, "R-1")
    assert subjects(shop, shop.jonas, CHANGED) == []
    clock.shift(timedelta(hours=3, minutes=1))
    assert subjects(shop, shop.jonas, CHANGED) == []
    digest = shop.mail_to(shop.jonas).text
    assert f"{TITLE} (changed, no deadline)" in digest
    assert "Second thing (no deadline)" in digest
    clock.shift(timedelta(days=1))
    assert f"{TITLE} (no deadline)" in shop.mail_to(shop.jonas).text


def test_whoever_asked_for_changes_hears_that_they_were_set_aside(shop, asked, admin):
    send_back(shop, shop.jonas, asked)
    dismiss(shop, admin, asked)
    assert (subjects(shop, shop.jonas, ASIDE), subjects(shop, shop.lena, ASIDE)) == ([ASIDE], [])
    letter = shop.mail_to(shop.jonas)
    assert "It is in the order" in letter.text
    assert shop.browser(shop.jonas).get(shop.link_of(shop.jonas)).location == f"/approvals/{asked}"


def test_setting_aside_keeps_the_quiet_hours_and_ends_with_the_request(shop, wants, asked, admin):
    send_back(shop, shop.jonas, asked)
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    dismiss(shop, admin, asked)
    assert subjects(shop, shop.jonas, ASIDE) == []
    decide(shop.database, shop.tenant, shop.lena, asked)
    clock.shift(timedelta(hours=4))
    assert subjects(shop, shop.jonas, ASIDE, f"Approved: {TITLE}") == [f"Approved: {TITLE}"]


def test_setting_aside_is_told_after_the_quiet_hours(shop, wants, asked, admin):
    send_back(shop, shop.jonas, asked)
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    dismiss(shop, admin, asked)
    assert subjects(shop, shop.jonas, ASIDE) == []
    clock.shift(timedelta(hours=4))
    assert subjects(shop, shop.jonas, ASIDE) == [ASIDE]


def test_setting_aside_is_a_line_of_the_digest(shop, wants, asked, admin):
    send_back(shop, shop.jonas, asked)
    wants(shop.jonas, digest_at=3)
    dismiss(shop, admin, asked)
    assert subjects(shop, shop.jonas, ASIDE) == []
    clock.shift(timedelta(hours=3, minutes=1))
    assert subjects(shop, shop.jonas, ASIDE) == []
    assert "set the changes aside that you asked for. “It is in the order”" in shop.mail_to(shop.jonas).text


def test_what_is_taken_back_is_told_to_those_who_were_asked(shop, wants, asked, admin):
    wants(shop.lena, completion_mails=False)
    take_back(shop, admin, asked)
    take_back(shop, admin, asked)
    assert (subjects(shop, shop.jonas, BACK), subjects(shop, shop.lena, BACK)) == ([BACK], [])
    text = shop.mail_to(shop.jonas).text
    assert "The order was cancelled." in text
    assert "http" not in text


def test_whoever_takes_it_back_is_not_told(shop, admin):
    request_id = shop.ask(shop.jonas, admin)
    shop.run_jobs()
    take_back(shop, admin, request_id)
    assert (subjects(shop, shop.jonas, BACK), subjects(shop, admin, BACK)) == ([BACK], [])


def test_taking_back_keeps_quiet_hours_and_digests(shop, wants, asked, admin):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    wants(shop.lena, digest_at=3)
    take_back(shop, admin, asked)
    assert subjects(shop, shop.jonas, BACK) + subjects(shop, shop.lena, BACK) == []
    clock.shift(timedelta(hours=4))
    assert (subjects(shop, shop.jonas, BACK), subjects(shop, shop.lena, BACK)) == ([BACK], [])
    assert f"{TITLE}: It was taken back. The order was cancelled." in shop.mail_to(shop.lena).text
