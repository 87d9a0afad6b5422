"""The words of each mail. A mail never carries a button that decides: its one link leads to a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from jinja2 import Environment, PackageLoader, StrictUndefined

from studio.approvals import items, options, saying
from studio.approvals.models import Comment, Decision, Request
from studio.approvals.outcomes import CommentKind, Outcome
from studio.approvals.rule import from_json
from studio.approvals.saying import difference_lines
from studio.approvals.service.versions import Changed

_templates = Environment(
    loader=PackageLoader("studio"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
"""Not the app's: mail is written by workers, where no page is."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and both bodies."""

    subject: str
    text: str
    html: str


def asked(
    request: Request,
    link: str,
    *,
    due: str | None,
    reminder: bool = False,
    agreed: Sequence[str] = (),
    why: Mapping[str, str] | None = None,
    by: str = "",
) -> Letter:
    """To somebody who is asked: what, the facts, until when, where; who has `agreed` so far, and `why` they are asked.

    `why` is that of the share; what people are asked for at first goes without saying. `by`: who has them reminded.
    """
    lead = _("%(name)s waits for your decision:", name=by) if by else _lead(request)
    until = [_("Decide until %(due)s.", due=due)] if due else []
    rule = from_json(request.rule)
    needed = [] if rule.plain else [f"{saying.rule_words(rule)}."]
    offered = [one["label"] for one in request.options]
    also = [_("You can also answer: %(answers)s.", answers=", ".join(offered))] if offered else []
    so_far = [_("Agreed so far: %(names)s.", names=", ".join(agreed))] if agreed else []
    subject = _("Reminder: %(title)s") if reminder else _("Decide: %(title)s")
    return laid_out(
        subject % {"title": request.title},
        [lead],
        title=request.title,
        said=[_why(why or {})],
        facts=[*request.facts, *((one["label"], one["amount"] or "") for one in request.items), *_attached(request)],
        after=[request.instructions, *also, *needed, *so_far, *until],
        link=(_("Open the decision"), link),
        small=_("Opening the link decides nothing. It is meant for you alone; do not forward it."),
    )


def _attached(request: Request) -> list[tuple[str, str]]:
    """The names of what hangs on it, as one more fact: the files themselves are opened in Studio."""
    names = ", ".join(one["name"] for one in request.attachments or ())
    return [(str(_("Attachments")), names)] if names else []


def _lead(request: Request) -> str:
    """Which workflow, or who, asks."""
    workflow, person = request.context.get("workflow_name"), request.context.get("asked_by")
    if workflow:
        return str(_("%(workflow)s asks for your decision:", workflow=workflow))
    return str(_("%(name)s asks for your decision:", name=person) if person else _("Please decide:"))


def _why(why: Mapping[str, str]) -> str:
    """Why somebody is asked, where that is not as a matter of course."""
    match why.get("kind"):
        case "escalated":
            name = why.get("name", "")
            said = _("It was escalated to you: %(name)s had not answered.", name=name)
            if why.get("how") == "replace":
                return f"{said} {_('You are asked instead.')}"
            return str(said)
        case "fallback":
            return str(_("You are a fallback approver: nobody else could be asked."))
        case _ if "owns" in why:
            return str(_("You are asked as owner of %(what)s.", what=why["owns"]))
        case _:
            return ""


def changes(request: Request, by: str, reason: str, link: str | None) -> Letter:
    """To the requester: what is to be changed, and where. Without a seat there is no page to do it on."""
    where = _("Edit and resubmit"), link
    return laid_out(
        _("Changes requested: %(title)s", title=request.title),
        [_("You asked for:")],
        title=request.title,
        said=[_("%(by)s asked for changes.", by=by), _("“%(reason)s”", reason=reason)],
        facts=request.facts,
        after=[_("A new version is awaited; the time to decide stands still meanwhile.")],
        link=(where[0], link) if link else None,
    )


def deferred(request: Request, agreed: Sequence[str], when: str, link: str | None) -> Letter:
    """To the requester: it is approved, and takes effect later."""
    return laid_out(
        _("Approved, takes effect later: %(title)s", title=request.title),
        [_("You asked for:")],
        title=request.title,
        said=[
            _("It is approved, and takes effect on %(when)s.", when=when),
            _("Agreed: %(names)s.", names=", ".join(agreed)) if agreed else "",
        ],
        facts=request.facts,
        after=[_("Until then it can be taken back.")],
        link=(_("Open"), link) if link else None,
    )


def revised(request: Request, found: Changed, link: str, *, due: str | None) -> Letter:
    """To somebody who is asked: what is not as they last knew it."""
    notes = [_("“%(reason)s”", reason=row.note) for row in found.notes if row.note]
    until = [_("Decide until %(due)s.", due=due)] if due else []
    return laid_out(
        _("Changed: %(title)s", title=request.title),
        [_("What you are asked to decide has changed:")],
        title=request.title,
        said=[*difference_lines(found.differences), *notes],
        facts=request.facts,
        after=[request.instructions, *until],
        link=(_("Open the decision"), link),
        small=_("Opening the link decides nothing. It is meant for you alone; do not forward it."),
    )


def stuck(request: Request, link: str) -> Letter:
    """To admins: too few people are left who may decide."""
    return laid_out(
        _("Nobody can settle: %(title)s") % {"title": request.title},
        [_("Too few people are left who may decide this, so it waits. Its rule is not lowered by itself:")],
        title=request.title,
        after=[f"{saying.rule_words(from_json(request.rule))}."],
        link=(_("Hand a share to somebody else"), link),
    )


def slack_failed(why: str, link: str) -> Letter:
    """To admins: what is posted to Slack does not get there."""
    return laid_out(
        _("Slack does not take approvals"),
        [_("Approvals and alerts are not posted to Slack any more. They are still asked and told by inbox and mail:")],
        title=why,
        link=(_("Look at the settings"), link),
    )


def notice(subject: str, text: str, workflow: str) -> Letter:
    """To somebody whom a run tells something."""
    lead = [_("%(workflow)s lets you know:", workflow=workflow)] if workflow else []
    return laid_out(subject, lead, title=subject, said=text.splitlines())


def told(request: Request, decision: Decision | None, link: str | None = None) -> Letter:
    """To the requester: how it ended, who, why. Without a decision it was withdrawn by what asked for them."""
    if decision is None:
        subject, how = _("Taken back: %(title)s"), [_("Nobody has to decide any more:"), request.close_reason or ""]
    else:
        subject, said = _how(decision)
        how = [said, *_filled_in(request, decision), quoted(decision)]
    return laid_out(
        subject % {"title": request.title},
        [_("You asked for:")],
        title=request.title,
        said=how,
        facts=request.facts,
        link=(_("Open the request"), link) if link else None,
    )


def completed(request: Request, decision: Decision, when: str) -> Letter:
    """To somebody who was asked as well: who decided what, and when."""
    subject, said = _how(decision)
    return laid_out(
        subject % {"title": request.title},
        [_("You were asked to decide. It is settled, nothing is left to do:")],
        title=request.title,
        said=[said, *_filled_in(request, decision), quoted(decision), when],
    )


def taken_back(request: Request, when: str) -> Letter:
    """To somebody who was asked: nothing is left to do."""
    return laid_out(
        _("Taken back: %(title)s", title=request.title),
        [_("You were asked to decide. It was taken back, nothing is left to do:")],
        title=request.title,
        said=[request.close_reason or "", when],
    )


def dismissed(request: Request, said: Comment, link: str, *, due: str | None) -> Letter:
    """To whoever asked for changes: they are not awaited any more, and it can be decided as it is."""
    until = [_("Decide until %(due)s.", due=due)] if due else []
    return laid_out(
        _("Changes set aside: %(title)s", title=request.title),
        [_("You asked for changes. They are not awaited any more; it can be decided as it is:")],
        title=request.title,
        said=[_("%(by)s set them aside.", by=said.author), _("“%(reason)s”", reason=said.text)],
        facts=request.facts,
        after=until,
        link=(_("Open the decision"), link),
        small=_("Opening the link decides nothing. It is meant for you alone; do not forward it."),
    )


def thread(request: Request, said: Comment, link: str | None) -> Letter:
    """To somebody whom it concerns: what was said in a thread, and whether it keeps others from approving."""
    subjects: dict[str, str] = {
        CommentKind.THREAD: _("Thread opened: %(title)s", title=request.title),
        CommentKind.REPLY: _("Thread answered: %(title)s", title=request.title),
        CommentKind.RESOLVED: _("Thread resolved: %(title)s", title=request.title),
        CommentKind.REOPENED: _("Thread opened again: %(title)s", title=request.title),
    }
    first = request.threads_first and said.kind in (CommentKind.THREAD, CommentKind.REOPENED)
    return laid_out(
        subjects[said.kind],
        [_("Something was said about a request for approval:")],
        title=request.title,
        said=[in_thread(said), _("“%(reason)s”", reason=said.text) if said.text else ""],
        after=[_("It has to be resolved before this is approved.") if first else ""],
        link=(_("Open the request"), link) if link else None,
        small=_("Opening the link decides nothing. It is meant for you alone; do not forward it.") if link else "",
    )


def in_thread(said: Comment) -> str:
    """What was done in a thread, and by whom."""
    by = said.author
    sentences: dict[str, str] = {
        CommentKind.THREAD: _("%(by)s opened a thread.", by=by),
        CommentKind.REPLY: _("%(by)s answered in a thread.", by=by),
        CommentKind.RESOLVED: _("%(by)s resolved a thread.", by=by),
        CommentKind.REOPENED: _("%(by)s opened a thread again.", by=by),
    }
    return str(sentences[said.kind])


def quoted(decision: Decision) -> str:
    """The reason that was given, if one was."""
    return _("“%(reason)s”", reason=decision.reason) if decision.reason else ""


def _filled_in(request: Request, decision: Decision) -> list[str]:
    """What came with the answer, a line a field."""
    if decision.items is not None:
        became = items.split(items.restored(request.items), decision.items)
        said = [(_("Approved"), became.approved), (_("Declined"), became.declined)]
        return [f"{words}: {', '.join(one.label for one in some)}" for words, some in said if some]
    return [
        f"{label}: {value}" for label, value in options.filled_in(request.options, decision.option, decision.answer)
    ]


def became(decision: Decision) -> str:
    """Who decided what, in a sentence."""
    return _how(decision)[1]


def _how(decision: Decision) -> tuple[str, str]:
    """A subject with a place for the title, and who decided what."""
    who = {"by": decision.by_name}
    subject: str
    said: str
    if decision.option_label:
        # The place for the title is filled later, so the words around it must not look like one.
        subject = _("%(option)s: %(title)s", title="%(title)s", option=decision.option_label.replace("%", "%%"))
        return subject, _("%(by)s answered “%(option)s”.", **who, option=decision.option_label)
    match Outcome(decision.outcome):
        case Outcome.APPROVED:
            subject, said = _("Approved: %(title)s"), _("%(by)s approved it.", **who)
        case Outcome.DECLINED:
            subject, said = _("Declined: %(title)s"), _("%(by)s declined it.", **who)
        case Outcome.CHANGES_REQUESTED:
            subject = _("Changes requested: %(title)s")
            said = _("%(by)s asked for changes.", **who)
        case Outcome.RESPONDED:
            subject, said = _("Answered: %(title)s"), _("%(by)s answered.", **who)
        case Outcome.BYPASSED:
            subject = _("Bypassed: %(title)s")
            said = _("%(by)s bypassed this approval: it counts as approved, without those who were asked.", **who)
        case Outcome.EXPIRED:
            subject = _("Expired: %(title)s")
            said = _("Nobody decided in time.")
        case Outcome.CANCELLED:
            subject = _("Taken back: %(title)s")
            said = _("%(by)s took it back: nobody has to decide any more.", **who)
    return subject, said


def code(digits: str) -> Letter:
    """The one-time code. Says nothing of what it opens."""
    return laid_out(
        _("Your code for Studio"),
        [_("Type this code into the page that asked for it:")],
        title=digits,
        after=[_("It is good for ten minutes, in that browser only.")],
        small=_("If you did not ask for it, somebody may have been sent your link; ignore this mail."),
    )


def laid_out(
    subject: str,
    lead: Sequence[str],
    *,
    title: str,
    said: Sequence[str] = (),
    facts: Sequence[Sequence[str]] = (),
    entries: Sequence[tuple[str, str]] = (),
    after: Sequence[str] = (),
    link: tuple[str, str] | None = None,
    small: str = "",
) -> Letter:
    """A mail as all of Studio's that lead somewhere look: text and HTML of the same parts."""
    said, after = [line for line in said if line], [line for line in after if line]
    listed = ["\n".join(f"{label}: {value}" for label, value in facts)] if facts else []
    listed += [f"{words}: {address}" for words, address in entries]
    ways = [f"{link[0]}: {link[1]}"] if link else []
    text = [*lead, title, *said, *listed, *after, *ways, *([small] if small else ())]
    html = _templates.get_template("approvals/letter.html").render(
        lead=lead, title=title, said=said, facts=facts, entries=entries, after=after, link=link, small=small
    )
    # A title comes from an order: a line break in it must not become a header of its own.
    return Letter(" ".join(subject.split())[:200], "\n\n".join(text) + "\n", html)
