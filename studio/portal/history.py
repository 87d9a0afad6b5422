"""An approval's history in sentences, oldest first."""

from flask_babel import gettext as _

from studio.approvals import options
from studio.approvals.models import Decision, Vote
from studio.approvals.outcomes import AssignmentState, Channel, CommentKind, Outcome, RequestState
from studio.approvals.service.reading import Details, Share
from studio.core import formats
from studio.portal import escalating, words
from studio.portal.events import Event


def events(found: Details) -> list[Event]:
    """Who asked, who was asked, hand-offs, remarks, the end."""
    request = found.request
    asked = Event(request.created_at, words.asked_by(request) or _("Asked."))
    lines = [asked, *(_asked(share) for share in found.shares), *escalating.events(found)]
    lines += [
        Event(said.at, _("%(name)s commented", name=said.author), said.text)
        for said in found.comments
        if said.kind == CommentKind.COMMENT
    ]
    lines += [
        Event(said.at, _("%(name)s set aside that changes were asked for", name=said.author), said.text)
        for said in found.comments
        if said.kind == CommentKind.DISMISSED
    ]
    said_in_threads: dict[str, str] = {
        CommentKind.THREAD: _("%(name)s opened a thread"),
        CommentKind.REPLY: _("%(name)s answered in a thread"),
        CommentKind.RESOLVED: _("%(name)s resolved a thread"),
        CommentKind.REOPENED: _("%(name)s opened a thread again"),
    }
    lines += [
        Event(said.at, said_in_threads[said.kind] % {"name": said.author}, said.text)
        for said in found.comments
        if said.kind in said_in_threads
    ]
    lines += [Event(row.at, words.version(row.number, row.by_name), row.note) for row in found.versions[1:]]
    lines += [_past(words_, vote) for words_, vote in words.said(found, found.past)]
    lines += [_voted(found, words_, vote) for words_, vote in words.said(found) if not _ended_it(found, vote)]
    if found.decision is not None:
        decision = found.decision
        filled = options.filled_in(request.options, decision.option, decision.answer)
        lines.append(_decided(decision, filled))
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


def _voted(found: Details, said: str, vote: Vote) -> Event:
    kinds: dict[str, str] = {Outcome.APPROVED: "good", Outcome.DECLINED: "bad"}
    filled = options.filled_in(found.request.options, vote.option, vote.answer)
    return Event(vote.at, said, vote.reason, kinds.get(vote.outcome, "wait"), tuple(filled))


def _past(said: str, vote: Vote) -> Event:
    """It stood, and no longer counts."""
    return Event(vote.at, _("%(text)s (no longer counts)", text=said), vote.reason)


def _decided(decision: Decision, filled_in: list[tuple[str, str]]) -> Event:
    by = decision.by_name
    outcomes: dict[str, tuple[str, str]] = {
        Outcome.APPROVED: (_("%(by)s approved", by=by), "good"),
        Outcome.DECLINED: (_("%(by)s declined", by=by), "bad"),
        Outcome.CHANGES_REQUESTED: (_("%(by)s requested changes", by=by), "wait"),
        Outcome.RESPONDED: (_("%(by)s answered", by=by), "wait"),
        Outcome.BYPASSED: (_("Bypassed by %(by)s", by=by), "wait"),
        Outcome.EXPIRED: (_("Nobody decided in time"), "bad"),
        Outcome.CANCELLED: (_("%(by)s took it back", by=by), "wait"),
    }
    channels: dict[str, str] = {
        Channel.PAGE: _("in Studio"),
        Channel.MAIL_LINK: _("by the link of a mail"),
        Channel.API: _("by the API"),
        Channel.SLACK: _("in Slack"),
        Channel.CLOCK: "",
        Channel.ESCALATION: "",
    }
    said, kind = outcomes[decision.outcome]
    if decision.option_label:
        said = _("%(by)s answered “%(option)s”", by=by, option=decision.option_label)
    said = f"{said} {channels[decision.channel]}".strip()
    return Event(decision.at, said, decision.reason, kind, tuple(filled_in))
