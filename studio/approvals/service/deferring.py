"""A yes that takes effect later: it can be taken back until then. Its moment is a row and a job.

The job only says “look”: under the request's lock the row says whether it is time, so one that comes late or twice
changes nothing; and where its hours have closed meanwhile, or were edited, it waits for the next opening.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from studio.approvals import effect, together, trail
from studio.approvals.clock.calendar import Calendar
from studio.approvals.effect import Effect
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import WAITING, AssignmentState, Channel, Outcome, RequestState
from studio.approvals.people import Person
from studio.approvals.service import between, calendars, ending, plans, rows, timers
from studio.approvals.timetables import WorkingCalendar
from studio.contract.approving import ApprovalEffect
from studio.core import outbox
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def resolve(uow: UnitOfWork, asked: ApprovalEffect) -> Effect:
    """What was asked, with its calendars. Raises InvalidInput at its field for one that is not there."""
    within = None
    if asked.within:
        found = calendars.find(uow, asked.within)
        if found is None:
            missing = calendars.missing(uow, asked.within)
            said = missing.message if missing else _("There is no such calendar.")
            raise InvalidInput(said, code=missing.code if missing else "calendar.unknown", field="effect_within")
        within = found.id
    return Effect(plans.delay(uow, asked.after, "effect_after") if asked.after else None, asked.at, within)


def end(
    uow: UnitOfWork,
    request: Request,
    outcome: Outcome,
    *,
    by: Person | None,
    reason: str,
    channel: Channel,
    said: Vote | None = None,
    chosen: list[str] | None = None,
    by_name: str = "",
) -> Decision | None:
    """End it, as ending.end() does; None: it is a yes that takes effect later."""
    if outcome is Outcome.APPROVED and request.effect is not None:
        moment = effect.from_json(request.effect).moment(uow.now, _hours(uow, request.effect))
        if moment > uow.now:
            _defer(uow, request, moment)
            return None
    return ending.end(
        uow, request, outcome, by=by, reason=reason, channel=channel, said=said, chosen=chosen, by_name=by_name
    )


def look(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Its moment may have come. Late, early and repeated calls do no harm."""
    request = rows.locked(uow, UUID(payload["request_id"]))
    if request.state != RequestState.DEFERRED or request.effect_at is None or uow.now < request.effect_at:
        return
    kept = request.effect or effect.to_json(Effect())
    opening = effect.from_json(kept).opening(uow.now, _hours(uow, kept))
    if opening > uow.now:
        _wait(uow, request, opening)
        return
    between.settle(uow, request)


def _defer(uow: UnitOfWork, request: Request, moment: datetime) -> None:
    """Nobody has to decide any more; its lock is kept, and it can still be taken back."""
    trail.unschedule(uow, request)
    timers.stop(uow, request)
    shares = rows.assignments(uow, request)
    for share in shares:
        if share.state in WAITING:
            rows.close(uow, share, AssignmentState.WITHDRAWN)
    rows.kill_links(uow, [share.id for share in shares])
    request.state, request.stuck_at = RequestState.DEFERRED, None
    request.due_at = request.remind_at = None
    together.flush(uow)
    _wait(uow, request, moment)
    trail.deferred(uow, request, moment)


def _wait(uow: UnitOfWork, request: Request, moment: datetime) -> None:
    request.effect_at = moment
    key = f"{trail.EFFECT}:{request.id}:{moment.isoformat()}"
    outbox.enqueue(uow, trail.EFFECT, key=key, payload={"request_id": str(request.id)}, due_at=moment)


def _hours(uow: UnitOfWork, kept: dict[str, Any]) -> dict[UUID, Calendar]:
    found = effect.from_json(kept)
    wanted = {found.within, found.after.calendar if found.after else None} - {None}
    known = (uow.session.get(WorkingCalendar, one) for one in wanted)
    return {row.id: calendars.hours_of(row) for row in known if row is not None}
