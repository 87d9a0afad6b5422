"""Bringing messages in line with their requests: outside of every transaction, at least once, from a row of the outbox.

A message is posted when its request opens, and changed whenever that has changed. Two jobs at once may overtake one
another, so whoever has sent looks again afterwards: the last one to look finds nothing to do.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import letters, people, trail
from studio.approvals.models import Request, SlackChannel, SlackMember, SlackMessage
from studio.approvals.slack import blocks, channels, members, views, words
from studio.approvals.slack.answers import Fate, Verdict
from studio.approvals.slack.blocks import Message
from studio.approvals.slack.channels import Channels
from studio.approvals.slack.wire import Slack, Target
from studio.contract.ports import Mailer
from studio.core import ids, outbox
from studio.core.claims import Job
from studio.core.speaking import speaking
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

WHISPER, REPLACE = "approval.slack_whisper", "approval.slack_replace"
ANSWER_ATTEMPTS = 5
"""Of an answer to a press: the address that came with it is good for half an hour."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be sent, read before the call."""

    target: Target
    message: Message
    rendered: str
    ts: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class Posting:
    """Sends what is to be sent to Slack."""

    database: Database
    slack: Slack
    channels: Channels
    mailer: Mailer
    public_url: str

    def register(self) -> None:
        """Take over these topics; called at the start of every process."""
        outbox.register_outside(trail.SLACK, self.follow)
        outbox.register_outside(members.CODE, self.code)
        outbox.register_outside(WHISPER, self.whisper)
        outbox.register_outside(REPLACE, self.replace)

    def follow(self, job: Job) -> None:
        """Post the message about a request, or change it; nothing where it is in line already."""
        request_id = UUID(job.payload["request_id"])
        with self.database.unit(job.workspace_id) as uow:
            plan = self._plan(uow, request_id, job.key)
        if plan is None:
            return
        if plan.ts is not None and plan.channel is not None:
            verdict = self.slack.update(plan.target, plan.channel, plan.ts, plan.message)
        else:
            verdict = self.slack.post(plan.target, plan.message)
        if verdict.fate is Fate.GONE:
            with self.database.unit(job.workspace_id) as uow:
                _message(uow, request_id).lost = True
            log.warning("slack_message_lost", request_id=str(request_id), code=verdict.code)
            return
        self._check(job, verdict)
        with self.database.unit(job.workspace_id) as uow:
            self._sent(uow, request_id, plan, verdict)

    def code(self, job: Job) -> None:
        """Send somebody the code for their account: to that account by a bot, by a button with a webhook."""
        with self.database.unit(job.workspace_id) as uow:
            channel = self.channels.current(uow)
            row = uow.session.get(SlackMember, UUID(job.payload["row_id"]))
            if channel is None or row is None or row.verified_at is not None:
                return
            target, known = self.channels.target(channel), channel.team_id
        if target.mode == channels.BOT and known is None:
            self._learn(job, target)
        with self.database.unit(job.workspace_id) as uow:
            message, to = _code_message(uow, UUID(job.payload["row_id"]), target)
        self._check(job, self.slack.post(target, message, to=to), for_person=True)

    def whisper(self, job: Job) -> None:
        """Tell whoever pressed what became of it."""
        self._respond(job, lambda url: self.slack.whisper(url, job.payload["text"]))

    def replace(self, job: Job) -> None:
        """Bring the pressed message in line: that of a webhook can be changed no other way."""
        with self.database.unit(job.workspace_id) as uow:
            request = uow.session.get(Request, UUID(job.payload["request_id"]))
            message = blocks.message(views.of(uow, request, self.public_url)) if request is not None else None
        if message is not None:
            self._respond(job, lambda url: self.slack.replace(url, message))

    def test(self, workspace_id: UUID) -> tuple[bool, str]:
        """Post a message now. Returns whether it got there, and what Slack answered in words."""
        with self.database.unit(workspace_id) as uow:
            channel = self.channels.current(uow)
            if channel is None:
                return False, _("Slack is not set up here.")
            target, name = self.channels.target(channel), people.workspace_name(uow)
        verdict = self.slack.who(target) if target.mode == channels.BOT else Verdict(Fate.SENT)
        team_id = verdict.team_id
        if verdict.fate is Fate.SENT:
            said = _("Approvals of %(name)s are posted here. This is a test; nothing is to be decided.", name=name)
            verdict = self.slack.post(target, blocks.note(said))
        with self.database.unit(workspace_id) as uow:
            if team_id:
                channels.learn_team(uow, team_id)
            self.note(uow, verdict)
        return verdict.fate is Fate.SENT, words.said(verdict) if verdict.fate is not Fate.SENT else ""

    def _plan(self, uow: UnitOfWork, request_id: UUID, key: str) -> _Plan | None:
        request, channel = uow.session.get(Request, request_id), self.channels.current(uow)
        if request is None or channel is None or not request.in_slack:
            return None
        row = uow.session.scalars(select(SlackMessage).where(SlackMessage.request_id == request_id)).one_or_none()
        message = blocks.message(views.of(uow, request, self.public_url))
        plan = _Plan(self.channels.target(channel), message, _hash(message), row.ts if row else None,
                     row.channel if row else None)  # fmt: skip
        if row is None:
            if not request.open:
                return None
            uow.session.add(SlackMessage(id=ids.new_id(), request_id=request_id, claim=key, lost=False))
            return plan
        if row.posted_at is None:
            return plan if row.claim == key else None
        return None if row.lost or row.ts is None or row.rendered == plan.rendered else plan

    def _sent(self, uow: UnitOfWork, request_id: UUID, plan: _Plan, verdict: Verdict) -> None:
        self.note(uow, verdict)
        request, row = uow.session.get(Request, request_id), _message(uow, request_id)
        if plan.ts is None:
            row.posted_at, row.ts, row.channel = uow.now, verdict.ts, verdict.channel
        row.rendered = plan.rendered
        if request is not None and row.ts is not None:
            now = _hash(blocks.message(views.of(uow, request, self.public_url)))
            if now != plan.rendered:
                trail.follow_in_slack(uow, request.id)

    def _check(self, job: Job, verdict: Verdict, *, for_person: bool = False) -> None:
        """Raise what the outbox makes of it; with the last attempt, those who can mend it are told.

        `for_person`: it is about whoever waits for a code, who may have mistyped their id: they are told alone.
        """
        if verdict.fate is Fate.SENT:
            return
        final = verdict.fate is not Fate.AGAIN or job.attempts >= job.max_attempts
        if final:
            with self.database.unit(job.workspace_id) as uow:
                if for_person:
                    uow.session.get_one(SlackMember, UUID(job.payload["row_id"])).problem = words.said(verdict)
                else:
                    self.note(uow, verdict)
                if job.topic == trail.SLACK:
                    _forget_unposted(uow, UUID(job.payload["request_id"]))
            raise outbox.GiveUp(verdict.code)
        raise outbox.Later(verdict.code, verdict.wait_s)

    def note(self, uow: UnitOfWork, verdict: Verdict) -> None:
        """Remember whether messages get there; the first that does not is told to admins."""
        query = select(SlackChannel).with_for_update()
        channel = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if channel is None:
            return
        if verdict.fate is Fate.SENT:
            channel.last_error = channel.failed_at = None
            return
        known, channel.last_error = channel.failed_at is not None, words.said(verdict)
        if not known:
            channel.failed_at = uow.now
            self._alert(uow, channel.last_error, uow.now)

    def _alert(self, uow: UnitOfWork, why: str, at: datetime) -> None:
        for person in people.deciders(uow):
            if person.may_manage:
                with speaking(person.locale):
                    letter = letters.slack_failed(why, f"{self.public_url}/settings/slack")
                key = f"approval.slack_failed:{at.isoformat()}:{person.id}"
                self.mailer.send(
                    uow, key=key, to=[person.email], subject=letter.subject, text=letter.text, html=letter.html
                )

    def _learn(self, job: Job, target: Target) -> None:
        verdict = self.slack.who(target)
        self._check(job, verdict, for_person=True)
        if verdict.team_id:
            with self.database.unit(job.workspace_id) as uow:
                channels.learn_team(uow, verdict.team_id)

    def _respond(self, job: Job, call: Callable[[str], Verdict]) -> None:
        verdict = call(job.payload["response_url"])
        if verdict.fate is Fate.AGAIN:
            raise outbox.Later(verdict.code, verdict.wait_s)
        if verdict.fate is not Fate.SENT:
            raise outbox.GiveUp(verdict.code)  # the address is used up; nobody can mend that


def answer(uow: UnitOfWork, name: str, url: str, text: str) -> None:
    """Leave a sentence for whoever pressed. `name` is of the press: sent twice, it is answered once."""
    payload: dict[str, Any] = {"response_url": url, "text": text}
    outbox.enqueue(uow, WHISPER, key=f"{WHISPER}:{name}", payload=payload, max_attempts=ANSWER_ATTEMPTS)


def refresh(uow: UnitOfWork, name: str, url: str, request_id: UUID) -> None:
    """Have the pressed message shown as it is now."""
    payload: dict[str, Any] = {"response_url": url, "request_id": str(request_id)}
    outbox.enqueue(uow, REPLACE, key=f"{REPLACE}:{name}", payload=payload, max_attempts=ANSWER_ATTEMPTS)


def _code_message(uow: UnitOfWork, row_id: UUID, target: Target) -> tuple[Message, str | None]:
    row = uow.session.get_one(SlackMember, row_id)
    person = people.by_id(uow, row.user_id)
    name = person.name if person else ""
    if target.mode == channels.WEBHOOK:
        said = _("%(name)s connects a Slack account with Studio. Is it yours?", name=name)
        return blocks.note(said, button=(_("Show my code"), str(row.id))), None
    digits = members.mint(uow, row)
    said = _(
        "%(name)s says that this Slack account is theirs. If that is you, type %(digits)s on your profile in Studio. "
        "If not, ignore this: without the code nothing happens.",
        name=name,
        digits=digits,
    )
    return blocks.note(said), row.member_id


def _message(uow: UnitOfWork, request_id: UUID) -> SlackMessage:
    return uow.session.scalars(select(SlackMessage).where(SlackMessage.request_id == request_id)).one()


def _forget_unposted(uow: UnitOfWork, request_id: UUID) -> None:
    """What never got there is posted anew with the request's next change."""
    row = uow.session.scalars(select(SlackMessage).where(SlackMessage.request_id == request_id)).one_or_none()
    if row is not None and row.posted_at is None:
        uow.session.delete(row)


def _hash(message: Message) -> str:
    return hashlib.sha256(orjson.dumps([message.text, message.blocks])).hexdigest()
