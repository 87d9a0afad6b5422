"""What a person may do with their share beside deciding: remark, hand on, put off, take back up."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import people, policy, trail
from studio.approvals.models import Assignment, Comment, Request
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState, CommentKind
from studio.approvals.people import Person
from studio.approvals.service import attaching, delegating, handing, rows, seats, staging, timers
from studio.core import ids
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.faults import fault_point
from studio.core.models import StoredFile
from studio.core.unit_of_work import UnitOfWork


def comment(uow: UnitOfWork, request_id: UUID, text: str, files: Sequence[StoredFile] = ()) -> Comment:
    """Say something to everybody who sees the request, with files that were handed in. Changes no state."""
    request = rows.locked(uow, request_id)
    person = rows.acting(uow)
    asked = _shares(rows.assignments(uow, request), person)
    if not (person.sees_all or asked or rows.asked_by(request, person)):
        raise rows.missing(request_id)
    if not text.strip():
        raise InvalidInput(_("Write something first."), field="comment")
    row = Comment(
        id=ids.new_id(),
        request_id=request.id,
        user_id=person.id,
        author=person.name,
        kind=CommentKind.COMMENT,
        text=text.strip(),
        at=uow.now,
    )
    uow.session.add(row)
    attaching.hang(uow, request, files, comment=row)
    trail.record(uow, "approval.commented", request, comment=row.text)
    return row


def reassign(uow: UnitOfWork, assignment_id: UUID, to: UUID, note: str = "") -> Assignment:
    """Hand a share to somebody else: the assignee may, and whoever manages approvals."""
    request, share, person = _own_or_managed(uow, assignment_id)
    target = people.by_id(uow, to)
    if target is None or not target.may_decide:
        raise InvalidInput(_("That person has no seat that can decide."), field="to")
    shares = rows.assignments(uow, request)
    handing.check(uow, request, shares, share, person, target)
    rows.close(uow, share, AssignmentState.REASSIGNED)
    rows.kill_links(uow, [share.id])
    why = {"kind": "handed", "name": person.name}
    new = rows.assign(uow, request, target.id, why, stage=share.stage, place_id=rows.place(share))
    new.handed_from = share.id
    if note.strip():
        new.why = new.why | {"note": note.strip()}
    uow.session.flush()
    if new.state in LIVE:
        trail.mail_asked(uow, new.id)
        delegating.take_back(uow, shares, share)
        delegating.extend(uow, request, [new])
        timers.release_if(uow, request, {one.id for one in shares if one.state not in LIVE})
    staging.recount(uow, request)
    trail.record(
        uow,
        "approval.reassigned",
        request,
        from_=str(share.user_id),
        to=target.email,
        note=note.strip() or None,
    )
    fault_point("reassign.before_commit")
    uow.after_commit(lambda: fault_point("reassign.after_commit"))
    return new


def snooze(uow: UnitOfWork, assignment_id: UUID, until: datetime) -> datetime:
    """Hide a share from its own person; deadline and escalation run on. Returns when it comes back."""
    request, share, _person = _own(uow, assignment_id)
    ahead(uow, until)
    escalates = timers.of(uow, request)
    next_at = escalates.next_at if escalates is not None else None
    wake = policy.wakes_at(until, uow.now, [request.remind_at, request.due_at, next_at])
    share.state, share.snoozed_until = AssignmentState.SNOOZED, wake
    return wake


def ahead(uow: UnitOfWork, until: datetime) -> None:
    """Raises InvalidInput unless a moment is still to come."""
    if until <= uow.now:
        raise InvalidInput(_("Choose a moment that is still to come."), code="in_the_past", field="until")


def restore(uow: UnitOfWork, assignment_id: UUID) -> None:
    """Back to Pending, now."""
    _request, share, _person = _own(uow, assignment_id)
    share.state, share.snoozed_until = AssignmentState.OPEN, None


def _own(uow: UnitOfWork, assignment_id: UUID) -> tuple[Request, Assignment, Person]:
    request, share, person = _found(uow, assignment_id, LIVE)
    if share.user_id != person.id:
        raise rows.missing(assignment_id)
    return request, share, person


def _own_or_managed(uow: UnitOfWork, assignment_id: UUID) -> tuple[Request, Assignment, Person]:
    request, share, person = _found(uow, assignment_id, WAITING, lost=True)
    if share.user_id != person.id and not person.may_manage:
        if person.sees_all:
            raise Forbidden(_("Only the person who was asked, or an admin, can hand this on."))
        raise rows.missing(assignment_id)
    return request, share, person


def _found(
    uow: UnitOfWork, assignment_id: UUID, states: Collection[AssignmentState], *, lost: bool = False
) -> tuple[Request, Assignment, Person]:
    """The share under its request's lock, in one of those states; and who acts.

    `lost`: an admin also gets the share of somebody whose seat no longer decides.
    """
    found = uow.session.get(Assignment, assignment_id)
    person = rows.acting(uow)
    if found is None:
        raise rows.missing(assignment_id)
    request = rows.locked(uow, found.request_id)
    uow.session.refresh(found)
    theirs = lost and person.may_manage and seats.lost(found) and found.stage >= request.stage
    closed = not request.open or not (found.state in states or theirs)
    if closed and (found.user_id == person.id or person.sees_all):
        raise Conflict(_("This is no longer open."), code="closed", resource=f"approval:{request.id}")
    if closed:
        raise rows.missing(assignment_id)
    return request, found, person


def _shares(shares: list[Assignment], person: Person) -> bool:
    return any(share.user_id == person.id for share in shares)
