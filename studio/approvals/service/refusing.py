"""Why an attempt to decide was refused, in words: what happened, what did not, what to do now."""

from datetime import datetime

from babel.dates import format_datetime as plainly
from flask import has_app_context
from flask_babel import format_datetime
from flask_babel import gettext as _

from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Verdict
from studio.approvals.service import rows
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError


def refusal(
    verdict: Verdict, request: Request, decided: Decision | None, said: Vote | None, person: Person
) -> StudioError:
    """The error of a verdict that does not let the attempt proceed. `said`: the person's own last vote."""
    if verdict is Verdict.NO_SEAT:
        return rows.no_seat()
    if verdict is Verdict.NOT_ASKED and not person.sees_all:
        return rows.missing(request.id)
    if verdict is Verdict.DECIDED and decided is not None:
        code = "withdrawn" if decided.outcome == Outcome.CANCELLED else "already_decided"
        return _conflict(request, code, ended_words(decided))
    if verdict is Verdict.VOTED and said is not None:
        return _conflict(request, "already_decided", f"{voted_words(said)} {_('That stands.')}")
    return _stands_in_the_way(verdict, request)


def ended_words(decision: Decision) -> str:
    """Who decided what and when, in a sentence."""
    by, when = decision.by_name, moment_words(decision.at)
    words: str
    if decision.option_label:
        return str(_("%(by)s answered “%(option)s” on %(when)s.", by=by, option=decision.option_label, when=when))
    match Outcome(decision.outcome):
        case Outcome.APPROVED:
            words = _("%(by)s approved this on %(when)s.", by=by, when=when)
        case Outcome.DECLINED:
            words = _("%(by)s declined this on %(when)s.", by=by, when=when)
        case Outcome.CHANGES_REQUESTED:
            words = _("%(by)s asked for changes on %(when)s.", by=by, when=when)
        case Outcome.RESPONDED:
            words = _("%(by)s answered on %(when)s.", by=by, when=when)
        case Outcome.BYPASSED:
            words = _("%(by)s bypassed this on %(when)s.", by=by, when=when)
        case Outcome.EXPIRED:
            words = _("The time to decide ran out on %(when)s.", when=when)
        case Outcome.CANCELLED:
            words = _("%(by)s took this back on %(when)s.", by=by, when=when)
    return words


def voted_words(vote: Vote) -> str:
    """What the reader said and when, in a sentence; the request may still be open."""
    when = moment_words(vote.at)
    if vote.option_label:
        return str(_("You answered “%(option)s” on %(when)s.", option=vote.option_label, when=when))
    if vote.outcome == Outcome.APPROVED:
        return str(_("You approved this on %(when)s.", when=when))
    if vote.outcome == Outcome.DECLINED:
        return str(_("You declined this on %(when)s.", when=when))
    return str(_("You asked for changes on %(when)s.", when=when))


def moment_words(at: datetime) -> str:
    """In the reader's language and zone; a worker has no reader."""
    said = format_datetime(at, "medium") if has_app_context() else plainly(at, locale="en")
    return str(said)


def _stands_in_the_way(verdict: Verdict, request: Request) -> StudioError:
    match verdict:
        case Verdict.NOT_ASKED | Verdict.REQUESTER | Verdict.EDITOR | Verdict.FOR_BARRED | Verdict.ROLE:
            return _not_this_person(verdict)
        case Verdict.UNREASONED:
            said = _("Say why in the comment: whoever asked has to act on it.")
            return InvalidInput(said, code="reason_missing", field="comment")
        case Verdict.NOT_A_CHOICE:
            return InvalidInput(_("That is not one of the choices."), code="unknown_outcome", field="outcome")
        case _:
            return _not_now(verdict, request)


def _not_this_person(verdict: Verdict) -> StudioError:
    error: StudioError
    match verdict:
        case Verdict.REQUESTER:
            said = _("You asked for this yourself, so somebody else has to decide.")
            error = Forbidden(said, code="self_approval")
        case Verdict.EDITOR:
            said = _("You were the last to edit this, so somebody else has to decide.")
            error = Forbidden(said, code="self_approval")
        case Verdict.FOR_BARRED:
            said = _("You would decide in the place of somebody who must not, so somebody else has to.")
            error = Forbidden(said, code="self_approval")
        case Verdict.ROLE:
            said = _("The rule of this approval excludes your role, so somebody else has to decide.")
            error = Forbidden(said, code="role_excluded")
        case _:
            said = _("You were not asked, so you cannot decide this.")
            error = Forbidden(said, code="not_asked")
    return error


def _not_now(verdict: Verdict, request: Request) -> Conflict:
    nothing = _("Nothing was decided.")
    error: Conflict
    match verdict:
        case Verdict.HANDED_ON:
            said = _("This was handed to somebody else.")
            error = _conflict(request, "reassigned", f"{said} {nothing}")
        case Verdict.NOT_AWAY:
            said = _("The absence has ended for which you stood in, so this is no longer yours to decide.")
            error = _conflict(request, "delegation_ended", f"{said} {nothing}")
        case Verdict.ESCALATED:
            said = _("Nobody answered in time, so others were asked instead of you.")
            error = _conflict(request, "escalated_away", f"{said} {nothing}")
        case Verdict.QUEUED if request.state == RequestState.QUEUED:
            said = _("Another approval about the same thing is open. You will get a mail when it is your turn.")
            error = _conflict(request, "not_yet", f"{said} {nothing}")
        case Verdict.QUEUED:
            said = _("Others decide first. You will get a mail when it is your turn.")
            error = _conflict(request, "not_yet", f"{said} {nothing}")
        case Verdict.SETTLED:
            said = _("The others have settled your part of this.")
            error = _conflict(request, "already_decided", f"{said} {nothing}")
        case Verdict.HELD:
            said = _("Changes were asked for, so a new version is awaited.")
            error = _conflict(request, "changes_requested", f"{said} {nothing}")
        case Verdict.PAST_DUE:
            said = _("The time to decide has run out.")
            error = _conflict(request, "expired", f"{said} {nothing}")
        case Verdict.CHANGED:
            said = _("What is asked has changed since you opened the page. Read it again.")
            error = _conflict(request, "content_changed", f"{said} {nothing}")
        case _:
            said = _("This was taken back: %(reason)s", reason=request.close_reason or "")
            error = _conflict(request, "withdrawn", said)
    return error


def _conflict(request: Request, code: str, message: str) -> Conflict:
    return Conflict(message, code=code, resource=f"approval:{request.id}")
