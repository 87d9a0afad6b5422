"""A yes that takes effect later, on its page and in the requester's mail."""

from studio.contract.approving import ApprovalDelay, ApprovalEffect
from tests.factories.approvals import decide

HOUR = ApprovalEffect(ApprovalDelay(26, "hours"))


def test_the_page_says_when_and_whoever_asked_takes_it_back_until_then(shop):
    builder = shop.tenant["builder"]
    request_id = shop.ask(effect=HOUR, requester=builder.email)
    decide(shop.database, shop.tenant, shop.jonas, request_id)
    here = f"/approvals/{request_id}"
    page = shop.browser(builder).get(here).text
    assert all(word in page for word in ("Approved; takes effect", "can be taken back until then", "Take back"))
    assert 'value="approved"' not in shop.browser(shop.lena).get(here).text
    mail = shop.mail_to(builder)
    assert ("takes effect later" in mail.subject, "It is approved, and takes effect on" in mail.text) == (True, True)
    back = shop.browser(builder).post(f"{here}/take-back", data={"reason": "Not any more"}, follow_redirects=True)
    assert "Taken back" in back.text
    assert [one.outcome for one in shop.heard.ends] == ["cancelled"]
