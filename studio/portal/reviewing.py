"""How access reviews read."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.core import formats
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews.facts import Facts
from studio.oversight.reviews.listing import Progress
from studio.oversight.reviews.outcomes import GOING_ON, Answer, Cause, Silence, State

LONG_AGO = timedelta(days=90)
"""Whoever has not signed in for so long is pointed out."""


at = formats.at
"""A moment to the minute."""


def going_on(review: AccessReview) -> bool:
    """Whether answers are still taken."""
    return review.state in GOING_ON


def state(review: AccessReview) -> tuple[str, str]:
    """The chip's words and kind."""
    return {
        State.OPEN: (_("Open"), "run"),
        State.HANDED: (_("With the owners"), "warn"),
        State.FINISHED: (_("Finished"), "good"),
        State.CALLED_OFF: (_("Called off"), ""),
    }[State(review.state)]


def answer(item: AccessReviewItem) -> tuple[str, str]:
    """The chip's words and kind."""
    if item.answer is None:
        return _("Not answered"), "wait"
    return {
        Answer.KEEP: (_("Kept"), "good"),
        Answer.REMOVE: (_("Taken away"), "bad"),
        Answer.CHANGE: (_("Changed"), "warn"),
        Answer.GONE: (_("Gone before"), ""),
    }[Answer(item.answer)]


def cause(item: AccessReviewItem) -> str:
    """Why it came to that, where no reviewer answered."""
    words: dict[Cause, str] = {
        Cause.SILENCE: _("Nobody answered: by the rule for silence"),
        Cause.OWNER_STAYS: _("Nobody answered: an owner's seat is never taken by silence"),
        Cause.ELSEWHERE: _("The seat was taken away outside of this review"),
    }
    return words.get(Cause(item.cause), "") if item.cause else ""


def silence(review: AccessReview) -> str:
    """What silence means."""
    words: dict[Silence, str] = {
        Silence.KEEP: _("Without an answer a seat is kept."),
        Silence.REMOVE: _("Without an answer a seat is taken away, unless it is an owner's."),
        Silence.OWNER: _("Without an answer the owners are asked, with 7 more days; then a seat is kept."),
    }
    return words[Silence(review.silence)]


def counted(progress: Progress) -> str:
    """How many of a finished review became what."""
    of = progress.counts
    parts = [
        (of.get(Answer.KEEP, 0), _("%(count)s kept", count=of.get(Answer.KEEP, 0))),
        (of.get(Answer.REMOVE, 0), _("%(count)s taken away", count=of.get(Answer.REMOVE, 0))),
        (of.get(Answer.CHANGE, 0), _("%(count)s changed", count=of.get(Answer.CHANGE, 0))),
        (of.get(Answer.GONE, 0), _("%(count)s gone before", count=of.get(Answer.GONE, 0))),
    ]
    return ", ".join(words for count, words in parts if count)


def facts(found: Facts, invited_by: str, now: datetime) -> list[tuple[str, str, bool]]:
    """Label, value, and whether it is worth a second look."""
    quiet = found.last_sign_in is None or now - found.last_sign_in > LONG_AGO
    given = formats.at(found.since) if found.since else _("not known")
    return [
        (_("Last sign-in"), formats.at(found.last_sign_in) if found.last_sign_in else _("never"), quiet),
        (_("Last decision"), formats.at(found.last_decision) if found.last_decision else _("none"), False),
        (_("Open approvals"), formats.number(found.open_approvals), False),
        (_("Groups"), ", ".join(found.groups) or _("none"), False),
        (_("API tokens"), formats.number(found.tokens), bool(found.tokens and quiet)),
        (_("Seat given"), _("%(day)s by %(name)s", day=given, name=invited_by) if invited_by else given, False),
    ]


def short(found: Facts) -> str:
    """The facts that a report's line shows."""
    seen = formats.at(found.last_sign_in) if found.last_sign_in else _("never")
    waiting = ngettext("%(num)s open approval", "%(num)s open approvals", found.open_approvals)
    return str(_("last sign-in %(when)s, %(waiting)s", when=seen, waiting=waiting))
