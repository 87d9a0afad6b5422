"""A workspace's channel in Slack, and people's accounts, as the pages make them."""

from flask import Flask

from studio.approvals.models import SlackMember
from studio.approvals.slack import members
from studio.approvals.slack.channels import Channels, Save
from studio.core import ids
from tests.factories.accounts import MadePerson, MadeTenant
from tests.servers.slack import SIGNING, TEAM, TOKEN


def make_slack_channel(app: Flask, tenant: MadeTenant, **changed) -> None:
    """Post by a bot, unless said otherwise."""
    channels: Channels = app.extensions["studio_slack"].posting.channels
    plain = {"mode": "bot", "channel": "#approvals", "token": TOKEN, "webhook": "", "signing": SIGNING, "every": True}
    with app.extensions["studio_database"].unit(tenant.id, tenant["admin"].actor) as uow:
        channels.save(uow, Save(**plain | changed)).team_id = TEAM


def make_slack_member(app: Flask, tenant: MadeTenant, person: MadePerson, member_id: str = "U0JONAS1") -> SlackMember:
    """Somebody's account, shown to be theirs."""
    with app.extensions["studio_database"].unit(tenant.id, person.actor) as uow:
        found = members.own(uow, person.user_id)
        if found is not None:
            return found
        row = SlackMember(id=ids.new_id(), user_id=person.user_id, member_id=member_id, team_id=TEAM,
                          wrong_codes=0, verified_at=uow.now, created_at=uow.now)  # fmt: skip
        uow.session.add(row)
        return row
