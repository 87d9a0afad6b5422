"""Threads on the page and by a mail's link, with scripts off."""

import re

from tests.factories.approvals import shown


def test_opened_answered_and_resolved_on_the_page(shop):
    request_id = shop.ask(threads_first=True)
    address = f"/approvals/{request_id}"
    lena, jonas = shop.browser(shop.lena), shop.browser(shop.jonas)
    assert "Open a thread" in lena.get(address).text
    assert lena.post(f"{address}/threads", data={"comment": "Which parcel?"}).status_code == 302
    page = jonas.get(address).text
    thread = re.search(r'name="thread" value="([^"]+)"', page)[1]
    assert "Thread of Lena Vogt" in page
    yes = {"outcome": "approved", "shown": shown(shop.database, shop.tenant, request_id)}
    refused = jonas.post(f"{address}/decide", data=yes)
    assert refused.status_code == 409
    assert "A thread of Lena Vogt has to be resolved" in refused.text
    for act, text in (("reply", "The blue one"), ("resolve", "")):
        sent = {"thread": thread, "thread_act": act, "comment": text}
        assert jonas.post(f"{address}/threads", data=sent).status_code == 302
    page = lena.get(address).text
    assert "Resolved by Jonas Weber" in page
    assert "The blue one" in page
    assert jonas.post(f"{address}/threads", data={"thread": "none", "thread_act": "resolve"}).status_code == 404
    assert jonas.post(f"{address}/threads", data={"thread": thread, "thread_act": "x"}).status_code == 422
    history = lena.get(f"{address}/history").text
    assert "Lena Vogt opened a thread" in history
    assert "Jonas Weber resolved a thread" in history
    assert jonas.post(f"{address}/decide", data=yes).status_code == 302


def test_by_the_link_of_a_mail(shop):
    request_id = shop.ask(shop.jonas, threads_first=True)
    browser, link = shop.browser(), shop.link_of(shop.jonas)
    browser.get(link)
    browser.post(f"{link}/code")
    browser.post(f"{link}/code/check", data={"code": shop.code_of(shop.jonas)})
    page = f"/a/decision/{request_id}"
    assert browser.post(f"{page}/threads", data={"comment": "Which parcel?"}).status_code == 302
    assert "Thread of Jonas Weber" in browser.get(page).text
    yes = {"outcome": "approved", "shown": shown(shop.database, shop.tenant, request_id)}
    assert browser.post(page, data=yes).status_code == 409
