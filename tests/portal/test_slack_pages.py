"""Setting Slack up, connecting one's account: what is stored, shown, refused, and what is never shown again."""

import re

import pytest
from sqlalchemy import select

from studio.approvals.models import SlackMember
from studio.approvals.slack.blocks import APPROVE, REVEAL
from studio.core.models import OutboxRow
from tests.factories.slack import make_slack_channel
from tests.portal.slack_world import JONAS
from tests.servers.slack import SIGNING, TEAM, TOKEN, WEBHOOK

BOT = {"mode": "bot", "channel": "#approvals", "token": TOKEN, "signing": SIGNING, "every": "y"}


@pytest.fixture
def admin(shop):
    return shop.browser(shop.tenant["admin"])


def code_in(message):
    return re.search(r"type (\d{6}) on your profile", message.words())[1]


def test_an_admin_sets_it_up_tests_it_and_takes_it_away(bare, shop, admin, everything):
    assert admin.post("/settings/slack", data=BOT).status_code == 302
    assert admin.post("/settings/slack/test").status_code == 302
    page = admin.get("/settings/slack").text
    assert "Slack took the test message." in page
    assert "Approvals of Nordlicht Store are posted here" in bare.message.words()
    assert f"/slack/{shop.tenant.id}/actions" in page
    assert TOKEN not in page
    assert SIGNING not in page
    assert bare.row().team_id == TEAM
    stored = str(everything())
    assert TOKEN not in stored
    assert SIGNING not in stored
    assert admin.post("/settings/slack", data=BOT | {"token": "", "signing": "", "channel": "#else"}).status_code == 302
    admin.post("/settings/slack/test")
    assert "channel_not_found" in admin.get("/settings/slack").text
    assert admin.post("/settings/slack/remove").status_code == 302
    assert everything()["approval_slack_channel"] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"token": ""}, "Paste the bot"),
        ({"token": "hunter2"}, "begins with xoxb-"),
        ({"channel": "not a channel"}, "name or id"),
        ({"signing": ""}, "Paste the signing secret"),
        ({"signing": "short"}, "at least eight"),
        ({"mode": "pigeon"}, "Not a valid choice"),
        ({"mode": "webhook"}, "Paste the webhook"),
        ({"mode": "webhook", "webhook": "http://hooks.slack.com/services/T/B/x"}, "whole address"),
        ({"mode": "webhook", "webhook": "https://me:pw@hooks.slack.com/services/T/B/x"}, "whole address"),
        ({"mode": "webhook", "webhook": "ftp://hooks.slack.com/"}, "whole address"),
        ({"mode": "webhook", "webhook": "https://[broken"}, "whole address"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(bare, admin, everything, changed, said):
    before = everything()
    answer = admin.post("/settings/slack", data=BOT | changed)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert everything() == before


def test_an_address_inside_is_not_called(bare, shop, admin):
    inside = "https://169.254.169.254/services/T0MERCHANT/B01/x"
    assert admin.post("/settings/slack", data=BOT | {"mode": "webhook", "webhook": inside}).status_code == 302
    admin.post("/settings/slack/test")
    page = admin.get("/settings/slack").text
    assert "leads inside" in page
    assert "services/T0MERCHANT" not in page


def test_a_webhooks_address_is_a_secret(bare, shop, admin, everything):
    hook = f"{bare.slack.url}{WEBHOOK}"
    assert (
        admin.post("/settings/slack", data=BOT | {"mode": "webhook", "token": "", "webhook": hook}).status_code == 302
    )
    admin.post("/settings/slack/test")
    page = admin.get("/settings/slack").text
    assert "Slack took the test message." in page
    assert WEBHOOK not in page
    assert WEBHOOK not in str(everything())


def test_a_person_connects_the_account_that_reads_the_code(bare, shop, everything):
    make_slack_channel(shop.app, shop.tenant)
    jonas = shop.browser(shop.jonas)
    assert "Decide in Slack" in jonas.get("/profile").text
    assert jonas.post("/profile/slack", data={"member_id": JONAS.lower()}).status_code == 302
    message = bare.message
    assert message.channel == f"D{JONAS[1:]}"
    digits = code_in(message)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    shop.ask()
    assert "That is not the code" in jonas.post("/profile/slack/code", data={"digits": wrong}).text
    bare.press(APPROVE, JONAS)
    assert bare.votes() == []  # said, not yet shown
    assert jonas.post("/profile/slack/code", data={"digits": digits}).status_code == 302
    bare.press(APPROVE, JONAS)
    assert bare.votes() == [("approved", "slack")]
    assert "Jonas Weber" in shop.browser(shop.tenant["admin"]).get("/settings/slack").text
    assert jonas.post("/profile/slack/remove").status_code == 302
    shop.ask(title="Another thing")
    bare.press(APPROVE, JONAS)
    assert len(bare.votes()) == 1


def test_guessing_ends_after_five(bare, shop):
    make_slack_channel(shop.app, shop.tenant)
    jonas = shop.browser(shop.jonas)
    jonas.post("/profile/slack", data={"member_id": JONAS})
    digits = code_in(bare.message)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    answers = [jonas.post("/profile/slack/code", data={"digits": wrong}).text for _ in range(5)]
    assert "Too many wrong codes" in answers[-1]
    assert "Too many wrong codes" in jonas.post("/profile/slack/code", data={"digits": digits}).text


def test_by_a_webhook_the_code_is_shown_to_that_account_alone(bare, shop):
    hook = f"{bare.slack.url}{WEBHOOK}"
    make_slack_channel(shop.app, shop.tenant, mode="webhook", token="", channel="", webhook=hook)
    jonas = shop.browser(shop.jonas)
    jonas.post("/profile/slack", data={"member_id": JONAS})
    assert not re.search(r"\d{6}", bare.message.blocks[0]["text"]["text"])
    bare.press(REVEAL, "U0SOMEBODY")
    assert "This is not your account" in bare.slack.whispers[-1].text
    bare.press(REVEAL, JONAS)
    digits = re.search(r"Type (\d{6})", bare.slack.whispers[-1].text)[1]
    assert jonas.post("/profile/slack/code", data={"digits": digits}).status_code == 302
    with shop.database.unit(shop.tenant.id) as uow:
        (row,) = uow.session.scalars(select(SlackMember))
    assert (row.verified_at is not None, row.team_id) == (True, TEAM)


def test_an_account_that_is_somebody_elses_is_refused(channel, shop, everything):
    before = everything()
    answer = shop.browser(shop.tenant["builder"]).post("/profile/slack", data={"member_id": JONAS})
    assert (answer.status_code, "Somebody else here" in answer.text) == (409, True)
    assert shop.browser(shop.lena).post("/profile/slack", data={"member_id": "@jonas"}).status_code == 422
    assert everything() == before


def test_a_member_that_slack_does_not_know_is_told_to_the_person(channel, shop):
    lena = shop.browser(shop.lena)
    channel.slack.answer(200, body=b'{"ok": false, "error": "channel_not_found"}')
    assert lena.post("/profile/slack", data={"member_id": "U0MISTYPED"}).status_code == 302
    shop.run_jobs()
    assert "channel_not_found" in lena.get("/profile/slack").text
    assert channel.row().last_error is None


def test_neither_secret_lies_in_a_job(channel, shop):
    channel.slack.answer(503)
    shop.ask()
    shop.run_jobs()
    with shop.database.unit(shop.tenant.id) as uow:
        left = str([(row.payload, row.last_error) for row in uow.session.scalars(select(OutboxRow))])
    assert TOKEN not in left
    assert SIGNING not in left
