"""Alerts in the workspace's Slack channel, where a rule says so: one message each, which follows what becomes of it.

As with approvals a message is a copy, posted and changed outside of every transaction by jobs of the outbox: at least
once, and exactly once unless a worker dies between Slack's answer and its commit.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from studio.accounts.permissions import allowed
from studio.approvals import people
from studio.approvals.people import Person
from studio.approvals.slack import blocks
from studio.approvals.slack.answers import Fate, Verdict
from studio.approvals.slack.blocks import Message
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.press import Press
from studio.approvals.slack.wire import Target
from studio.core import outbox
from studio.core.claims import Job
from studio.core.errors import Forbidden
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rows, verbs
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert

log = structlog.get_logger()

ON_IT = "studio.alert_on_it"
"""The button of a message that says who is on it."""
CHANNEL = "slack"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be sent, read before the call."""

    target: Target
    message: Message
    shown: str
    ts: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class AlertsInSlack:
    """Sends what is to be sent, by the channel that approvals are posted to."""

    posting: Posting

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register_outside(rows.SLACK, self.follow)

    def follow(self, job: Job) -> None:
        """Post the message about an alert, or change it; nothing where it is in line already."""
        alert_id, database = UUID(job.payload["alert_id"]), self.posting.database
        with database.unit(job.workspace_id) as uow:
            plan = self._plan(uow, rows.locked(uow, alert_id), job.key)
        if plan is None:
            return
        if plan.ts is not None and plan.channel is not None:
            verdict = self.posting.slack.update(plan.target, plan.channel, plan.ts, plan.message)
        else:
            verdict = self.posting.slack.post(plan.target, plan.message)
        if verdict.fate is Fate.GONE:
            log.warning("alert_slack_message_lost", alert_id=str(alert_id), code=verdict.code)
            return
        with database.unit(job.workspace_id) as uow:
            row = rows.locked(uow, alert_id)
            if verdict.fate is not Fate.SENT:
                final = verdict.fate is not Fate.AGAIN or job.attempts >= job.max_attempts
                self._unsent(uow, row, verdict, final=final)
            else:
                self.posting.note(uow, verdict)
                row.slack_ts, row.slack_channel = plan.ts or verdict.ts, plan.channel or verdict.channel
                row.slack_shown = plan.shown
                if standing(row) != plan.shown:
                    rows.queue_slack(uow, row, f"again:{job.key[-40:]}")
                return
        if final:
            raise outbox.GiveUp(verdict.code)
        raise outbox.Later(verdict.code, verdict.wait_s)

    def _unsent(self, uow: UnitOfWork, row: Alert, verdict: Verdict, *, final: bool) -> None:
        if final:
            self.posting.note(uow, verdict)
            row.slack_claim = row.slack_claim if row.slack_shown else None

    def _plan(self, uow: UnitOfWork, row: Alert, key: str) -> _Plan | None:
        channel, shown = self.posting.channels.current(uow), standing(row)
        if channel is None or row.slack_shown == shown:
            return None
        target, url = self.posting.channels.target(channel), f"{self.posting.public_url}/alerts/{row.id}"
        if row.slack_shown is not None:
            message = whole(uow, row, url) if row.slack_ts is not None else brief(uow, row, url)
            return _Plan(target, message, shown, row.slack_ts, row.slack_channel)
        if row.held_until is not None or not rows.is_going_on(row) or row.slack_claim not in (None, key):
            return None
        row.slack_claim = key
        return _Plan(target, whole(uow, row, url), shown, None, None)


def standing(row: Alert) -> str:
    """Names what a message says of how far an alert is."""
    parts: list[Any] = [row.state, row.snoozed, row.next_at if row.snoozed else None, row.acknowledged_by,
                        row.resolved_by, rows.kind_of(row).title(row) if row.state == State.OPEN else ""]  # fmt: skip
    return hashlib.sha256("|".join(str(one) for one in parts).encode()).hexdigest()


def whole(uow: UnitOfWork, row: Alert, url: str) -> Message:
    """All of it: what happens, since when, who is on it, and the buttons."""
    kind = rows.kind_of(row)
    known = [
        f"*{blocks.escaped(_state(uow, row))}*",
        _("Since %(when)s · %(count)s times", when=blocks.moment(row.first_at), count=separated(row.count))
        if row.count > 1
        else _("Since %(when)s", when=blocks.moment(row.first_at)),
    ]
    ways = [(_("I'm on it"), ON_IT, str(row.id), "")] if row.state == State.OPEN else []
    ways.append((_("See the alert"), blocks.OPEN, "open", url))
    lines = kind.lines(uow, row) if rows.is_going_on(row) else []
    return blocks.report(kind.title(row), lines, known, ways, url)


def brief(uow: UnitOfWork, row: Alert, url: str) -> Message:
    """What became of it: a webhook cannot change the message that it posted."""
    return blocks.report(
        rows.kind_of(row).title(row), [], [f"*{blocks.escaped(_state(uow, row))}*"],
        [(_("See the alert"), blocks.OPEN, "open", url)], url,
    )  # fmt: skip


def _state(uow: UnitOfWork, row: Alert) -> str:
    if row.state == State.RESOLVED:
        if row.resolved_by is not None:
            return _("%(name)s said that it is over.", name=_name(uow, row.resolved_by))
        became = {
            "ended": _("It was turned off, so it cannot go wrong any more."),
            "cleared": _("The workflow says that it is over."),
        }
        return next((became[one.what] for one in rows.notes(uow, row) if one.what in became), _("It works again."))
    if row.state == State.ACKNOWLEDGED:
        return _("%(name)s is on it. Nobody else is told.", name=_name(uow, row.acknowledged_by))
    if row.snoozed and row.next_at is not None:
        name = _name(uow, row.snoozed_by)
        return _("%(name)s put it off until %(when)s.", name=name, when=f"{row.next_at:%Y-%m-%d %H:%M} UTC")
    return _("Nobody is on it yet.")


def _name(uow: UnitOfWork, user_id: UUID | None) -> str:
    person = people.by_id(uow, user_id)
    return person.name if person is not None else _("Somebody without a seat")


def pressed(uow: UnitOfWork, person: Person, press: Press) -> str:
    """“I'm on it” was pressed by somebody whose account is known. Returns what they are told.

    Raises NotFound, Conflict, and Forbidden where they may not, or the button is of no message of Studio's.
    """
    row = rows.get(uow, parse_id(press.value))
    if not person.active or not allowed("alert.answer", person.role):
        raise Forbidden(_("Your seat does not answer alerts."))
    if row.slack_shown is None or (row.slack_ts or press.ts, row.slack_channel or press.channel) != (
        press.ts, press.channel
    ):  # fmt: skip
        raise Forbidden(_("This message is not Studio's own."))
    verbs.acknowledge(uow, row.id, channel=CHANNEL)
    return str(_("You are on it. Nobody else is told."))


BUTTONS: dict[str, Callable[[UnitOfWork, Person, Press], str]] = {ON_IT: pressed}
"""What presses of these buttons do."""
