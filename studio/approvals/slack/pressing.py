"""A press of a button in Slack: whose it is, what it does, and what whoever pressed is told.

The signature shows that it comes from Slack, the account whose press it is; what may be decided is judged by the one
service that judges every channel.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.approvals import service as approvals
from studio.approvals.models import Request, SlackMessage
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.people import Person
from studio.approvals.service import acknowledging
from studio.approvals.slack import blocks, channels, members, posting, press
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.press import Press
from studio.core import ids
from studio.core.actor import Actor, ActorType, Origin
from studio.core.errors import StudioError
from studio.core.i18n import gettext
from studio.core.signatures import SignatureError, verify
from studio.core.unit_of_work import UnitOfWork

_OUTCOMES = {blocks.APPROVE: Outcome.APPROVED, blocks.DECLINE: Outcome.DECLINED}


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that is believed."""

    press: Press
    name: str
    """SHA-256 of what came: the same for a repeated delivery."""
    answerable: bool
    """Its `response_url` leads to where Slack's do."""
    by_webhook: bool


@dataclass(frozen=True, slots=True)
class Pressing:
    """Takes presses of one installation."""

    posting: Posting
    others: Mapping[str, Callable[[UnitOfWork, Person, Press], str]] = field(default_factory=dict)
    """Buttons of messages that are no approval's: what a press does, in the name of whose account it is. It returns
    what they are told, or raises StudioError."""

    def take(self, workspace_id: UUID, headers: Mapping[str, str], body: bytes, origin: Origin) -> None:
        """Do what was pressed. Raises SignatureError, or NoPress where it is none; a refusal is told in Slack."""
        found = self._believed(workspace_id, headers, body)
        if found is None or found.press.action == blocks.OPEN:
            return
        if found.press.action == blocks.REVEAL:
            self._reveal(workspace_id, found)
        elif found.press.action in (*_OUTCOMES, blocks.TAKE_ON):
            self._do(workspace_id, found, origin)
        elif found.press.action in self.others:
            self._other(workspace_id, found, origin)

    def _believed(self, workspace_id: UUID, headers: Mapping[str, str], body: bytes) -> Pressed | None:
        with self.posting.database.unit(workspace_id) as uow:
            channel = self.posting.channels.current(uow)
            if channel is None:
                raise SignatureError(gettext("No secret is set for this signature."), code="signature.no_secret")
            verify("slack", headers, body, [self.posting.channels.signing(channel).reveal()], now=uow.now)
            found = press.read(body)
            if found is None:
                return None
            target = self.posting.channels.target(channel)
            if channel.team_id is not None and channel.team_id != found.team_id:
                raise SignatureError(gettext("This comes from another Slack workspace."), code="signature.team")
            answerable = self.posting.slack.answers_to(found.response_url, target)
            name = hashlib.sha256(body).hexdigest()
            return Pressed(found, name, answerable, target.mode == channels.WEBHOOK)

    def _reveal(self, workspace_id: UUID, found: Pressed) -> None:
        with self.posting.database.unit(workspace_id) as uow:
            row_id = ids.parse_id(found.press.value)
            digits = members.reveal(uow, row_id, found.press.member_id, found.press.team_id)
            text = _("Type %(digits)s on your profile in Studio. It is good for 15 minutes.", digits=digits)
            _answer(uow, found, text if digits else _("This is not your account, or it is connected already."))

    def _do(self, workspace_id: UUID, found: Pressed, origin: Origin) -> None:
        where = press.target(found.press.value)
        with self.posting.database.unit(workspace_id) as uow:
            person = members.person_behind(uow, found.press.member_id, found.press.team_id)
            if person is None or where is None or not _own_message(uow, found, where[0]):
                _answer(uow, found, self._unknown() if person is None else _("This message is not Studio's own."))
                return
        try:
            with self.posting.database.unit(workspace_id, _actor(person, origin)) as uow:
                taken = found.press.action == blocks.TAKE_ON
                text = _taken_on(uow, where[0]) if taken else _decided(uow, found, *where)
                _answer(uow, found, text)
                _show(uow, found, where[0])
        except StudioError as error:
            with self.posting.database.unit(workspace_id) as uow:
                _answer(uow, found, error.message)
                _show(uow, found, where[0])

    def _other(self, workspace_id: UUID, found: Pressed, origin: Origin) -> None:
        with self.posting.database.unit(workspace_id) as uow:
            person = members.person_behind(uow, found.press.member_id, found.press.team_id)
            if person is None:
                _answer(uow, found, self._unknown())
                return
        try:
            with self.posting.database.unit(workspace_id, _actor(person, origin)) as uow:
                _answer(uow, found, self.others[found.press.action](uow, person, found.press))
        except StudioError as error:
            with self.posting.database.unit(workspace_id) as uow:
                _answer(uow, found, error.message)

    def _unknown(self) -> str:
        where = f"{self.posting.public_url}/profile/slack"
        return str(_("Studio does not know whose account this is. Connect it first: %(where)s", where=where))


def _decided(uow: UnitOfWork, found: Pressed, request_id: UUID, shown: str) -> str:
    outcome = _OUTCOMES[found.press.action]
    approvals.decide(uow, request_id, outcome, shown=shown, reason=found.press.reason, channel=Channel.SLACK)
    request = uow.session.get_one(Request, request_id)
    done = _("Approved: %(title)s") if outcome is Outcome.APPROVED else _("Declined: %(title)s")
    said = blocks.escaped(done % {"title": request.title})
    return f"{said}. {_('Others are still asked.')}" if request.open else said


def _taken_on(uow: UnitOfWork, request_id: UUID) -> str:
    row = acknowledging.acknowledge(uow, request_id)
    until = blocks.moment(row.next_at or uow.now)
    return str(_("You are on it: nobody else is asked before %(until)s.", until=until))


def _own_message(uow: UnitOfWork, found: Pressed, request_id: UUID) -> bool:
    """Whether the button stands in the message that was posted about this very request, where that can be known."""
    known = uow.session.execute(
        select(SlackMessage.ts, SlackMessage.channel).where(SlackMessage.request_id == request_id)
    ).one_or_none()
    if known is None:
        return False
    return known.ts is None or (known.ts, known.channel) == (found.press.ts, found.press.channel)


def _actor(person: Person, origin: Origin) -> Actor:
    """Whatever seat the person has: who comes by Slack acts as an approver, no more."""
    return Actor(ActorType.APPROVER, str(person.id), person.name, person.id, Role.APPROVER, origin=origin)


def _answer(uow: UnitOfWork, found: Pressed, text: str) -> None:
    if found.answerable:
        posting.answer(uow, found.name, found.press.response_url, text)


def _show(uow: UnitOfWork, found: Pressed, request_id: UUID) -> None:
    """A bot changes its message by itself; that of a webhook is changed by the address that came with the press."""
    if found.answerable and found.by_webhook:
        posting.refresh(uow, found.name, found.press.response_url, request_id)
