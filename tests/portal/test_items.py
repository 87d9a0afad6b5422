"""Line items on the pages: ticked boxes with scripts off, a sum, and what became of each."""

from studio.contract.approving import ApprovalItem
from tests.factories.approvals import TITLE
from tests.portal.test_answers import form_of

ITEMS = [ApprovalItem("mug", "Mug <blue>", "12.50"), ApprovalItem("plate", "Plate", "9.00")]


def ask(shop, **more):
    return shop.ask(shop.jonas, items=ITEMS, amount="21.50", currency="EUR", **more)


def test_what_is_ticked_is_approved(shop):
    request_id = ask(shop)
    browser = shop.browser(shop.jonas)
    assert "Mug <blue>: 12.50" in shop.mail_to(shop.jonas).text
    page = browser.get(f"/approvals/{request_id}").text
    for words in ("Mug &lt;blue&gt;", "€12.50", "Sum", "€21.50"):
        assert words in page
    assert page.count('name="item"') == page.count(" checked") == 2
    action, sent, _fields = form_of(page, "Approve")
    assert sent["items"] == "1"
    answer = browser.post(action, data=sent | {"item": ["plate"]}, forge=True)
    after = browser.get(answer.location).text
    assert f"Approved: {TITLE}" in after
    assert "Sum of what was approved" in after
    assert "€9.00</b>" in after
    assert 'type="checkbox"' not in after
    assert [one.key for one in shop.heard.ends[0].items.approved] == ["plate"]
    history = browser.get(f"/approvals/{request_id}/history").text
    assert history.count("Declined") == 1


def test_none_ticked_is_refused_and_stays_so_on_the_page(shop):
    request_id = ask(shop)
    browser = shop.browser(shop.jonas)
    action, sent, _fields = form_of(browser.get(f"/approvals/{request_id}").text, "Approve")
    refused = browser.post(action, data=sent, forge=True)
    assert refused.status_code == 422
    assert "Tick at least one item, or decline." in refused.text
    assert " checked" not in refused.text
    assert shop.heard.ends == []


def test_boxes_do_not_stand_in_the_way_of_a_no(shop):
    request_id = ask(shop)
    browser = shop.browser(shop.jonas)
    action, sent, _fields = form_of(browser.get(f"/approvals/{request_id}").text, "Decline")
    browser.post(action, data=sent | {"item": ["mug"], "comment": "No photo"}, forge=True)
    assert [str(end.outcome) for end in shop.heard.ends] == ["declined"]


def test_what_has_items_is_reviewed_and_not_decided_in_its_row(shop):
    request_id = ask(shop)
    page = shop.browser(shop.jonas).get("/inbox").text
    assert f'href="/approvals/{request_id}">Review</a>' in page
    assert f"/approvals/{request_id}/decide" not in page
