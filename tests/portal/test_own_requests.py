"""My requests, with scripts off: asking, following, reminding, resubmitting; and the mails that tell how it ended."""

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import askers, service
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.approvals.service import withdraw
from studio.core.limits import limiter
from tests.factories.accounts import make_person
from tests.factories.approvals import TITLE, decide, make_group
from tests.factories.policies import make_policy
from tests.portal.test_revising import form_of


@pytest.fixture
def anna(shop):
    askers.register(askers.PERSON, askers.nobody)
    return make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")


def fill(shop, **changed):
    plain = {
        "title": "Buy a camera",
        "text": "The old one broke.",
        "facts-0-label": "Shop",
        "facts-0-value": "Foto Koch",
        "facts-1-label": "",
        "facts-1-value": "",
        "amount": "420.00",
        "currency": "EUR",
        "approvers": [f"user:{shop.jonas.email}"],
        "need": "any_one",
        "policy": "",
        "due_at": "",
    }
    return plain | changed


def only(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        return uow.session.query(Request).one()


def test_somebody_asks_follows_and_is_told(shop, anna):
    browser = shop.browser(anna)
    page = browser.get("/requests").text
    assert "You have asked for nothing yet" in page
    form = browser.get("/requests/new").text
    assert f"user:{shop.jonas.email}" in form
    assert f"user:{anna.email}" not in form, "nobody decides what they asked themselves"
    answer = browser.post("/requests", data=fill(shop))
    row = only(shop)
    assert (answer.status_code, answer.location) == (303, f"/approvals/{row.id}")
    letter = shop.mail_to(shop.jonas)
    for words in ("Decide: Buy a camera", "Anna Keller asks for your decision:", "Shop: Foto Koch", "The old one"):
        assert words in letter.subject + letter.text
    page = browser.get("/requests").text
    for words in ("Buy a camera", "Waiting", "Jonas Weber", "Remind", "Take back"):
        assert words in page
    decider = shop.browser(shop.jonas).get(f"/approvals/{row.id}").text
    for words in ("Asked by Anna Keller.", "€420.00", "The old one broke."):
        assert words in decider
    decide(shop.database, shop.tenant, shop.jonas, row.id)
    letter = shop.mail_to(anna)
    assert letter.subject == "Approved: Buy a camera"
    assert f"/approvals/{row.id}" in letter.text
    page = browser.get("/requests?show=approved").text
    assert "Jonas Weber approved this on" in page
    assert "Buy a camera" not in browser.get("/requests?show=open").text


def test_changes_are_asked_for_made_and_resubmitted(shop, anna):
    browser = shop.browser(anna)
    browser.post("/requests", data=fill(shop))
    row = only(shop)
    decide(shop.database, shop.tenant, shop.jonas, row.id, Outcome.CHANGES_REQUESTED, reason="Which one?")
    assert shop.mail_to(anna).subject == "Changes requested: Buy a camera"
    page = browser.get("/requests?show=changes").text
    for words in ("Which one?", "You: a new version is awaited", f"/approvals/{row.id}/revise"):
        assert words in page
    address = f"/approvals/{row.id}/revise"
    data = form_of(browser.get(address).text) | {"title": "Buy an X100", "text": "It is small.", "note": "Named it"}
    assert browser.post(address, data=data, forge=True).status_code == 302
    assert (only(shop).revision, only(shop).instructions) == (2, "It is small.")
    assert shop.mail_to(shop.jonas).subject == "Changed: Buy an X100"


def test_what_is_wrong_stands_at_its_field_and_nobody_is_asked(shop, anna, everything):
    browser, before = shop.browser(anna), everything()
    for changed, words in (
        ({"title": ""}, "Say it in one sentence."),
        ({"approvers": []}, "Name who decides"),
        ({"approvers": ["group:No such"]}, "No such has no working approver seat"),
        ({"approvers": [f"user:{anna.email}"]}, "Name somebody else."),
        ({"amount": "much"}, "This is no amount of money."),
        ({"facts-1-value": "no label"}, "A fact needs a label"),
        ({"due_at": "2020-01-01T08:00"}, "Choose a moment that is still to come."),
        ({"policy": "No such", "approvers": []}, "There is no approval policy"),
    ):
        answer = browser.post("/requests", data=fill(shop, **changed))
        assert answer.status_code == 422, changed
        assert words in answer.text
        assert "Nobody was asked." in answer.text
    assert everything() == before


def test_more_facts_groups_and_policies(shop, anna):
    make_group(shop.database, shop.tenant, "Buyers", [shop.jonas, anna])
    make_policy(shop.database, shop.tenant, shop.jonas, name="Purchases")
    browser = shop.browser(anna)
    page = browser.post("/requests", data=fill(shop, more="yes")).text
    assert 'name="facts-2-label"' in page
    assert "Purchases" in page
    browser.post("/requests", data=fill(shop, approvers=["group:Buyers"]))
    first = only(shop)
    assert first.rule["stages"][0]["parts"][0]["people"] == [str(shop.jonas.user_id)]
    browser.post("/requests", data=fill(shop, approvers=[], policy="Purchases", title="Another"))
    page = browser.get("/requests").text
    assert page.count("Buy a camera") + page.count("Another") >= 2


def test_reminding_by_a_button_mails_once_and_says_when_again(shop, anna):
    asked = shop.ask(shop.jonas, requester=anna.email)
    browser = shop.browser(anna)
    assert "Remind those who decide" in browser.get(f"/approvals/{asked}").text
    answer = browser.post(f"/approvals/{asked}/remind?from=requests", follow_redirects=True)
    assert "Reminded by mail: Jonas Weber." in answer.text
    letter = shop.mail_to(shop.jonas)
    assert letter.subject == f"Reminder: {TITLE}"
    assert "Anna Keller waits for your decision:" in letter.text
    assert "/a/" in letter.text
    answer = browser.post(f"/approvals/{asked}/remind", follow_redirects=True)
    assert "They were reminded a short while ago." in answer.text
    shop.run_jobs()
    assert len([one for one in shop.mailer.sent.values() if one.subject.startswith("Reminder")]) == 1
    assert shop.browser(shop.lena).post(f"/approvals/{asked}/remind").status_code == 404


def test_a_reminder_waits_for_quiet_hours(shop, anna, wants):
    asked = shop.ask(shop.jonas, requester=anna.email)
    shop.run_jobs()
    wants(shop.jonas, quiet_from=-1, quiet_until=2)
    shop.browser(anna).post(f"/approvals/{asked}/remind")
    shop.run_jobs()
    assert not [one for one in shop.mailer.sent.values() if one.subject.startswith("Reminder")]
    wants(shop.jonas, quiet_from=-3, quiet_until=-2)


@pytest.mark.parametrize("way", ["approved", "declined", "expired", "taken back", "withdrawn"])
def test_whoever_asked_is_told_of_every_outcome(shop, anna, way):
    asked = shop.ask(shop.jonas, requester=anna.email)
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        if way == "taken back":
            service.take_back(uow, asked, "Found one")
        elif way == "withdrawn":
            withdraw(uow, asked, "The run was cancelled")
        elif way == "expired":
            uow.session.get_one(Request, asked).due_at = uow.now
            service.expire(uow, asked)
    if way in ("approved", "declined"):
        decide(shop.database, shop.tenant, shop.jonas, asked, Outcome(way))
    subjects = {"withdrawn": "Taken back", "taken back": "Taken back"}
    assert shop.mail_to(anna).subject == f"{subjects.get(way, way.capitalize())}: {TITLE}"


def test_an_outcome_waits_for_quiet_hours_and_for_the_daily_mail(shop, anna, wants):
    wants(anna, quiet_from=-1, quiet_until=2)
    decide(shop.database, shop.tenant, shop.jonas, shop.ask(shop.jonas, requester=anna.email))
    shop.run_jobs()
    assert not [one for one in shop.mailer.sent.values() if one.to == (anna.email,)]
    with shop.database.unit(shop.tenant.id) as uow:
        from studio.core.models import OutboxRow  # noqa: PLC0415 - only here

        [left] = uow.session.query(OutboxRow).filter(OutboxRow.topic == "approval.told", OutboxRow.state == "queued")
        assert left.payload["to"] == str(anna.user_id)
        left.due_at = uow.now
    shop.run_jobs()
    assert shop.mail_to(anna).subject == f"Approved: {TITLE}"


def test_a_run_that_somebody_started_tells_them_too(shop, anna):
    asked = shop.ask(shop.jonas, requester="customer@example.com")
    starter = shop.tenant["builder"]
    with shop.database.unit(shop.tenant.id) as uow:
        uow.session.get_one(Request, asked).starter_id = starter.user_id
    decide(shop.database, shop.tenant, shop.jonas, asked)
    shop.run_jobs()
    told = {one.to for one in shop.mailer.sent.values() if one.subject == f"Approved: {TITLE}"}
    assert told == {("customer@example.com",), (starter.email,)}


def test_an_auditor_reads_and_asks_nothing(shop):
    browser = shop.browser(shop.tenant["auditor"])
    page = browser.get("/requests").text
    assert "Ask for approval" not in page
    assert browser.get("/requests/new").status_code == 403
    assert browser.post("/requests", data=fill(shop)).status_code == 403


def test_asking_is_limited_by_the_hour(shop, anna):
    limiter.enabled = True
    limiter.reset()
    browser = shop.browser(anna)
    answers = [browser.post("/requests", data={"title": ""}).status_code for _ in range(61)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {422}
