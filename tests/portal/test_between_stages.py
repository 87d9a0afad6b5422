"""The page of a request between two stages: nobody is asked, and nobody is told that it was approved."""

from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from tests.factories.approvals import decide


def test_it_says_that_all_have_agreed_and_offers_no_button(shop):
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{shop.jonas.email}"])])], more=True)
    asked = shop.ask(rule=rule)
    browser = shop.browser(shop.jonas)
    decide(shop.database, shop.tenant, shop.jonas, asked)
    assert [str(end.outcome) for end in shop.heard.ends] == ["approved"], "what asked goes on"
    page = browser.get(f"/approvals/{asked}").text
    for words in ("Everybody who was asked so far has agreed.", "decides whether others are asked as well"):
        assert words in page
    assert 'value="approved"' not in page
    assert "Jonas Weber approved" in browser.get(f"/approvals/{asked}/history").text
    everybody = shop.browser(shop.tenant["admin"]).get("/inbox?of=all").text
    assert "Refund" in everybody
    shop.run_jobs()
    assert not [mail for mail in shop.mailer.sent.values() if mail.subject.startswith("Approved")]
