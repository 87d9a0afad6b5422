"""Taking a request back: whoever asked, or an admin, needs no answer any more, and its run goes on without one."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import Channel, Outcome
from studio.approvals.people import Person
from studio.approvals.service import asking, ending, rows
from studio.approvals.service.refusing import ended_words
from studio.core.actor import ActorType
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.unit_of_work import UnitOfWork


def take_back(uow: UnitOfWork, request_id: UUID, reason: str) -> Decision:
    """End a request as `cancelled`, as whoever asked or as an admin, and say why to everybody who was asked.

    Raises NotFound to whoever cannot see it, Forbidden to whoever else, InvalidInput without a reason, Conflict where
    it has ended.
    """
    request = rows.locked(uow, request_id)
    person = rows.acting(uow)
    if not may_take_back(request, person):
        asked = any(share.user_id == person.id for share in rows.assignments(uow, request))
        if not (asked or person.sees_all):
            raise rows.missing(request_id)
        raise Forbidden(_("Only whoever asked for this, or an admin, can take it back."), code="not_requester")
    if not reason.strip():
        raise InvalidInput(_("Say why: everybody who was asked reads it."), code="reason_missing", field="reason")
    _still_open(uow, request)
    channel = Channel.API if uow.actor.type is ActorType.API_TOKEN else Channel.PAGE
    request.close_reason = reason.strip()
    return ending.end(uow, request, Outcome.CANCELLED, by=person, reason=reason.strip(), channel=channel)


def settled_elsewhere(uow: UnitOfWork, request_id: UUID, how: str) -> None:
    """Close a request for what asked it: somebody has acted on its object themselves. A closed one stays as it is.

    Everybody's share closes and says who it was and how; what asked knows already, and hears nothing.
    """
    said = _("%(name)s settled this elsewhere: %(how)s", name=uow.actor.name, how=how) if uow.actor.name else how
    asking.withdraw(uow, request_id, said)


def may_take_back(request: Request, person: Person) -> bool:
    """Whoever asked, and whoever manages approvals, as their seats stand now."""
    own = rows.asked_by(request, person)
    return person.active and (own or person.may_manage)


def _still_open(uow: UnitOfWork, request: Request) -> None:
    decided, where = rows.decision(uow, request), f"approval:{request.id}"
    if decided is not None:
        code = "withdrawn" if decided.outcome == Outcome.CANCELLED else "already_decided"
        raise Conflict(ended_words(decided), code=code, resource=where)
    if not request.open:
        said = _("This was taken back: %(reason)s", reason=request.close_reason or "")
        raise Conflict(said, code="withdrawn", resource=where)
