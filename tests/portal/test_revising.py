"""A new version by whoever asked, with scripts off; and pages and links that are older than it."""

import re

import pytest

from studio.accounts.outcomes import Role
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from tests.factories.accounts import make_person
from tests.factories.approvals import TITLE, decide, shown


@pytest.fixture
def anna(shop):
    return make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna Keller")


@pytest.fixture
def asked(shop, anna):
    people = [f"user:{who.email}" for who in (shop.jonas, shop.lena)]
    rule = ApprovalRule([ApprovalStage([ApprovalPart(people)])], changes="wait")
    return shop.ask(rule=rule, requester=anna.email, amount="420.00", currency="EUR")


def form_of(page):
    """All that the page's own form would send, as a browser reads it."""
    inputs = re.findall(r"<input\b[^>]*>", page.split('<form class="card pad form"')[1].split("</form>")[0])
    fields = {}
    for one in inputs:
        name, value = re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)
        if name:
            fields[name[1]] = value[1] if value else ""
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return fields | {name: text for name, text in areas if name in fields or name.startswith(("facts", "note"))}


def send_back(shop, asked):
    decide(shop.database, shop.tenant, shop.jonas, asked, Outcome.CHANGES_REQUESTED, reason="No receipt")


def resubmit(shop, anna, asked, **changed):
    browser = shop.browser(anna)
    address = f"/approvals/{asked}/revise"
    return browser.post(address, data=form_of(browser.get(address).text) | changed, forge=True)


def test_whoever_asked_is_mailed_edits_and_resubmits(shop, anna, asked):
    send_back(shop, asked)
    letter = shop.mail_to(anna)
    assert letter.subject == f"Changes requested: {TITLE}"
    assert "No receipt" in letter.text
    assert f"/approvals/{asked}" in letter.text
    page = shop.browser(anna).get(f"/approvals/{asked}").text
    for words in ("Jonas Weber asked for changes. A new version is awaited.", "No receipt", "Edit and resubmit"):
        assert words in page
    answer = resubmit(
        shop, anna, asked, **{"facts-1-value": "Arrived broken", "amount": "400.00", "note": "Photo added"}
    )
    assert (answer.status_code, answer.location) == (302, f"/approvals/{asked}")
    letter = shop.mail_to(shop.jonas)
    assert letter.subject == f"Changed: {TITLE}"
    for words in ("Reason: was “Arrived damaged”, is now “Arrived broken”", "Photo added", "/a/"):
        assert words in letter.text
    page = shop.browser(shop.jonas).get(f"/approvals/{asked}").text
    for words in (
        "What has changed since you last looked",
        "was “Arrived damaged”, is now “Arrived broken”",
        "was “420.00 EUR”, is now “400.00 EUR”",
        "Version 2, by Anna Keller",
        "Photo added",
        'value="approved"',
    ):
        assert words in page
    history = shop.browser(shop.jonas).get(f"/approvals/{asked}/history").text
    assert "Jonas Weber asked for changes (no longer counts)" in history
    assert "Version 2, by Anna Keller" in history


def test_an_old_page_is_refused_says_what_changed_and_writes_nothing(shop, anna, asked, everything):
    old = shown(shop.database, shop.tenant, asked)
    resubmit(shop, anna, asked, **{"facts-1-value": "Arrived broken"})
    before = everything()
    answer = shop.browser(shop.jonas).post(f"/approvals/{asked}/decide", data={"outcome": "approved", "shown": old})
    assert answer.status_code == 409
    for words in (
        "What is asked has changed since you opened the page",
        "was “Arrived damaged”, is now “Arrived broken”",
    ):
        assert words in answer.text
    assert everything() == before


def test_the_link_of_an_old_mail_opens_what_stands_now_and_refuses_the_old_page(shop, anna, asked):
    browser, link = shop.browser(), shop.link_of(shop.jonas)
    browser.post(f"{link}/code")
    browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)})
    old = shown(shop.database, shop.tenant, asked)
    resubmit(shop, anna, asked, title="Refund €400.00")
    answer = browser.post(f"/a/decision/{asked}", data={"outcome": "approved", "shown": old})
    assert answer.status_code == 409
    assert "is now “Refund €400.00”" in answer.text
    assert "Edit and resubmit" not in answer.text
    now = shown(shop.database, shop.tenant, asked)
    browser.post(f"/a/decision/{asked}", data={"outcome": "approved", "shown": now})
    assert [str(end.outcome) for end in shop.heard.ends] == ["approved"]


def test_a_form_that_does_not_fit_is_shown_again_with_why(shop, anna, asked):
    for changed, words in (
        ({"title": ""}, "Say it in one sentence."),
        ({"title": " "}, "Say in one sentence, of up to 400 letters"),
        ({"amount": "much"}, "This is no amount of money."),
        ({"facts-1-label": ""}, "A fact needs a label"),
        ({"shown": "0" * 64}, "What is asked has changed since you opened the page"),
    ):
        answer = resubmit(shop, anna, asked, **changed)
        assert answer.status_code in (409, 422), changed
        assert words in answer.text
        assert "Arrived damaged" in answer.text, "what was typed stays"
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.get(Request, asked).revision == 1


def test_others_get_no_form(shop, anna, asked):
    assert shop.browser(shop.jonas).get(f"/approvals/{asked}/revise").status_code == 409
    assert "Edit and resubmit" not in shop.browser(shop.jonas).get(f"/approvals/{asked}").text
    stranger = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Tom Hill")
    assert shop.browser(stranger).get(f"/approvals/{asked}/revise").status_code == 404
    assert shop.browser(stranger).get(f"/approvals/{asked}").status_code == 404


def test_an_admin_sets_the_changes_aside(shop, asked):
    admin = shop.browser(shop.tenant["admin"])
    address = f"/approvals/{asked}/dismiss"
    assert admin.get(address).status_code == 409
    send_back(shop, asked)
    assert "Set aside the changes" in admin.get(f"/approvals/{asked}").text
    assert shop.browser(shop.lena).get(address).status_code == 403
    assert admin.post(address, data=form_of(admin.get(address).text), forge=True).status_code == 422
    assert admin.post(address, data={"reason": "It is in the order"}).status_code == 302
    page = shop.browser(shop.lena).get(f"/approvals/{asked}").text
    assert 'value="approved"' in page
    history = admin.get(f"/approvals/{asked}/history").text
    assert "set aside that changes were asked for" in history


def test_a_row_of_the_inbox_offers_no_button_while_changes_are_awaited(shop, asked):
    assert 'value="approved"' in shop.browser(shop.lena).get("/inbox").text
    send_back(shop, asked)
    assert 'value="approved"' not in shop.browser(shop.lena).get("/inbox").text
