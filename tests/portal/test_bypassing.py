"""Bypassing on its page, with scripts off; who is mailed; what everybody reads afterwards."""

from tests.accounts.test_factors import proved
from tests.factories.approvals import TITLE


def form(shop, address, browser, **changed):
    page = browser.get(address).text
    seen = page.split('name="shown"')[1].split('value="')[1].split('"')[0]
    return browser.post(address, data={"shown": seen} | changed)


def test_an_admin_bypasses_and_everybody_reads_it(shop):
    request_id = shop.ask(requester="anna@example.com")
    quiet = shop.browser(shop.lena).post("/profile/mail", data={})
    assert quiet.status_code == 302, "who wants to hear of no ends hears of this all the same"
    shop.run_jobs()
    shop.mailer.sent.clear()
    admin, address = shop.browser(shop.tenant["admin"]), f"/approvals/{request_id}/bypass"
    assert address in admin.get(f"/approvals/{request_id}").text
    assert form(shop, address, admin, reason="").status_code == 422
    asked = form(shop, address, admin, reason="The customer waits")
    assert asked.status_code == 401, "who it is has to be proved for just this"
    assert "Bypassed." in proved(admin, asked.text).text
    shop.run_jobs()
    subjects = {(mail.to[0], mail.subject) for mail in shop.mailer.sent.values()}
    wanted = {shop.jonas.email, shop.lena.email, "anna@example.com"}
    assert subjects == {(to, f"Bypassed: {TITLE}") for to in wanted}
    assert all("The customer waits" in mail.text for mail in shop.mailer.sent.values())
    name = shop.tenant["admin"].name
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert f"{name} bypassed this on" in page
    assert "The customer waits" in page
    assert "It counts as approved." in page
    history = shop.browser(shop.jonas).get(f"/approvals/{request_id}/history").text
    assert f"Bypassed by {name}" in history


def test_it_is_not_offered_to_others_nor_twice(shop):
    admin = shop.tenant["admin"]
    request_id = shop.ask(requester=admin.email)
    address = f"/approvals/{request_id}/bypass"
    for person, status in ((shop.jonas, 403), (shop.tenant["builder"], 403), (admin, 409)):
        browser = shop.browser(person)
        if person is not shop.tenant["builder"]:
            assert address not in browser.get(f"/approvals/{request_id}").text
        assert browser.get(address).status_code == status
    owner = shop.browser(shop.tenant["owner"])
    stale = owner.post(address, data={"shown": "0" * 64, "reason": "Now"})
    assert stale.status_code == 409
    assert "Nothing was bypassed." in stale.text
