"""Approvals in Slack, against a server that is as strict as Slack: posted, pressed, refused, changed, told."""

import json
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.outcomes import Outcome
from studio.approvals.slack.blocks import APPROVE, DECLINE, OPEN, TAKE_ON
from studio.approvals.wordings import Edits
from studio.contract.approving import ApprovalEscalation, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from tests.factories.accounts import make_person
from tests.factories.approvals import FACTS, TITLE, shown
from tests.factories.escalations import escalate, level
from tests.factories.slack import make_slack_channel, make_slack_member
from tests.portal.slack_world import JONAS, LENA
from tests.servers.slack import SIGNING, WEBHOOK, signed

TOPIC = "approval.slack"


def test_a_message_shows_all_that_is_decided_on_and_mentions_who_is_asked(channel, shop):
    request_id = shop.ask(amount="420.00", currency="EUR", instructions="Look at the photo first.",
                          due_at=clock.local_now() + timedelta(hours=5))  # fmt: skip
    message = channel.message
    for part in (TITLE, "Order", "6021, paid 14 November", "420.00 EUR", "Look at the photo first.", f"<@{JONAS}>",
                 "High-value refunds", "<!date^"):  # fmt: skip
        assert part in message.words()
    assert set(message.actions()) == {APPROVE, DECLINE, OPEN}
    assert message.actions()[OPEN]["url"].endswith(f"/approvals/{request_id}")


def test_a_press_decides_once_and_the_message_says_who(channel, shop):
    shop.ask()
    sent = channel.slack.press(channel.message, APPROVE, JONAS)
    assert [channel.deliver(sent), channel.deliver(sent)] == [200, 200]
    assert channel.votes() == [("approved", "slack")]
    assert [ended.by for ended in shop.heard.ends] == ["Jonas Weber"]
    message = channel.message
    assert "Jonas Weber approved it." in message.words()
    assert set(message.actions()) == {OPEN}
    assert [one.text for one in channel.slack.whispers] == [f"Approved: {TITLE}"]


def test_what_others_decided_elsewhere_is_shown_and_a_late_press_is_told(channel, shop):
    request_id = shop.ask()
    stale = channel.slack.press(channel.message, APPROVE, JONAS)
    channel.decide(shop.lena, request_id, Outcome.DECLINED, reason="No <photo>")
    message = channel.message
    assert "Lena Vogt declined it." in message.words()
    assert "No &lt;photo&gt;" in message.words()
    assert channel.deliver(stale) == 200
    assert "Lena Vogt declined this" in channel.slack.whispers[-1].text
    assert len(channel.votes()) == 1


def test_declining_takes_the_reason_from_the_message_and_asks_for_it(channel, shop):
    shop.ask()
    channel.press(DECLINE, JONAS)
    assert (channel.votes(), "Say why" in channel.slack.whispers[-1].text) == ([], True)
    channel.press(DECLINE, JONAS, reason="It was worn")
    assert channel.votes() == [("declined", "slack")]
    assert "It was worn" in channel.message.words()


def test_a_new_version_changes_the_message_and_old_buttons_decide_nothing(channel, shop):
    people = [f"user:{who.email}" for who in (shop.jonas, shop.lena)]
    request_id = shop.ask(rule=ApprovalRule([ApprovalStage([ApprovalPart(people)])], changes="wait"))
    stale = channel.slack.press(channel.message, APPROVE, JONAS)
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        seen = shown(shop.database, shop.tenant, request_id)
        service.revise(uow, request_id, Edits(facts=[*FACTS, ("Receipt", "R-1")]), shown=seen)
    assert "R-1" in channel.message.words()
    channel.deliver(stale)
    assert (channel.votes(), "has changed since" in channel.slack.whispers[-1].text) == ([], True)
    channel.decide(shop.lena, request_id, Outcome.CHANGES_REQUESTED, reason="No photo")
    assert "a new version is awaited" in channel.message.words()
    assert set(channel.message.actions()) == {OPEN}


def test_several_who_have_to_agree_are_shown_as_they_do(channel, shop):
    people = [f"user:{who.email}" for who in (shop.jonas, shop.lena)]
    shop.ask(rule=ApprovalRule([ApprovalStage([ApprovalPart(people, "all")])]))
    channel.press(APPROVE, JONAS)
    assert "Agreed so far: Jonas Weber." in channel.message.words()
    assert f"<@{JONAS}>" not in channel.message.words()
    assert channel.slack.whispers[-1].text.endswith("Others are still asked.")
    channel.press(APPROVE, LENA)
    assert (len(shop.heard.ends), "Lena Vogt approved it." in channel.message.words()) == (1, True)


def test_an_escalation_changes_the_message_and_whoever_is_asked_now_decides_by_it(channel, shop):
    plan = ApprovalEscalation([level(shop.lena, replaces=True)])
    request_id = shop.ask(shop.jonas, escalation=plan)
    assert f"<@{JONAS}>" in channel.message.words()
    escalate(shop.database, shop.tenant, request_id)
    words = channel.message.words()
    assert "Escalated: Jonas Weber had not answered." in words
    assert (f"<@{LENA}>" in words, f"<@{JONAS}>" in words) == (True, False)
    channel.press(APPROVE, JONAS)
    assert "others were asked instead of you" in channel.slack.whispers[-1].text
    channel.press(APPROVE, LENA)
    assert channel.votes() == [("approved", "slack")]


def test_whoever_is_asked_takes_it_on_and_the_message_says_until_when(channel, shop):
    request_id = shop.ask(shop.jonas, escalation=ApprovalEscalation([level(shop.lena)]))
    assert set(channel.message.actions()) == {APPROVE, DECLINE, OPEN, TAKE_ON}
    channel.press(TAKE_ON, LENA)
    assert "There is no such approval here." in channel.slack.whispers[-1].text
    assert "is on it" not in channel.message.words()
    channel.press(TAKE_ON, JONAS)
    assert "You are on it: nobody else is asked before <!date^" in channel.slack.whispers[-1].text
    assert "Jonas Weber is on it: nobody else is asked before <!date^" in channel.message.words()
    assert set(channel.message.actions()) == {APPROVE, DECLINE, OPEN}
    escalate(shop.database, shop.tenant, request_id)
    assert "is on it" not in channel.message.words()
    assert channel.votes() == []


def test_what_waits_its_turn_says_so_and_offers_no_button_until_then(channel, shop):
    first = shop.ask(lock="Price of TR-7")
    shop.run_jobs()
    shop.ask(lock="Price of TR-7", title="Another price")
    assert "Nobody is asked until that has ended." in channel.message.words()
    assert set(channel.message.actions()) == {OPEN}
    channel.decide(shop.lena, first)
    assert set(channel.message.actions()) == {APPROVE, DECLINE, OPEN}
    assert "until that has ended" not in channel.message.words()


@pytest.mark.parametrize("more", [{"facts": [("Story", "x" * 2_500)]}, {"instructions": "y" * 3_500}])
def test_what_does_not_fit_is_reviewed_in_studio(channel, shop, more):
    shop.ask(**more)
    assert set(channel.message.actions()) == {OPEN}
    assert channel.message.actions()[OPEN]["text"]["text"] == "Review in Studio"


def test_answers_of_its_own_are_given_in_studio(channel, shop):
    voucher = {"key": "voucher", "label": "Voucher", "counts": "as_itself", "style": "plain", "fields": []}
    shop.ask(options=[voucher])
    assert set(channel.message.actions()) == {OPEN}


def test_nobody_decides_whose_account_is_not_shown_to_be_theirs(channel, shop):
    shop.ask()
    channel.press(APPROVE, "U0NOBODY")
    assert channel.votes() == []
    assert "/profile/slack" in channel.slack.whispers[-1].text


def test_every_bar_holds_for_a_press(channel, shop):
    anna = make_person(shop.database, shop.tenant.id, Role.APPROVER, "Anna")
    make_slack_member(shop.app, shop.tenant, anna, "U0ANNA01")
    shop.ask(shop.lena, requester=shop.jonas.email)
    channel.press(APPROVE, JONAS)
    assert "You asked for this yourself" in channel.slack.whispers[-1].text
    channel.press(APPROVE, "U0ANNA01")
    assert "There is no such approval here" in channel.slack.whispers[-1].text
    assert channel.votes() == []


def test_a_press_that_is_not_signed_or_old_or_from_elsewhere_is_refused(channel, shop, everything):
    shop.ask()
    message, now = channel.message, int(time.time())
    before = everything()
    forged = [
        channel.slack.press(message, APPROVE, JONAS, signing="another secret"),
        channel.slack.press(message, APPROVE, JONAS, at=now - 400),
        channel.slack.press(message, APPROVE, JONAS, at=now + 400),
        channel.slack.press(message, APPROVE, JONAS, team="T0OTHERS"),
        {**channel.slack.press(message, APPROVE, JONAS), "headers": {}},
        {**channel.slack.press(message, APPROVE, JONAS), "data": b"payload=%7B%7D"},
    ]
    assert [channel.deliver(one) for one in forged] == [401] * 6
    assert [channel.deliver(signed(body)) for body in (b"payload=x", b"\xff", b"payload=[]", b"")] == [422] * 4
    assert channel.deliver(signed(urlencode({"payload": json.dumps({"type": "view_closed"})}).encode())) == 200
    assert everything() == before


def test_a_button_in_another_message_than_studios_own_decides_nothing(channel, shop):
    shop.ask()
    message = channel.message
    message.ts, kept = "1700000000.999999", message.ts
    channel.press(APPROVE, JONAS)
    message.ts = kept
    assert (channel.votes(), channel.slack.whispers[-1].text) == ([], "This message is not Studio's own.")


def test_an_answer_is_sent_nowhere_but_to_slack(channel, shop):
    shop.ask()
    sent = channel.slack.press(channel.message, APPROVE, JONAS)
    elsewhere = sent["data"].replace(urlencode({"": channel.slack.url})[1:].encode(), b"http%3A%2F%2F127.0.0.1%3A1")
    assert elsewhere != sent["data"]
    assert channel.deliver(signed(elsewhere, signing=SIGNING)) == 200
    assert (channel.votes(), channel.slack.whispers) == ([("approved", "slack")], [])
    assert channel.jobs("approval.slack_whisper") == []


def test_steps_and_the_workspace_say_what_is_posted(channel, shop):
    shop.ask(slack=False)
    make_slack_channel(shop.app, shop.tenant, every=False)
    shop.ask()
    shop.run_jobs()
    assert channel.slack.messages == []
    shop.ask(slack=True, title="Posted nonetheless")
    assert "Posted nonetheless" in channel.message.words()


def test_without_a_channel_nothing_is_left_to_do(bare, shop):
    shop.ask(slack=True)
    assert bare.jobs(TOPIC) == []


def test_slack_says_when_to_come_again(channel, shop):
    channel.slack.answer(429, headers={"Retry-After": "90"}, body=b"")
    shop.ask()
    shop.run_jobs()
    (job,) = channel.jobs(TOPIC)
    assert (job.state, channel.slack.messages) == ("queued", [])
    wait = job.due_at - clock.local_now()
    assert timedelta(seconds=80) < wait < timedelta(seconds=95)
    clock.shift(timedelta(seconds=95))
    assert TITLE in channel.message.words()
    assert len(channel.slack.messages) == 1


def test_a_refusal_is_told_to_admins_once_and_the_next_success_clears_it(channel, shop):
    channel.slack.answer(200, times=2, body=b'{"ok": false, "error": "is_archived"}')
    first, second = shop.ask(), shop.ask(title="Second thing")
    shop.run_jobs()
    assert [job.state for job in channel.jobs(TOPIC)] == ["failed", "failed"]
    assert "is_archived" in channel.row().last_error
    told = [mail for mail in shop.mailer.sent.values() if mail.subject == "Slack does not take approvals"]
    assert sorted(mail.to[0] for mail in told) == sorted(shop.tenant[role].email for role in ("owner", "admin"))
    shop.ask(title="Third thing")
    assert "Third thing" in channel.message.words()
    assert channel.row().last_error is None
    channel.decide(shop.jonas, first)
    channel.decide(shop.jonas, second)
    assert len(channel.slack.messages) == 1  # what ended before it got there is not posted any more


def test_a_message_that_was_deleted_in_slack_is_left_alone(channel, shop):
    request_id = shop.ask()
    assert channel.message
    channel.slack.messages.clear()
    channel.decide(shop.jonas, request_id)
    shop.run_jobs()
    assert (channel.told().lost, channel.row().last_error) == (True, None)


def test_a_webhooks_message_is_changed_by_the_press(bare, shop):
    make_slack_channel(
        shop.app, shop.tenant, mode="webhook", token="", channel="", webhook=f"{bare.slack.url}{WEBHOOK}"
    )
    bare.connect()
    request_id = shop.ask()
    assert bare.told() is None
    message = bare.message
    bare.decide(shop.lena, request_id, reason="")
    shop.run_jobs()
    assert message.edits == 0
    assert bare.press(APPROVE, JONAS) == 200
    assert "Lena Vogt approved this" in bare.slack.whispers[-1].text
    assert "Lena Vogt approved it." in message.words()
