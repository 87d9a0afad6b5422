"""What is said in a thread reaches those whom it concerns, when they want mail, and nobody else."""

from datetime import timedelta

from studio.approvals.service import threading
from studio.core import clock, outbox
from tests.factories.approvals import TITLE, decide
from tests.portal.test_mail_preferences import subjects


def say(shop, person, request_id, text="Which parcel?", thread=None):
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        if thread is None:
            return threading.open_thread(uow, request_id, text).id
        return threading.reply(uow, request_id, thread, text).id


def resolve(shop, person, request_id, thread, *, resolved=True):
    with shop.database.unit(shop.tenant.id, person.actor) as uow:
        threading.resolve(uow, request_id, thread, resolved=resolved)


def told(shop, person, begins="Thread"):
    return [one.removesuffix(f": {TITLE}") for one in subjects(shop, person) if one.startswith(begins)]


def test_whoever_is_asked_and_whoever_asked_hear_of_it_and_then_those_who_spoke(shop):
    builder = shop.tenant["builder"]
    request_id = shop.ask(requester=builder.email, threads_first=True)
    thread = say(shop, shop.lena, request_id)
    assert told(shop, shop.jonas) == told(shop, builder) == ["Thread opened"]
    assert told(shop, shop.lena) == [], "whoever said it knows it"
    mail = shop.mail_to(shop.jonas)
    for words in ("Lena Vogt opened a thread.", "“Which parcel?”", "It has to be resolved before this is approved."):
        assert words in mail.text
    assert shop.browser(shop.jonas).get(shop.link_of(shop.jonas)).location == f"/approvals/{request_id}"
    say(shop, builder, request_id, "The blue one", thread)
    assert (told(shop, shop.lena), told(shop, shop.jonas)) == (["Thread answered"], ["Thread opened"])
    resolve(shop, shop.lena, request_id, thread)
    assert told(shop, builder) == ["Thread opened", "Thread resolved"]
    assert told(shop, shop.jonas) == ["Thread opened", "Thread resolved"], "it kept them from approving"
    resolve(shop, shop.jonas, request_id, thread, resolved=False)
    assert told(shop, shop.lena) == ["Thread answered", "Thread opened again"]
    with shop.database.unit(shop.tenant.id) as uow:
        mails = len(shop.mailer.sent)
        outbox.enqueue(uow, "approval.thread", key="again", payload={"comment_id": str(request_id)}, due_at=uow.now)
    shop.run_jobs()
    assert len(shop.mailer.sent) == mails, "what is not there is no news"


def test_whoever_asked_without_a_seat_hears_what_is_asked_of_them(shop):
    request_id = shop.ask(requester="anna@example.com")
    thread = say(shop, shop.lena, request_id)
    say(shop, shop.jonas, request_id, "I have the photo", thread)
    shop.run_jobs()
    sent = [mail for mail in shop.mailer.sent.values() if mail.to == ("anna@example.com",)]
    assert [mail.subject for mail in sent] == [f"Thread opened: {TITLE}"]
    assert "http" not in sent[0].text


def test_nothing_of_it_leaves_once_it_is_over_or_resolved(shop):
    request_id, other = shop.ask(), shop.ask()
    say(shop, shop.lena, request_id)
    decide(shop.database, shop.tenant, shop.jonas, request_id)
    resolve(shop, shop.lena, other, say(shop, shop.lena, other))
    assert told(shop, shop.jonas) == []


def test_quiet_hours_and_digests_hold_for_it_too(shop, wants):
    wants(shop.jonas, quiet_from=-2, quiet_until=3)
    wants(shop.tenant["admin"], digest_at=3)
    request_id = shop.ask(shop.jonas, shop.lena, shop.tenant["admin"])
    say(shop, shop.lena, request_id)
    assert told(shop, shop.jonas) == told(shop, shop.tenant["admin"]) == []
    clock.shift(timedelta(hours=3, minutes=1))
    assert told(shop, shop.jonas) == ["Thread opened"]
    assert told(shop, shop.tenant["admin"]) == []
    digest = shop.mail_to(shop.tenant["admin"]).text
    assert f"{TITLE}: Lena Vogt opened a thread. “Which parcel?”" in digest
    clock.shift(timedelta(days=1))
    assert "opened a thread" not in shop.mail_to(shop.tenant["admin"]).text, "told once"
