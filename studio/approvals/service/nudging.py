"""Reminding those who hold a request, as whoever asked for it."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import nudges, people, trail
from studio.approvals.models import Request
from studio.approvals.outcomes import LIVE, RequestState
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.approvals.service.refusing import ended_words, moment_words
from studio.core.errors import Conflict, Forbidden, TooManyRequests
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork


def nudge(uow: UnitOfWork, request_id: UUID) -> list[str]:
    """Mail everybody whose share is open that it still waits, when it suits them; returns their names.

    Raises NotFound to whoever cannot see it, Forbidden to whoever has not asked and manages no approvals, Conflict
    where nobody is asked now, TooManyRequests within `nudges.EVERY` of the last time. Nothing is mailed then.
    """
    request, person = rows.locked(uow, request_id), rows.acting(uow)
    shares = rows.assignments(uow, request)
    if not may_nudge(request, person):
        if not (person.sees_all or any(share.user_id == person.id for share in shares)):
            raise rows.missing(request_id)
        said = _("Only whoever asked for this, or an admin, can have others reminded of it.")
        raise Forbidden(said, code="not_requester")
    _is_asked(uow, request)
    _not_lately(uow, request)
    held = people.by_ids(uow, [one.user_id for one in shares if one.state in LIVE and one.stage == request.stage])
    names = sorted(one.name for one in held.values() if one.may_decide)
    if not names:
        said = _("Nobody is left who could decide this, so nobody was reminded. An admin can hand it to somebody.")
        raise Conflict(said, code="nobody_to_remind", resource=f"approval:{request_id}")
    request.nudged_at = uow.now
    trail.mail_nudge(uow, request, person.name)
    trail.record(uow, "approval.reminded", request)
    fault_point("nudge.before_commit")
    return names


def may_nudge(request: Request, person: Person) -> bool:
    """Whoever asked, and whoever manages approvals, as their seats stand now."""
    return person.active and (rows.asked_by(request, person) or person.may_manage)


def _is_asked(uow: UnitOfWork, request: Request) -> None:
    where, nobody = f"approval:{request.id}", _("Nobody was reminded.")
    if not request.open:
        decided = rows.decision(uow, request)
        said = ended_words(decided) if decided is not None else _("This was taken back.")
        raise Conflict(f"{said} {nobody}", code="closed", resource=where)
    if request.state == RequestState.CHANGES_REQUESTED:
        said = _("Changes were asked for: it waits for a new version, not for those who decide.")
        raise Conflict(f"{said} {nobody}", code="changes_requested", resource=where)
    if request.state != RequestState.PENDING:
        raise Conflict(f"{_('Nobody is asked at the moment.')} {nobody}", code="not_asked_now", resource=where)


def _not_lately(uow: UnitOfWork, request: Request) -> None:
    again = nudges.next_at(request.nudged_at, uow.now)
    if again is not None:
        said = _(
            "They were reminded a short while ago. You can remind them again on %(when)s.", when=moment_words(again)
        )
        error = TooManyRequests(said, code="reminded_lately", resource=f"approval:{request.id}")
        error.retry_after_s = int((again - uow.now).total_seconds()) + 1
        raise error
