"""How approvals read: time left, who decides, why me, how it ended."""

from collections.abc import Sequence

from flask_babel import gettext as _

from studio.approvals import items as line_items
from studio.approvals import options, saying
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import AGREED, AssignmentState, LinkEnd, Outcome, RequestState
from studio.approvals.rule import from_json
from studio.approvals.saying import changed_words, field_name
from studio.approvals.service.listing import Tally
from studio.approvals.service.locking import Ahead
from studio.approvals.service.reading import Details
from studio.approvals.service.refusing import ended_words, voted_words
from studio.contract.approving import ApprovalItem
from studio.core import formats
from studio.portal.chips import Chip
from studio.portal.time_words import due, paused, row_left, takes_effect, time_left, working_left

__all__ = [
    "Chip",
    "asked_by",
    "asked_why",
    "awaited",
    "by_matrix",
    "changed_words",
    "counted",
    "due",
    "ended_words",
    "facts",
    "field_name",
    "filled_in",
    "fits_row",
    "handed_on",
    "items",
    "items_total",
    "joined",
    "link_ended",
    "origin",
    "others",
    "own_words",
    "paused",
    "progress",
    "row_left",
    "rule",
    "said",
    "share_state",
    "state",
    "takes_effect",
    "time_left",
    "version",
    "versions_since",
    "waits_for",
    "why",
    "working_left",
]

ROW_FACTS, ROW_LETTERS = 5, 280
"""What a row can show in full, the instructions included."""


def counted(tally: Tally) -> str:
    """How many, behind a tab or an entry; nothing where there are none."""
    return formats.at_least(tally.number, tally.cut) if tally.number else ""


def rule(request: Request) -> str:
    """Who may decide: "Any one of Refund team, Lena Vogt decides"."""
    return saying.rule_words(from_json(request.rule))


def others(found: Details) -> str:
    """Who else can decide now, where the rule does not name them already."""
    named = {one.name for stage in found.rule.stages for part in stage.parts for one in part.names}
    names = found.others if found.open else []
    return joined(names) if set(names) - named else ""


def progress(found: Details) -> list[tuple[str, Chip]]:
    """Each part of a rule of several people: "at least 2 of Finance", 1 of 2. Empty for a plain rule."""
    if found.rule.plain:
        return []
    lines: list[tuple[str, Chip]] = []
    for index, tally in enumerate(found.progress):
        stage, later = found.rule.stages[index], index > found.request.stage
        for part in tally.parts:
            said = saying.part_words(part.part)
            name = f"{stage.name}: {said}" if stage.name else said
            have = Chip(_("%(have)s of %(need)s", have=part.have, need=part.need), "good" if part.met else "wait")
            lines.append((name, Chip(_("Afterwards")) if later and found.open else have))
        if stage.declines > 1 and tally.declines:
            against = _("%(have)s of %(need)s", have=tally.declines, need=stage.declines)
            lines.append((str(_("Declines")), Chip(str(against), "bad")))
    return lines


def said(found: Details, votes: Sequence[Vote] | None = None) -> list[tuple[str, Vote]]:
    """Who has said what, in words; oldest first. What no longer counts only where it is given."""
    verbs: dict[str, str] = {
        Outcome.APPROVED: _("approved"),
        Outcome.DECLINED: _("declined"),
        Outcome.CHANGES_REQUESTED: _("asked for changes"),
    }
    nobody = _("Somebody without a seat")
    given = found.votes if votes is None else votes
    return [(f"{found.name_of(vote.user_id) or nobody} {_verb(vote) or verbs[vote.outcome]}", vote)
            for vote in given]  # fmt: skip


def _verb(vote: Vote) -> str:
    """Of one of the request's own answers."""
    return str(_("answered “%(option)s”", option=vote.option_label)) if vote.option_label else ""


def items(found: Details) -> list[tuple[ApprovalItem, str, bool | None]]:
    """Each line item with its amount in words, and whether it was approved; None: that is open, or was never said."""
    request, decision = found.request, found.decision
    settled = decision is not None and decision.outcome in (*AGREED, Outcome.DECLINED)
    approved = (decision.items or []) if decision is not None else []
    return [(one, _money(request, one.amount), one.key in approved if settled else None)
            for one in line_items.restored(request.items)]  # fmt: skip


def items_total(found: Details) -> str:
    """The sum of all, or of what was approved."""
    all_ = line_items.restored(found.request.items)
    summed = [one for one, _amount, approved in items(found) if approved is not False]
    return _money(found.request, line_items.total(summed)) if any(one.amount for one in all_) else ""


def _money(request: Request, amount: str | None) -> str:
    if amount is None:
        return ""
    return formats.money(amount, request.currency) if request.currency else amount


def filled_in(found: Details, said: Vote | Decision) -> list[tuple[str, str]]:
    """What came with one of the request's own answers: label and value."""
    return options.filled_in(found.request.options, said.option, said.answer)


def own_words(found: Details) -> tuple[str, str]:
    """Why somebody who was asked cannot decide now: what happened, and what that means for them."""
    share = found.own.row if found.own else None
    if found.own_vote is not None and (share is None or share.state != AssignmentState.QUEUED):
        return voted_words(found.own_vote), _("Others are still asked; you will be told how it ends.")
    if share is not None and share.state == AssignmentState.QUEUED:
        return _("Others decide first."), _("You will get a mail when it is your turn.")
    if share is not None and share.state == AssignmentState.ESCALATED_AWAY:
        said = _("Nobody answered in time, so others were asked instead of you.")
        return said, _("You can follow it here, but no longer decide.")
    if share is not None and share.state == AssignmentState.WITHDRAWN:
        return _("The others have settled your part of this."), _("You can follow it here, but no longer decide.")
    return handed_on(found), _("You can follow it here, but no longer decide.")


def awaited(found: Details) -> str:
    """Who asked for the changes that are awaited, in a sentence."""
    vote = found.awaited
    name = found.name_of(vote.user_id) if vote is not None else None
    return str(_("%(name)s asked for changes. A new version is awaited.", name=name or _("Somebody without a seat")))


def waits_for(ahead: Ahead) -> str:
    """What a request waits for before anybody is asked, in a sentence."""
    return saying.turn_words(ahead.key, ahead.number)


def versions_since(found: Details) -> list[tuple[str, str]]:
    """Who wrote the versions that the reader does not know yet, and what they say about them."""
    if found.changed is None:
        return []
    return [(version(row.number, row.by_name), row.note) for row in found.changed.notes]


def version(number: int, by: str) -> str:
    """A version and who wrote it."""
    if by:
        return str(_("Version %(number)s, by %(name)s", number=number, name=by))
    return str(_("Version %(number)s, by the run", number=number))


def why(share: Assignment) -> str:
    """Why this is in somebody's inbox."""
    name = share.why.get("name", "")
    match share.why.get("kind"):
        case "group":
            sentence = _("You are in the group %(name)s", name=name)
        case "schedule":
            sentence = _("You were on call in %(name)s when it was asked", name=name)
        case "handed":
            sentence = _("%(name)s handed it to you", name=name)
        case "delegate":
            sentence = _("You stand in for %(name)s", name=name)
        case "escalated":
            sentence = _("It was escalated to you, since %(name)s had not answered", name=name)
        case "fallback":
            sentence = _("You are a fallback approver, and nobody else could be asked")
        case _:
            sentence = _("You are named as approver")
    return _owning(share, str(sentence))


def asked_why(share: Assignment) -> str:
    """The same about somebody else, for the history."""
    name = share.why.get("name", "")
    match share.why.get("kind"):
        case "group":
            sentence = _("in the group %(name)s", name=name)
        case "schedule":
            sentence = _("on call in %(name)s", name=name)
        case "handed":
            sentence = _("handed on by %(name)s", name=name)
        case "delegate":
            sentence = _("stands in for %(name)s", name=name)
        case "escalated":
            sentence = _("escalated, since %(name)s had not answered", name=name)
        case "fallback":
            sentence = _("fallback approver, since nobody else could be asked")
        case _:
            sentence = _("named as approver")
    return _owning(share, str(sentence))


def _owning(share: Assignment, sentence: str) -> str:
    """With what somebody owns of it, where they were asked for that."""
    owns = share.why.get("owns")
    return str(_("%(why)s, owner of %(what)s", why=sentence, what=owns)) if owns else sentence


def asked_by(request: Request) -> str:
    """Which workflow asks, about what."""
    name = request.context.get("workflow_name") or ""
    about = request.context.get("run_title") or ""
    if name and about and about != name:
        return str(_("Asked by %(workflow)s for %(about)s.", workflow=name, about=about))
    name = name or request.context.get("asked_by") or ""
    return str(_("Asked by %(workflow)s.", workflow=name)) if name else ""


def origin(request: Request) -> str:
    """The same on one line of a row."""
    parts = [request.context.get(name) for name in ("workflow_name", "run_title", "asked_by")]
    return " · ".join(dict.fromkeys(str(part) for part in parts if part))


def joined(names: list[str]) -> str:
    """Names as a list in a sentence: Lena; Lena and Tom; Lena, Tom and 3 others."""
    if not names:
        return ""
    if len(names) > 3:
        rest = len(names) - 2
        return str(_("%(names)s and %(count)s others", names=", ".join(names[:2]), count=rest))
    if len(names) == 1:
        return names[0]
    return str(_("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1]))


def by_matrix(request: Request) -> str:
    """Which rows of which matrix asked, and why they."""
    held = request.context.get("matrix")
    if not isinstance(held, dict):
        return ""
    said = _("By %(rows)s of the matrix “%(name)s”, version %(number)s", rows=held["rows"], name=held["name"],
             number=held["version"])  # fmt: skip
    if held.get("why"):
        said = _("%(rows)s: %(why)s", rows=said, why=held["why"])
    if held.get("fell_back"):
        said = _("%(said)s. Whom it names first can no longer decide (%(why)s)", said=said, why=held["fell_back"])
    return f"{said}."


def facts(request: Request) -> list[tuple[str, str]]:
    """All that is decided on. The amount stands there even where nobody wrote it down as a fact."""
    shown = [(label, value) for label, value in request.facts]
    if request.amount and request.currency:
        money = formats.money(request.amount, request.currency)
        if not any(money in value for _label, value in shown) and money not in request.title:
            shown.append((_("Amount"), money))
    return shown


def fits_row(request: Request) -> bool:
    """Whether a row shows all there is, and nothing else is awaited: only then may it be decided there."""
    shown = facts(request)
    letters = sum(len(label) + len(value) for label, value in shown) + len(request.instructions)
    shows_all = len(shown) <= ROW_FACTS and letters <= ROW_LETTERS and not (request.items or request.attachments)
    return request.state == RequestState.PENDING and not request.options and shows_all


def state(request: Request) -> Chip:
    """Where a request is."""
    chips: dict[str, Chip] = {
        RequestState.PENDING: Chip(_("Waiting"), "wait"),
        RequestState.BETWEEN: Chip(_("Between stages"), "wait"),
        RequestState.QUEUED: Chip(_("Waits its turn"), "wait"),
        RequestState.DEFERRED: Chip(_("Approved, takes effect later"), "good"),
        RequestState.APPROVED: Chip(_("Approved"), "good"),
        RequestState.DECLINED: Chip(_("Declined"), "bad"),
        RequestState.CHANGES_REQUESTED: Chip(_("Changes requested"), "warn"),
        RequestState.RESPONDED: Chip(_("Answered"), "good"),
        RequestState.EXPIRED: Chip(_("Expired")),
        RequestState.CANCELLED: Chip(_("Taken back")),
        RequestState.BYPASSED: Chip(_("Bypassed"), "warn"),
    }
    return chips[request.state]


def handed_on(found: Details) -> str:
    """Who handed the reader's share to whom, and when."""
    share = found.handed_to
    if found.own is not None and found.own.lost:
        return str(_("Your seat could not decide for a while, so this is no longer yours."))
    if found.own is not None and found.own.row.state == AssignmentState.REVOKED:
        return str(_("You stood in for %(name)s, whose absence has ended.", name=found.own.row.why.get("name", "")))
    if share is None:
        return str(_("This is no longer yours to decide."))
    by, when = share.row.why.get("name", ""), formats.at(share.row.created_at)
    if share.person is None:
        return str(_("%(by)s handed this to somebody else on %(when)s.", by=by, when=when))
    return str(_("%(by)s handed this to %(name)s on %(when)s.", by=by, name=share.person.name, when=when))


def link_ended(end: LinkEnd) -> str:
    """What became of a link, for whoever holds it: neither who nor what."""
    words: dict[str, str] = {
        LinkEnd.DECIDED: _("It was decided meanwhile."),
        LinkEnd.EXPIRED: _("The time to decide has run out."),
        LinkEnd.TAKEN_BACK: _("It was taken back: nobody has to decide any more."),
        LinkEnd.HANDED_ON: _("It was handed to somebody else, who got a mail."),
        LinkEnd.AWAY_OVER: _("The absence has ended for which you stood in."),
        LinkEnd.ESCALATED: _("It was not answered in time, so others were asked."),
        LinkEnd.SETTLED: _("Others have decided in your place meanwhile."),
        LinkEnd.SPOKEN: _("It was decided with this link; others are still to decide."),
        LinkEnd.NO_SEAT: _("The seat that it was sent to no longer works."),
        LinkEnd.OLD: _("It is too old. Look for a newer mail, or sign in."),
    }
    return words[end]


def share_state(share: Assignment) -> str:
    """What became of somebody's share."""
    words: dict[str, str] = {
        AssignmentState.QUEUED: _("asked later"),
        AssignmentState.OPEN: _("open"),
        AssignmentState.SNOOZED: _("snoozed"),
        AssignmentState.DECIDED: _("decided"),
        AssignmentState.REASSIGNED: _("handed on"),
        AssignmentState.WITHDRAWN: _("settled without them"),
        AssignmentState.REVOKED: _("no longer theirs"),
        AssignmentState.ESCALATED_AWAY: _("not answered in time, others were asked"),
    }
    return words[share.state]
