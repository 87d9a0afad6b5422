"""The words of each mail. A mail never carries a button that decides: its one link leads to a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from jinja2 import Environment, PackageLoader, StrictUndefined

from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import Outcome

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


def asked(request: Request, link: str, *, due: str | None, reminder: bool = False) -> Letter:
    """To somebody who is asked: what, the facts, until when, where."""
    name = str(request.context.get("workflow_name") or "")
    lead = _("%(workflow)s asks for your decision:", workflow=name) if name else _("Please decide:")
    until = [_("Decide until %(due)s.", due=due)] if due else []
    subject = _("Reminder: %(title)s") if reminder else _("Decide: %(title)s")
    return _letter(
        subject % {"title": request.title},
        [lead],
        title=request.title,
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
    return _letter(
        subject % {"title": request.title},
        [_("You asked for:")],
        title=request.title,
        said=[said, reason],
        facts=request.facts,
    )


def code(digits: str) -> Letter:
    """The one-time code. Says nothing of what it opens."""
    return _letter(
        _("Your code for Studio"),
        [_("Type this code into the page that asked for it:")],
        title=digits,
        after=[_("It is good for ten minutes, in that browser only.")],
        small=_("If you did not ask for it, somebody may have been sent your link; ignore this mail."),
    )


def _letter(
    subject: str,
    lead: Sequence[str],
    *,
    title: str,
    said: Sequence[str] = (),
    facts: Sequence[Sequence[str]] = (),
    after: Sequence[str] = (),
    link: tuple[str, str] | None = None,
    small: str = "",
) -> Letter:
    said, after = [line for line in said if line], [line for line in after if line]
    listed = ["\n".join(f"{label}: {value}" for label, value in facts)] if facts else []
    ways = [f"{link[0]}: {link[1]}"] if link else []
    text = [*lead, title, *said, *listed, *after, *ways, *([small] if small else ())]
    html = _templates.get_template("approvals/letter.html").render(
        lead=lead, title=title, said=said, facts=facts, after=after, link=link, small=small
    )
    # A title comes from an order: a line break in it must not become a header of its own.
    return Letter(" ".join(subject.split())[:200], "\n\n".join(text) + "\n", html)
