"""Alerts in the workspace's Slack channel: posted where a rule says so, followed, answered; a strict server."""

from datetime import timedelta

import pytest

from studio.approvals.slack.channels import Channels
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.pressing import Pressing
from studio.approvals.slack.wire import Slack as Wire
from studio.core import clock
from studio.core.http import HttpClient
from studio.core.limits import limiter
from studio.oversight.alerts import verbs
from studio.oversight.alerts.slack import BUTTONS, ON_IT, AlertsInSlack
from tests.factories.slack import make_slack_channel, make_slack_member
from tests.factories.workflows import make_workflow, refunds
from tests.servers.http_target import http_target
from tests.servers.slack import WEBHOOK, Slack

TOM, NORA = "U0TOM001", "U0NORA01"


@pytest.fixture
def slack(night):
    """A bot's channel; the builder and an approver have connected their accounts."""
    limiter.enabled = False
    with http_target(Slack) as server:
        inner = (f"127.0.0.1:{server.port}",)
        channels = Channels(night.app.extensions["studio_keyring"], inner)
        posting = Posting(
            night.database, Wire(HttpClient(inner), server.api), channels, night.mailer, "http://x.example"
        )
        posting.register()
        AlertsInSlack(posting).register()
        night.app.extensions["studio_slack"] = Pressing(posting, BUTTONS)
        make_slack_channel(night.app, night.tenant)
        for role, member in (("builder", TOM), ("approver", NORA)):
            make_slack_member(night.app, night.tenant, night.tenant[role], member)
        yield server
    limiter.enabled = True


def press(night, slack, member, **more):
    sent = slack.press(slack.messages[-1], ON_IT, member, **more)
    assert night.app.test_client().post(f"/slack/{night.tenant.id}/actions", **sent).status_code == 200
    night.later(seconds=1)


def test_one_message_follows_the_alert_and_its_button_says_who_is_on_it(night, slack):
    night.rule({"whom": ["owner"], "slack": True})
    for _ in range(2):
        night.run()
        night.later(seconds=15)
    [message] = slack.messages
    assert "High-value refunds failed" in message.words()
    assert "erp.example.com had an error of its own" in message.words()
    assert "Nobody is on it yet." in message.words()
    press(night, slack, NORA)
    assert slack.whispers[-1].text == "Your seat does not answer alerts."
    assert night.alert().state == "open"
    press(night, slack, TOM)
    row = night.alert()
    assert (row.state, row.acknowledged_by) == ("acknowledged", night.tenant["builder"].user_id)
    assert "is on it. Nobody else is told." in message.words()
    assert set(message.actions()) == {"studio.open"}
    night.run("succeeded")
    night.later(minutes=6)
    assert "It works again." in message.words()
    assert len(slack.messages) == 1


def test_only_rules_that_say_so_post_and_quiet_hours_hold_back(night, slack):
    night.run()
    night.later(seconds=15)
    assert slack.messages == []
    assert len(night.sent()) == 1
    other = make_workflow(night.app, night.tenant, refunds(name="Stock"), published=True)
    hour = (clock.local_now() + timedelta(hours=1)).strftime("%H:%M")
    start = (clock.local_now() - timedelta(hours=1)).strftime("%H:%M")
    night.rule({"whom": ["owner"], "slack": True, "quiet": {"zone": "UTC", "from": start, "until": hour}})
    night.run(workflow_id=other)
    night.later(seconds=15)
    assert slack.messages == []
    night.later(hours=1)
    assert ["Stock failed" in one.words() for one in slack.messages] == [True]


def test_a_webhook_that_cannot_change_its_message_posts_what_became_of_it(night, slack):
    make_slack_channel(night.app, night.tenant, mode="webhook", channel="", token="", webhook=f"{slack.url}{WEBHOOK}")
    night.rule({"whom": ["owner"], "slack": True})
    night.run()
    night.later(seconds=15)
    with night.unit(night.tenant["builder"]) as uow:
        verbs.resolve(uow, night.alert().id)
    night.later(seconds=1)
    assert len(slack.messages) == 2
    assert "said that it is over." in slack.messages[-1].words()


def test_what_slack_refuses_is_mailed_all_the_same_and_stands_in_the_settings(night, slack):
    make_slack_channel(night.app, night.tenant, channel="#gone")
    night.rule({"whom": ["owner"], "slack": True})
    night.run()
    night.later(seconds=15)
    subjects = {subject for _to, subject in night.sent()}
    assert subjects == {"High-value refunds failed", "Slack does not take approvals"}
    with night.unit() as uow:
        channels = night.app.extensions["studio_slack"].posting.channels
        assert "channel_not_found" in channels.current(uow).last_error
    make_slack_channel(night.app, night.tenant)
    with night.unit(night.tenant["builder"]) as uow:
        verbs.acknowledge(uow, night.alert().id)
    night.later(seconds=1)
    assert ["is on it" in one.words() for one in slack.messages] == [True], "posted with what happened next"
