"""Requests that a unit of work took hold of together, so that a hundred decisions need no hundred times twelve queries.

Until the block ends, `rows` finds what it would ask for here. All of it is under the requests' locks, so nobody else
changes it meanwhile; what this unit writes itself is written to the same objects. Links and jobs that end with the
requests are ended together, when the block does.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, update

from studio.approvals import people
from studio.approvals.models import Assignment, Decision, Escalation, Link, Request, Vote
from studio.core import outbox
from studio.core.among import among
from studio.core.unit_of_work import UnitOfWork

_HELD = "studio.approvals.held"
_LINKS, _JOBS = "approvals.links", "approvals.jobs"


@dataclass(slots=True)
class Held:
    """One request under its lock, with all that a decision reads."""

    request: Request
    shares: list[Assignment] = field(default_factory=list)
    """In the order of asking."""
    votes: list[Vote] = field(default_factory=list)
    """In the order of saying."""
    decision: Decision | None = None
    plan: Escalation | None = None


@contextmanager
def hold(uow: UnitOfWork, request_ids: Iterable[UUID], *, lock: bool = True) -> Iterator[dict[UUID, Held]]:
    """Lock and read requests for the length of a block; whichever is not there, or another workspace's, is missing.

    They are locked in the order of their ids: two people who decide the same hundred wait for, and do not block, one
    another. `lock` is false for whoever only looks what would be.
    """
    found = _read(uow, set(request_ids), lock=lock)
    asked = {share.user_id for held in found.values() for share in held.shares}
    uow.session.info[_HELD] = found
    try:
        with people.read_once(uow, asked):
            yield found
    finally:
        del uow.session.info[_HELD]
    links, jobs = uow.collected.pop(_LINKS, []), uow.collected.pop(_JOBS, [])
    if links:
        kill_links(uow, links)
    if jobs:
        cancel_jobs(uow, jobs)


def of(uow: UnitOfWork, request_id: UUID) -> Held | None:
    """What this unit holds of a request; None: ask the database."""
    found: dict[UUID, Held] = uow.session.info.get(_HELD, {})
    return found.get(request_id)


def add(uow: UnitOfWork, row: Assignment | Vote) -> None:
    """Add a share or a vote, to what is held of its request as well."""
    uow.session.add(row)
    ahead = of(uow, row.request_id)
    if ahead is None:
        return
    if isinstance(row, Vote):
        ahead.votes.append(row)
    else:
        ahead.shares.append(row)


def kill_links(uow: UnitOfWork, assignment_ids: list[UUID]) -> None:
    """From now on these links only explain themselves."""
    if not _later(uow, _LINKS, assignment_ids):
        dead = update(Link).where(among(uow.session, Link.assignment_id, assignment_ids), Link.dead_at.is_(None))
        uow.session.execute(dead.values(dead_at=uow.now))


def cancel_jobs(uow: UnitOfWork, keys: list[str]) -> None:
    """Take these jobs back, those that are not under way."""
    if not _later(uow, _JOBS, keys):
        outbox.cancel_all(uow, keys)


def _later(uow: UnitOfWork, what: str, values: list[UUID] | list[str]) -> bool:
    """Whether it waits for the block's end. A part that is taken back takes what it left here along."""
    if _HELD not in uow.session.info:
        return False
    uow.collected.setdefault(what, []).extend(values)
    return True


def _read(uow: UnitOfWork, wanted: set[UUID], *, lock: bool) -> dict[UUID, Held]:
    fresh = {"populate_existing": True}
    locked = select(Request).where(among(uow.session, Request.id, wanted)).order_by(Request.id)
    locked = locked.with_for_update() if lock else locked
    found = {row.id: Held(row) for row in uow.session.scalars(locked.execution_options(**fresh))}
    shares = select(Assignment).where(among(uow.session, Assignment.request_id, found)).order_by(Assignment.id)
    for share in uow.session.scalars(shares.execution_options(**fresh)):
        found[share.request_id].shares.append(share)
    said = select(Vote).where(among(uow.session, Vote.request_id, found)).order_by(Vote.id)
    for vote in uow.session.scalars(said.execution_options(**fresh)):
        found[vote.request_id].votes.append(vote)
    ended = select(Decision).where(among(uow.session, Decision.request_id, found))
    for decision in uow.session.scalars(ended):
        found[decision.request_id].decision = decision
    plans = [one for one, held in found.items() if held.request.escalates]
    walked = select(Escalation).where(among(uow.session, Escalation.request_id, plans))
    for plan in uow.session.scalars(walked.execution_options(**fresh)) if plans else ():
        found[plan.request_id].plan = plan
    return found
