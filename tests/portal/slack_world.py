"""A shop with a channel in Slack: the strict server of the tests beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from studio.approvals.models import SlackChannel, SlackMessage, Vote
from studio.approvals.slack.channels import Channels
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.pressing import Pressing
from studio.approvals.slack.wire import Slack as Wire
from studio.core.http import HttpClient
from studio.core.models import OutboxRow
from tests.factories.approvals import decide
from tests.factories.slack import make_slack_channel, make_slack_member
from tests.servers.http_target import http_target
from tests.servers.slack import Posted, Slack

if TYPE_CHECKING:
    from tests.portal.conftest import Shop

JONAS, LENA = "U0JONAS1", "U0LENA01"


@dataclass
class Channel:
    """The shop, the server, and what the tests do with both."""

    shop: "Shop"
    slack: Slack

    @property
    def message(self) -> Posted:
        self.shop.run_jobs()
        return self.slack.messages[-1]

    def press(self, action: str, member: str, **more: Any) -> int:
        """Press a button of the newest message; returns the status of the answer to Slack."""
        return self.deliver(self.slack.press(self.message, action, member, **more))

    def deliver(self, sent: dict[str, Any]) -> int:
        answer = self.shop.app.test_client().post(f"/slack/{self.shop.tenant.id}/actions", **sent)
        self.shop.run_jobs()
        return answer.status_code

    def connect(self) -> None:
        """Whose account is whose."""
        for person, member in ((self.shop.jonas, JONAS), (self.shop.lena, LENA)):
            make_slack_member(self.shop.app, self.shop.tenant, person, member)

    def votes(self) -> list[tuple[str, str]]:
        with self.shop.database.unit(self.shop.tenant.id) as uow:
            return [(vote.outcome, vote.channel) for vote in uow.session.scalars(select(Vote).order_by(Vote.id))]

    def row(self) -> SlackChannel:
        with self.shop.database.unit(self.shop.tenant.id) as uow:
            return uow.session.scalars(select(SlackChannel)).one()

    def told(self) -> SlackMessage | None:
        with self.shop.database.unit(self.shop.tenant.id) as uow:
            return uow.session.scalars(select(SlackMessage)).one_or_none()

    def jobs(self, topic: str) -> list[OutboxRow]:
        with self.shop.database.unit(self.shop.tenant.id) as uow:
            return list(uow.session.scalars(select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id)))

    def decide(self, person: Any, request_id: UUID, *args: Any, **more: Any) -> None:
        decide(self.shop.database, self.shop.tenant, person, request_id, *args, **more)


@pytest.fixture
def bare(shop: "Shop") -> Iterator[Channel]:
    """Nothing is set up yet."""
    with http_target(Slack) as slack:
        inner = (f"127.0.0.1:{slack.port}",)
        wire = Wire(HttpClient(inner), slack.api)
        channels = Channels(shop.app.extensions["studio_keyring"], inner)
        posting = Posting(shop.database, wire, channels, shop.mailer, "http://localhost:8000")
        posting.register()
        shop.app.extensions["studio_slack"] = Pressing(posting)
        yield Channel(shop, slack)


@pytest.fixture
def channel(bare: Channel) -> Channel:
    """A bot that posts every approval; Jonas and Lena have connected their accounts."""
    make_slack_channel(bare.shop.app, bare.shop.tenant)
    bare.connect()
    return bare
