"""One open request at a time for the same thing: the others wait in the order in which they asked.

Who asks waits for the key's row. Who ends a request never does: where somebody else holds that row, or the request that
is next, a job of the same transaction opens it a moment later, so that two who hold what the other wants cannot block
one another.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.approvals import trail
from studio.approvals.models import Assignment, Lock, Request
from studio.approvals.models.lock import LONGEST_KEY
from studio.approvals.outcomes import AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.service import delegating, pausing, rows
from studio.core import ids, outbox
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork

TOPIC = "approval.unlock"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a request waits for."""

    key: str
    number: int
    """How many requests are before it."""
    id: UUID | None = None
    """The one that is open; None: the reader may not see it."""
    title: str = ""


def checked(key: str) -> str:
    """A key as it is kept. Raises InvalidInput where it is too long."""
    key = " ".join(key.split())
    if len(key) > LONGEST_KEY:
        said = _("What only one approval at a time may be about has up to %(most)s letters.", most=LONGEST_KEY)
        raise InvalidInput(said, code="lock.too_long", field="exclusive")
    return key


def take(uow: UnitOfWork, request: Request, key: str) -> None:
    """Give a new request its place, before it is written: first, or behind whoever holds the key.

    Raises InvalidInput where it would wait for a request that its own run has to settle first.
    """
    row = _held(uow, key)
    row.asked += 1
    request.lock_key, request.lock_place = key, row.asked
    uow.session.flush()
    holder = uow.session.scalars(_open(key).where(Request.state != RequestState.QUEUED)).first()
    if holder is None:
        return
    if holder.state == RequestState.BETWEEN and holder.run_id == request.run_id:
        said = _(
            "This would wait for “%(title)s”, which waits for a further stage or the end of this very run. Ask a "
            "further stage of that one, or name something else.",
            title=holder.title,
        )
        raise InvalidInput(said, code="lock.own", field="exclusive")
    request.state = RequestState.QUEUED


def wait(uow: UnitOfWork, request: Request) -> None:
    """It is not its turn: nobody is asked, and its time stands still."""
    pausing.pause(uow, request)
    trail.record(uow, "approval.queued", request, lock=request.lock_key)


def release(uow: UnitOfWork, request: Request) -> None:
    """A request has ended: the next one about the same thing is opened, by this transaction or a job that it leaves."""
    if request.lock_key is None:
        return
    uow.session.flush()
    query = _row(request.lock_key).with_for_update(skip_locked=True)
    if uow.session.scalars(query, execution_options={"populate_existing": True}).first() is None or not _next(
        uow, request.lock_key, patient=False
    ):
        payload = {"key": request.lock_key}
        outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{request.id}", payload=payload, due_at=uow.now)


def look(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Open what is next about a key, where nothing is open. Late, early and repeated calls do no harm."""
    _held(uow, payload["key"])
    _next(uow, payload["key"], patient=True)


def place(uow: UnitOfWork, request_id: UUID) -> Ahead | None:
    """What a request waits for, without naming the others; None: it waits for none."""
    request = uow.session.scalars(select(Request).where(Request.id == request_id)).one_or_none()
    if request is None or request.state != RequestState.QUEUED or request.lock_key is None:
        return None
    return Ahead(request.lock_key, _count(uow, _before(request)))


def ahead(uow: UnitOfWork, request: Request, reader: Person) -> Ahead | None:
    """What a request waits for, as a reader may know it; None: it waits for none."""
    if request.state != RequestState.QUEUED or request.lock_key is None:
        return None
    before = _before(request)
    number = _count(uow, before)
    first = uow.session.scalars(before.where(Request.state != RequestState.QUEUED)).first()
    if first is None:
        return Ahead(request.lock_key, number)
    asked = select(Assignment.id).where(Assignment.request_id == first.id, Assignment.user_id == reader.id)
    may = reader.sees_all or rows.requester(first).is_(reader.email, reader.id)
    if not may and uow.session.scalar(asked.limit(1)) is None:
        return Ahead(request.lock_key, number)
    return Ahead(request.lock_key, number, first.id, first.title)


def _next(uow: UnitOfWork, key: str, *, patient: bool) -> bool:
    """Open the first that waits, under the key's row. False: somebody holds it at this moment."""
    while uow.session.scalars(_open(key).where(Request.state != RequestState.QUEUED)).first() is None:
        first = uow.session.scalars(_open(key).with_only_columns(Request.id)).first()
        if first is None:
            uow.session.execute(delete(Lock).where(Lock.key == key))
            return True
        waits = select(Request).where(Request.id == first).with_for_update(skip_locked=not patient)
        request = uow.session.scalars(waits, execution_options={"populate_existing": True}).first()
        if request is None:
            return False
        if request.open:  # taken back while this waited for it: the one behind it is looked at
            _begin(uow, request)
    return True


def _begin(uow: UnitOfWork, request: Request) -> None:
    """It is its turn: its people are asked, and its time runs."""
    request.state = RequestState.PENDING
    pausing.go_on(uow, request)
    opened = [
        share
        for share in rows.assignments(uow, request)
        if share.stage == request.stage and share.state == AssignmentState.QUEUED
    ]
    for share in opened:
        share.state = AssignmentState.OPEN
        share.stand(request)
        share.created_at = uow.now  # since now it can be answered: how long that took is counted from here
    uow.session.flush()
    for share in opened:
        trail.mail_asked(uow, share.id)
    delegating.extend(uow, request, opened)
    trail.record(uow, "approval.opened", request)
    if request.stuck_at is not None:
        trail.unreachable(uow, request)


def _open(key: str) -> Any:
    """Requests about a key that have not ended, in the order in which they asked; never more than one has its turn."""
    query = select(Request).where(Request.lock_key == key, Request.closed_at.is_(None))
    return query.order_by(Request.lock_place)


def _before(request: Request) -> Any:
    """Those about the same key that asked earlier, and have not ended."""
    return _open(request.lock_key or "").where(Request.lock_place < request.lock_place)


def _count(uow: UnitOfWork, query: Any) -> int:
    return uow.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def _row(key: str) -> Any:
    return select(Lock).where(Lock.key == key)


def _held(uow: UnitOfWork, key: str) -> Lock:
    """The key's row, made where there is none, under its lock. Nothing else is locked while this waits for it."""
    dialect: Any = sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql
    begun = dialect.insert(Lock).values(id=ids.new_id(), workspace_id=uow.workspace, key=key, asked=0)
    row: Lock | None = None
    while row is None:  # whoever ends the last request about it takes the row away
        uow.session.execute(begun.on_conflict_do_nothing())
        found = uow.session.scalars(_row(key).with_for_update(), execution_options={"populate_existing": True})
        row = found.one_or_none()
    return row
