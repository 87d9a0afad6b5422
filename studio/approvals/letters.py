"""The words of each mail. A mail never carries a button that decides: its one link leads to a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and both bodies."""

    subject: str
    text: str
    html: str


def asked(request: Request, link: str, *, due: str | None, reminder: bool = False) -> Letter:
    """To somebody who is asked: what, the facts, until when, where."""
    name = str(request.context.get("workflow_name") or "")
    lead = _("%(workflow)s asks for your decision:", workflow=name) if name else _("Please decide:")
    until = [_("Decide until %(due)s.", due=due)] if due else []
    subject = _("Reminder: %(title)s") if reminder else _("Decide: %(title)s")
    return _letter(
        subject % {"title": request.title},
        [lead, request.title],
        facts=request.facts,
        after=[request.instructions, *until],
        link=(_("Open the decision"), link),
        small=_("Opening the link decides nothing. It is meant for you alone; do not forward it."),
    )


def told(request: Request, decision: Decision) -> Letter:
    """To the requester: how it ended, who, why."""
    who = {"by": decision.by_name}
    subject: str
    said: str
    match Outcome(decision.outcome):
        case Outcome.APPROVED:
            subject, said = _("Approved: %(title)s"), _("%(by)s approved it.", **who)
        case Outcome.DECLINED:
            subject, said = _("Declined: %(title)s"), _("%(by)s declined it.", **who)
        case Outcome.CHANGES_REQUESTED:
            subject = _("Changes requested: %(title)s")
            said = _("%(by)s asked for changes.", **who)
        case Outcome.EXPIRED:
            subject = _("Expired: %(title)s")
            said = _("Nobody decided in time.")
    reason = _("“%(reason)s”", reason=decision.reason) if decision.reason else ""
    title = _("You asked for: %(title)s", title=request.title)
    return _letter(subject % {"title": request.title}, [title, said, reason], facts=request.facts)


def code(digits: str) -> Letter:
    """The one-time code. Says nothing of what it opens."""
    return _letter(
        _("Your code for Studio"),
        [_("Type this code into the page that asked for it:"), digits],
        after=[_("It is good for ten minutes, in that browser only.")],
        small=_("If you did not ask for it, somebody may have been sent your link; ignore this mail."),
    )


def _letter(
    subject: str,
    lead: Sequence[str],
    *,
    facts: Sequence[Sequence[str]] = (),
    after: Sequence[str] = (),
    link: tuple[str, str] | None = None,
    small: str = "",
) -> Letter:
    lead, after = [line for line in lead if line], [line for line in after if line]
    text = [*lead]
    html = [Markup("<p>{}</p>").format(line) for line in lead]
    if facts:
        text.append("\n".join(f"{label}: {value}" for label, value in facts))
        rows = Markup("").join(
            Markup("<tr><td>{}&nbsp;</td><td>{}</td></tr>").format(label, value) for label, value in facts
        )
        html.append(Markup("<table>{}</table>").format(rows))
    text.extend(after)
    html.extend(Markup("<p>{}</p>").format(line) for line in after)
    if link:
        text.append(f"{link[0]}: {link[1]}")
        html.append(Markup('<p><a href="{}">{}</a></p>').format(link[1], link[0]))
    if small:
        text.append(small)
        html.append(Markup("<p><small>{}</small></p>").format(small))
    # A title comes from an order: a line break in it must not become a header of its own.
    return Letter(" ".join(subject.split())[:200], "\n\n".join(text) + "\n", str(Markup("\n").join(html)))
