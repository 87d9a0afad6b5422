"""An approval's history in sentences, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from studio.approvals.models import Decision, Vote
from studio.approvals.outcomes import AssignmentState, Channel, CommentKind, Outcome, RequestState
from studio.approvals.service.reading import Details, Share
from studio.core import formats
from studio.portal import words


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime
    text: str
    quote: str = ""
    kind: str = ""


def events(found: Details) -> list[Event]:
    """Who asked, who was asked, hand-offs, remarks, the end."""
    request = found.request
    asked = Event(request.created_at, words.asked_by(request) or _("Asked."))
    lines = [asked, *(_asked(share) for share in found.shares)]
    lines += [
        Event(said.at, _("%(name)s commented", name=said.author), said.text)
        for said in found.comments
        if said.kind == CommentKind.COMMENT
    ]
    lines += [_voted(words_, vote) for words_, vote in words.said(found) if not _ended_it(found, vote)]
    if found.decision is not None:
        lines.append(_decided(found.decision))
    elif request.state == RequestState.CANCELLED and request.closed_at is not None:
        lines.append(Event(request.closed_at, _("Taken back"), request.close_reason or ""))
    return sorted(lines, key=lambda line: line.at)


def _asked(share: Share) -> Event:
    name = share.person.name if share.person else _("Somebody without a seat")
    why = words.asked_why(share.row)
    text = _("%(name)s was asked: %(why)s", name=name, why=why)
    if share.row.state == AssignmentState.SNOOZED and share.row.snoozed_until is not None:
        until = formats.at(share.row.snoozed_until)
        text = _("%(text)s (snoozed until %(until)s)", text=text, until=until)
    elif share.row.state == AssignmentState.REASSIGNED:
        text = _("%(text)s (handed on)", text=text)
    elif share.row.state == AssignmentState.QUEUED:
        text = _("%(name)s is asked once others have agreed: %(why)s", name=name, why=why)
    return Event(share.row.created_at, text, share.row.why.get("note", ""))


def _ended_it(found: Details, vote: Vote) -> bool:
    """The vote that ended it stands as the decision."""
    decision = found.decision
    return decision is not None and (decision.by_user_id, decision.at) == (vote.user_id, vote.at)


def _voted(said: str, vote: Vote) -> Event:
    kinds: dict[str, str] = {Outcome.APPROVED: "good", Outcome.DECLINED: "bad"}
    return Event(vote.at, said, vote.reason, kinds.get(vote.outcome, "wait"))


def _decided(decision: Decision) -> Event:
    by = decision.by_name
    outcomes: dict[str, tuple[str, str]] = {
        Outcome.APPROVED: (_("%(by)s approved", by=by), "good"),
        Outcome.DECLINED: (_("%(by)s declined", by=by), "bad"),
        Outcome.CHANGES_REQUESTED: (_("%(by)s requested changes", by=by), "wait"),
        Outcome.EXPIRED: (_("Nobody decided in time"), "bad"),
    }
    channels: dict[str, str] = {
        Channel.PAGE: _("in Studio"),
        Channel.MAIL_LINK: _("by the link of a mail"),
        Channel.API: _("by the API"),
        Channel.CLOCK: "",
    }
    said, kind = outcomes[decision.outcome]
    return Event(decision.at, f"{said} {channels[decision.channel]}".strip(), decision.reason, kind)
