"""Quiet hours, one mail a day, and who hears how it ended."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.outcomes import Outcome
from studio.core import clock
from tests.factories.accounts import make_person
from tests.factories.approvals import TITLE, share_of, shown

BERLIN = ZoneInfo("Europe/Berlin")


def subjects(shop, person):
    shop.run_jobs()
    return [mail.subject for mail in shop.mailer.sent.values() if mail.to == (person.email,)]


def decide(shop, person, request_id, outcome=Outcome.APPROVED):
    seen = shown(shop.database, shop.tenant, request_id)
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        service.decide(uow, request_id, outcome, shown=seen, reason="No photo")


def test_a_mail_leaves_at_the_end_of_the_quiet_hours(shop, wants):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    shop.ask()
    assert (subjects(shop, shop.jonas), subjects(shop, shop.lena)) == ([], [f"Decide: {TITLE}"])
    clock.shift(timedelta(hours=3, minutes=1))
    assert subjects(shop, shop.jonas) == [f"Decide: {TITLE}"]


def test_nothing_leaves_for_what_was_settled_in_the_night(shop, wants):
    wants(shop.jonas, quiet_from=-2, quiet_until=3, completion_mails=False)
    decide(shop, shop.lena, shop.ask())
    clock.shift(timedelta(hours=4))
    assert subjects(shop, shop.jonas) == []


def test_a_deadline_in_the_quiet_hours_is_told_at_once(shop, wants):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    shop.ask(due_at=clock.local_now() + timedelta(hours=2))
    assert subjects(shop, shop.jonas) == [f"Decide: {TITLE}"]


def test_a_reminder_keeps_the_quiet_hours_too(shop, wants):
    shop.ask(shop.jonas, remind_at=clock.local_now() + timedelta(minutes=1))
    assert subjects(shop, shop.jonas) == [f"Decide: {TITLE}"]
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    clock.shift(timedelta(minutes=2))
    assert len(subjects(shop, shop.jonas)) == 1
    clock.shift(timedelta(hours=3))
    assert subjects(shop, shop.jonas)[1:] == [f"Reminder: {TITLE}"]


def test_one_mail_a_day_with_all_that_waits(shop, wants):
    wants(shop.jonas, digest_at=3)
    first, _second = shop.ask(title="First thing"), shop.ask(title="Second thing")
    urgent = shop.ask(title="Urgent thing", due_at=clock.local_now() + timedelta(hours=1))
    gone = shop.ask(title="Settled thing")
    decide(shop, shop.lena, gone, Outcome.DECLINED)
    assert subjects(shop, shop.jonas) == ["Decide: Urgent thing"]
    decide(shop, shop.jonas, urgent)
    clock.shift(timedelta(hours=3, minutes=1))
    assert subjects(shop, shop.jonas)[1:] == ["2 decisions wait for you"]
    digest = shop.mail_to(shop.jonas).text
    assert [
        part in digest for part in ("First thing", "Second thing", "Settled thing: Lena Vogt declined it.", "No photo")
    ] == [True] * 4
    assert "Urgent thing" not in digest
    assert shop.browser(shop.jonas).get(shop.link_of(shop.jonas)).location == f"/approvals/{first}"
    decide(shop, shop.jonas, first)
    clock.shift(timedelta(days=1))
    assert subjects(shop, shop.jonas)[2:] == ["1 decision waits for you"]


def test_a_day_on_which_nothing_waits_brings_no_mail(shop, wants):
    wants(shop.jonas, digest_at=3)
    decide(shop, shop.jonas, shop.ask())
    clock.shift(timedelta(days=2))
    assert subjects(shop, shop.jonas) == []


def test_everybody_who_was_asked_hears_who_decided_but_not_the_decider(shop, wants):
    mona = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Mona")
    silent = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Silent")
    wants(silent, completion_mails=False)
    request_id = shop.ask(shop.jonas, shop.lena, silent, requester="anna@example.com")
    share = share_of(shop.database, shop.tenant, request_id, shop.lena)
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.reassign(uow, share.id, mona.user_id)
    shop.run_jobs()
    decide(shop, shop.jonas, request_id, Outcome.DECLINED)
    told = f"Declined: {TITLE}"
    assert [subjects(shop, one).count(told) for one in (shop.jonas, shop.lena, mona, silent)] == [0, 1, 1, 0]
    assert [mail.subject for mail in shop.mailer.sent.values() if mail.to == ("anna@example.com",)] == [told]
    text = shop.mail_to(shop.lena).text
    assert "Jonas Weber declined it." in text
    assert "No photo" in text
    assert "http" not in text


def test_the_deadline_is_told_to_all(shop):
    shop.ask(due_at=clock.local_now() + timedelta(minutes=5))
    clock.shift(timedelta(minutes=6))
    shop.run_jobs()
    for person in (shop.jonas, shop.lena):
        assert subjects(shop, person)[-1] == f"Expired: {TITLE}"


def test_the_end_keeps_the_quiet_hours(shop, wants):
    request_id = shop.ask()
    shop.run_jobs()
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    decide(shop, shop.lena, request_id)
    assert len(subjects(shop, shop.jonas)) == 1
    clock.shift(timedelta(hours=4))
    assert subjects(shop, shop.jonas)[1:] == [f"Approved: {TITLE}"]


def test_choices_are_made_on_the_profile(shop):
    jonas = shop.browser(shop.jonas)
    chosen = {"quiet_from": "22:00", "quiet_until": "07:30", "digest_at": "09:00"}
    assert jonas.post("/profile/mail", data=chosen).status_code == 302
    page = jonas.get("/profile").text
    assert all(f'value="{value}"' in page for value in chosen.values())
    with shop.database.unit(shop.tenant.id) as uow:
        user = uow.session.get(User, shop.jonas.user_id)
        assert (user.quiet_until, user.completion_mails) == (time(7, 30), False)
    assert jonas.post("/profile/mail", data={"completion_mails": "y"}).status_code == 302
    with shop.database.unit(shop.tenant.id) as uow:
        user = uow.session.get(User, shop.jonas.user_id)
        assert (user.quiet_from, user.digest_at, user.completion_mails) == (None, None, True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end."),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "Quiet hours must end at another time."),
        ({"digest_at": "25:00"}, "Not a valid time"),
    ],
)
def test_half_a_choice_is_refused(shop, everything, data, said):
    jonas = shop.browser(shop.jonas)
    before = everything()
    answer = jonas.post("/profile/mail", data=data)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert everything() == before
