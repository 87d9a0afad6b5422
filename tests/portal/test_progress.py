"""How far a rule of several people is: on the page, in its history, in the mails."""

import pytest

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from tests.factories.accounts import make_person
from tests.factories.approvals import TITLE, decide, make_group, share_of, shown


@pytest.fixture
def asked(shop):
    """First both of Finance, then Legal, which is an admin."""
    make_group(shop.database, shop.tenant, "Finance", [shop.jonas, shop.lena])
    admin = shop.tenant["admin"]
    first = ApprovalStage([ApprovalPart(["group:Finance"], "count", 2)])
    return shop.ask(rule=ApprovalRule([first, ApprovalStage([ApprovalPart([f"user:{admin.email}"])], "Legal")]))


def test_the_page_says_who_has_agreed_and_who_is_still_asked(shop, asked):
    browser = shop.browser(shop.jonas)
    page = browser.get(f"/approvals/{asked}").text
    for words in ("Needed: at least 2 of Finance, then Legal (", "0 of 2", "Afterwards", "Still asked: Lena Vogt"):
        assert words in page
    data = {"outcome": "approved", "comment": "Fine by me.", "shown": shown(shop.database, shop.tenant, asked)}
    browser.post(f"/approvals/{asked}/decide", data=data)
    after = browser.get(f"/approvals/{asked}").text
    for words in (
        f"Approved: {TITLE}. Others are still asked.", "1 of 2", "Jonas Weber approved", "Fine by me.",
        "You approved this on", "Others are still asked; you will be told how it ends.",
    ):  # fmt: skip
        assert words in after
    assert 'name="outcome"' not in after
    history = browser.get(f"/approvals/{asked}/history").text
    assert "Jonas Weber approved" in history
    assert "is asked once others have agreed" in history


def test_a_later_stage_is_mailed_when_its_turn_has_come(shop, asked):
    admin = shop.tenant["admin"]
    shop.run_jobs()
    assert [mail for mail in shop.mailer.sent.values() if mail.to == (admin.email,)] == []
    page = shop.browser(admin).get(f"/approvals/{asked}").text
    assert "Others decide first." in page
    assert 'name="outcome"' not in page
    for person in (shop.jonas, shop.lena):
        decide(shop.database, shop.tenant, person, asked)
    mail = shop.mail_to(admin)
    assert "Agreed so far: Jonas Weber, Lena Vogt." in mail.text
    assert "Needed: at least 2 of Finance, then Legal" in mail.text
    assert 'name="outcome"' in shop.browser(admin).get(f"/approvals/{asked}").text


def test_admins_hear_that_too_few_are_left(shop, asked):
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.lena.seat_id)
    decide(shop.database, shop.tenant, shop.jonas, asked)
    mail = shop.mail_to(shop.tenant["admin"])
    assert mail.subject == f"Nobody can settle: {TITLE}"
    page = shop.browser(shop.tenant["admin"]).get(f"/approvals/{asked}").text
    assert "Too few people are left who may decide." in page


def test_a_part_that_is_nobodys_any_more_is_handed_on_by_an_admin(shop):
    both = [f"user:{one.email}" for one in (shop.jonas, shop.lena)]
    asked = shop.ask(rule=ApprovalRule([ApprovalStage([ApprovalPart(both, "all")])]))
    mara = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Mara Lind")
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)
    shop.run_jobs()
    share = share_of(shop.database, shop.tenant, asked, shop.jonas)
    address = f"/approvals/{asked}/reassign?share={share.id}"
    admin = shop.browser(shop.tenant["admin"])
    assert address.replace("&", "&amp;") in admin.get(f"/approvals/{asked}/history").text
    assert "Too few people are left" in shop.browser(shop.lena).get(f"/approvals/{asked}").text
    assert "/reassign?" not in shop.browser(shop.lena).get(f"/approvals/{asked}/history").text
    assert admin.post(address, data={"to": str(mara.user_id)}).status_code == 302
    assert "Too few people are left" not in shop.browser(shop.lena).get(f"/approvals/{asked}").text
