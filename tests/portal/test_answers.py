"""A request's own answers on the pages: buttons and forms that work with scripts off, and the words everywhere."""

import re

import pytest

from studio.approvals.models import Decision
from tests.factories.approvals import TITLE, shown
from tests.portal.test_links import open_by_code

OPTIONS = [
    {
        "label": "Offer a voucher",
        "key": "voucher",
        "fields": [
            {"name": "value", "label": "Value", "type": "money"},
            {"name": "kind", "label": "Kind", "type": "choice", "choices": ["mail", "paper"]},
            {"name": "vip", "label": "VIP", "type": "yes_no", "required": False},
            {"name": "note", "label": "Note", "type": "long_text", "required": False},
        ],
    },
    {"label": "Ask the carrier", "key": "carrier", "style": "danger"},
]


def form_of(page, label):
    """The fields of the form whose button says so, as a browser without scripts would send them."""
    [form] = [one for one in re.findall(r"<form .*?</form>", page, re.DOTALL) if f">{label}</button>" in one]
    action = re.search(r'action="([^"]+)"', form)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    value = re.search(rf'name="outcome" value="([^"]+)">{label}</button>', form)[1]
    return action, hidden | {"outcome": value}, set(re.findall(r'name="(answer\.[\w.]+)"', form))


def test_each_answer_with_a_form_is_a_form_of_its_own(shop):
    """Enter in one of its fields must press its own button, never Approve."""
    request_id = shop.ask(options=OPTIONS)
    browser = shop.browser(shop.jonas)
    page = browser.get(f"/approvals/{request_id}").text
    action, sent, fields = form_of(page, "Offer a voucher")
    assert fields == {f"answer.voucher.{name}" for name in ("value", "kind", "vip", "note")}
    assert form_of(page, "Approve")[2] == set()
    typed = {"answer.voucher.value": "25", "answer.voucher.kind": "mail", "answer.voucher.vip": "true"}
    answer = browser.post(action, data=sent | typed | {"comment": "Regular"}, forge=True)
    assert answer.status_code == 302
    after = browser.get(answer.location).text
    for words in (f"Offer a voucher: {TITLE}", "Jonas Weber answered “Offer a voucher” on", "Value: 25", "VIP: yes"):
        assert words in after
    history = browser.get(f"/approvals/{request_id}/history").text
    for words in ("Jonas Weber answered “Offer a voucher”", "in Studio", "Kind: mail", "Regular", "Answered"):
        assert words in history
    assert "Note:" not in history
    [end] = shop.heard.ends
    assert end.answered.answer == {"value": "25", "kind": "mail", "vip": True, "note": None}


def test_an_answer_without_a_form_is_a_button_beside_the_others(shop):
    request_id = shop.ask(options=OPTIONS)
    browser = shop.browser(shop.jonas)
    page = browser.get(f"/approvals/{request_id}").text
    assert form_of(page, "Ask the carrier")[0] == form_of(page, "Approve")[0]
    assert 'class="btn danger" name="outcome" value="option.carrier"' in page
    action, sent, _fields = form_of(page, "Ask the carrier")
    browser.post(action, data=sent, forge=True)
    assert [end.answered.option for end in shop.heard.ends] == ["carrier"]


def test_what_was_typed_stays_with_what_is_wrong_beside_it(shop):
    request_id = shop.ask(options=OPTIONS)
    browser = shop.browser(shop.jonas)
    action, sent, _fields = form_of(browser.get(f"/approvals/{request_id}").text, "Offer a voucher")
    typed = {"answer.voucher.value": "many <b>", "answer.voucher.kind": "paper", "answer.voucher.note": "Keep me"}
    refused = browser.post(action, data=sent | typed, forge=True)
    assert refused.status_code == 422
    assert '<details class="card" open>' in refused.text
    assert 'value="many &lt;b&gt;"' in refused.text
    assert "<option selected>paper</option>" in refused.text
    assert ">Keep me</textarea>" in refused.text
    assert 'id="answer-voucher-value-error"' in refused.text
    assert 'aria-describedby="answer-voucher-value-error"' in refused.text
    assert shop.heard.ends == []


@pytest.mark.parametrize("pressed", ["option.", "option.refund", "voucher", "responded", "expired"])
def test_a_button_that_there_is_not_decides_nothing(shop, pressed):
    request_id = shop.ask(options=OPTIONS)
    data = {"outcome": pressed, "shown": shown(shop.database, shop.tenant, request_id)}
    assert shop.browser(shop.jonas).post(f"/approvals/{request_id}/decide", data=data).status_code == 422
    assert shop.heard.ends == []


def test_a_request_with_answers_of_its_own_is_reviewed_and_not_decided_in_its_row(shop):
    shop.ask()
    browser = shop.browser(shop.jonas)
    assert "Review" not in browser.get("/inbox").text
    request_id = shop.ask(options=OPTIONS)
    page = browser.get("/inbox").text
    assert re.search(rf'<a class="btn[^"]*" href="/approvals/{request_id}">Review</a>', page)
    assert f"/approvals/{request_id}/decide" not in page


def test_the_link_offers_them_too_and_the_mails_say_them(shop):
    request_id = shop.ask(shop.jonas, options=OPTIONS, requester="anna@example.com")
    assert "You can also answer: Offer a voucher, Ask the carrier." in shop.mail_to(shop.jonas).text
    browser, _opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    page = browser.get(f"/a/decision/{request_id}").text
    action, sent, _fields = form_of(page, "Offer a voucher")
    typed = {"answer.voucher.value": "25", "answer.voucher.kind": "mail"}
    answer = browser.post(action, data=sent | typed, forge=True)
    assert "Value: 25" in browser.get(answer.location).text
    shop.run_jobs()
    [told] = [mail for mail in shop.mailer.sent.values() if mail.to == ("anna@example.com",)]
    assert told.subject == f"Offer a voucher: {TITLE}"
    assert "Jonas Weber answered “Offer a voucher”." in told.text
    assert "Value: 25" in told.text
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.query(Decision).one().channel == "mail_link"
