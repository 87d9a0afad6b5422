"""How long an answer took, measured as it is given: reports over years of answers then only have to add up."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from studio.approvals.clock.arithmetic import BeyondHorizonError, working_between
from studio.approvals.models import Assignment, Request
from studio.approvals.revisions import Revision
from studio.approvals.service import calendars, rows
from studio.approvals.timetables import WorkingCalendar
from studio.core.unit_of_work import UnitOfWork


def measured(uow: UnitOfWork, request: Request, share: Assignment) -> dict[str, Any]:
    """What a vote keeps of it: seconds waited and worked, and what a report counts it under."""
    since = _since(uow, request, share)
    return {
        "waited_s": max(0, int((uow.now - since).total_seconds())),
        "worked_s": _worked(uow, request, since),
        "workflow_id": request.workflow_id,
        "group_name": share.why.get("name", "")[:80] or None if share.why.get("kind") == "group" else None,
    }


def _since(uow: UnitOfWork, request: Request, share: Assignment) -> datetime:
    """When this person could first answer what is asked now: a later stage opens, and a new version is written."""
    moments = [share.created_at]
    if request.stage:
        moments += [vote.at for vote in rows.votes(uow, request) if vote.stage < request.stage]
    if request.revision > 1:
        written = select(Revision.at).where(Revision.request_id == request.id, Revision.number == request.revision)
        moments += uow.session.scalars(written)
    return max(moments)


def _worked(uow: UnitOfWork, request: Request, since: datetime) -> int | None:
    calendar = uow.session.get(WorkingCalendar, request.calendar_id) if request.calendar_id else None
    if calendar is None:
        return None
    try:
        return max(0, int(working_between(calendars.hours_of(calendar), since, uow.now).total_seconds()))
    except BeyondHorizonError:
        return None
