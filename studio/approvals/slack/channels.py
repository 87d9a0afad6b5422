"""Where a workspace posts its approvals: set up, changed, taken away. Secrets go in and never come out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import select, update

from studio import audit
from studio.approvals.models import Request, SlackChannel
from studio.approvals.slack.wire import Target
from studio.core import ids
from studio.core.crypto import Keyring, Secret
from studio.core.errors import InvalidInput, NotFound
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork

BOT, WEBHOOK = "bot", "webhook"
_CHANNEL = re.compile(r"#?[\w.-]{1,79}\Z")
_TOKEN = re.compile(r"xox[a-z]-[\x21-\x7e]{8,290}\Z")
_SIGNING = re.compile(r"[\x21-\x7e]{8,200}\Z")
_TEAM = re.compile(r"/services/(T[A-Z0-9]{2,30})/")
_LONGEST = 2_000
_SECRETS = {BOT: "token", WEBHOOK: "webhook"}
"""What the address or token is called in the form, by the way."""


@dataclass(frozen=True, slots=True)
class Save:
    """A channel as it shall be. Empty secrets keep what is stored."""

    mode: str
    channel: str
    token: str
    webhook: str
    signing: str
    every: bool


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of all workspaces, with the keys that open them."""

    keyring: Keyring
    allowed_hosts: tuple[str, ...] = ()
    """Inner hosts that may be called, and without TLS."""

    def current(self, uow: UnitOfWork) -> SlackChannel | None:
        """The workspace's own."""
        return uow.session.scalars(select(SlackChannel)).one_or_none()

    def save(self, uow: UnitOfWork, save: Save) -> SlackChannel:
        """Set it up or change it. Raises InvalidInput with the field: what is not right is never sent anywhere."""
        row = self.current(uow)
        before = _facts(row)
        secret = self._secret(row, save)
        if save.mode == BOT and not _CHANNEL.match(save.channel):
            raise InvalidInput(_("Write a channel's name or id, such as #approvals."), field="channel")
        if save.signing and not _SIGNING.match(save.signing):
            raise InvalidInput(_("A signing secret has at least eight characters."), field="signing", code="bad_secret")
        if row is None:
            if not save.signing:
                said = _("Paste the signing secret: without it nobody knows who pressed a button.")
                raise InvalidInput(said, field="signing", code="signing_missing")
            row = SlackChannel(id=ids.new_id(), workspace_id=uow.workspace, target_sealed=b"", signing_sealed=b"",
                               host="")  # fmt: skip
        if secret:
            row.target_sealed = self.keyring.seal(secret.encode(), context=context_of(row, "target_sealed"))
            row.host = urlsplit(save.webhook).hostname or "" if save.mode == WEBHOOK else ""
            found = _TEAM.search(save.webhook) if save.mode == WEBHOOK else None
            row.team_id = found[1] if found else None
        if save.signing:
            row.signing_sealed = self.keyring.seal(save.signing.encode(), context=context_of(row, "signing_sealed"))
        row.mode, row.every, row.updated_at = save.mode, save.every, uow.now
        row.channel = save.channel if save.mode == BOT else ""
        row.last_error = row.failed_at = None
        uow.session.add(row)  # not before it is whole: whatever asks the database in between would write it
        uow.session.flush()
        now = _facts(row)
        changes = [
            *audit.changes_between(before, now),
            *(audit.Change(name, redacted=True) for name, given in (
                (_SECRETS[row.mode], secret), ("signing", save.signing)) if given),
        ]  # fmt: skip
        _record(uow, "slack.channel_set", changes, channel=row.channel or row.host, mode=row.mode, every=row.every,
                secrets_replaced=bool(secret or save.signing), changed=before != now)  # fmt: skip
        return row

    def remove(self, uow: UnitOfWork) -> None:
        """Post nothing any more, and forget the secrets. Messages in Slack stay as they are."""
        row = self.current(uow)
        if row is None:
            raise NotFound(_("Slack is not set up here."), code="not_set_up")
        uow.session.delete(row)
        uow.session.execute(
            update(Request).where(Request.in_slack.is_(True), Request.closed_at.is_(None)).values(in_slack=False)
        )
        _record(uow, "slack.channel_removed", channel=row.channel or row.host)

    def target(self, row: SlackChannel) -> Target:
        """Where messages go, with the secret that lets them in."""
        secret = self.keyring.unseal(row.target_sealed, context=context_of(row, "target_sealed"))
        return Target(row.mode, row.channel, Secret(secret.decode()))

    def signing(self, row: SlackChannel) -> Secret:
        """What presses are signed with."""
        return Secret(self.keyring.unseal(row.signing_sealed, context=context_of(row, "signing_sealed")).decode())

    def _secret(self, row: SlackChannel | None, save: Save) -> str:
        """What is to be stored anew; empty: what is stored stays."""
        if save.mode not in (BOT, WEBHOOK):
            raise InvalidInput(_("That is not one of the choices."), field="mode")
        kept = row is not None and row.mode == save.mode
        if save.mode == BOT:
            if save.token and not _TOKEN.match(save.token):
                raise InvalidInput(_("A bot's token begins with xoxb-."), field="token", code="bad_token")
            if not (save.token or kept):
                raise InvalidInput(_("Paste the bot's token."), field="token", code="token_missing")
            return save.token
        if save.webhook:
            self._check_address(save.webhook)
        elif not kept:
            raise InvalidInput(_("Paste the webhook's address."), field="webhook", code="webhook_missing")
        return save.webhook

    def _check_address(self, url: str) -> None:
        """Its form alone: where it leads is checked whenever it is called."""
        try:
            parts = urlsplit(url)
            fits = bool(parts.hostname) and "@" not in parts.netloc
            fits = fits and (parts.scheme == "https" or parts.netloc in self.allowed_hosts)
        except ValueError:
            fits = False
        if not fits or len(url) > _LONGEST or any(letter in url for letter in " \\\t\r\n"):
            said = _("Paste the whole address, such as https://hooks.slack.com/services/….")
            raise InvalidInput(said, field="webhook", code="bad_address")


def learn_team(uow: UnitOfWork, team_id: str) -> None:
    """Remember from which Slack workspace presses have to come, where that is not known yet."""
    known = update(SlackChannel).where(SlackChannel.team_id.is_(None))
    uow.session.execute(known.values(team_id=team_id).execution_options(synchronize_session=False))


def _facts(row: SlackChannel | None) -> dict[str, object]:
    """What is no secret; empty: it is not set up."""
    if row is None:
        return {}
    return {"mode": row.mode, "channel": row.channel or row.host, "every": row.every}


def _record(uow: UnitOfWork, action: str, changes: Sequence[audit.Change] = (), **metadata: object) -> None:
    target = audit.Target("slack_channel", str(uow.workspace), "Slack")
    audit.record(uow, action, targets=[target], changes=changes, metadata=metadata)
