"""Who hears beside the requester how a request ended: everybody who was asked, once each, but not who ended it."""

from datetime import datetime
from uuid import UUID

from studio.approvals import people, trail
from studio.approvals.models import Request
from studio.approvals.outcomes import RequestState
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork


def audience(uow: UnitOfWork, request: Request, by: UUID | None) -> list[Person]:
    """People with a working seat who were asked and want to hear it; whoever handed it on is among them.

    A bypass is told to all of them, whatever they want to hear.
    """
    shares = rows.assignments(uow, request)
    asked = {share.user_id for share in shares if share.stage <= request.stage} - {by}
    unasked = request.state == RequestState.BYPASSED
    requester = rows.requester(request)
    return [
        person
        for person in people.by_ids(uow, asked).values()
        if person.active and (person.preferences.completion or unasked) and not requester.is_(person.email, person.id)
    ]


def later(uow: UnitOfWork, request: Request, person: Person, at: datetime) -> None:
    """Tell one of them after their quiet hours."""
    payload = {"request_id": str(request.id), "user_id": str(person.id)}
    outbox.enqueue(uow, trail.COMPLETED, key=f"{trail.COMPLETED}:{request.id}:{person.id}", payload=payload, due_at=at)
