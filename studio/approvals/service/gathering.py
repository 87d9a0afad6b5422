"""A run that waits for several of its requests: heard in the transaction that ends the last of them.

Whoever begins to wait locks the requests first, and whoever ends one holds its lock: so each end is either seen here,
or sees the wait. Two that end the last two at once meet at the rows of the wait.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from studio.approvals import answers, askers
from studio.approvals.models import Decision, Gathered, Request
from studio.approvals.service import ending
from studio.contract.approving import ApprovalGather
from studio.contract.ports import Waits
from studio.core import ids
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork

MOST = 1_000
"""How many one wait may be for."""


def gather(uow: UnitOfWork, wanted: ApprovalGather, asked: Sequence[Any]) -> dict[str, Any] | None:
    """Wait for them: all answers summed up, where they have ended already. Raises InvalidInput at `requests`."""
    found = _locked(uow, wanted, asked)
    if not any(request.open for request in found):
        return _summed_up(uow, found)
    uow.session.add_all(
        Gathered(id=ids.new_id(), wait_id=wanted.wait_id, run_id=wanted.run_id, request_id=request.id)
        for request in found
    )
    return None


def wake(waits: Waits) -> Callable[[UnitOfWork, UUID], None]:
    """What is called with each request that has ended: it resolves every wait whose last one that was."""

    def woken(uow: UnitOfWork, request_id: UUID) -> None:
        uow.session.flush()
        of = select(Gathered.wait_id).where(Gathered.request_id == request_id)
        rows = select(Gathered).where(Gathered.wait_id.in_(of)).order_by(Gathered.wait_id, Gathered.id)
        together: dict[UUID, list[Gathered]] = {}
        for row in uow.session.scalars(rows.with_for_update()):
            together.setdefault(row.wait_id, []).append(row)
        for wait_id, some in together.items():
            requests = _requests(uow, [row.request_id for row in some])
            if not any(request.open for request in requests):
                waits.resolve(uow, wait_id, some[0].run_id, _summed_up(uow, requests))

    return woken


def forget(uow: UnitOfWork, wait_id: UUID) -> list[UUID]:
    """Nobody waits for them any more: the requests that the wait was for, in the order of locking."""
    of = select(Gathered.request_id).where(Gathered.wait_id == wait_id).order_by(Gathered.request_id)
    found = list(uow.session.scalars(of))
    if found:
        uow.session.execute(delete(Gathered).where(Gathered.wait_id == wait_id))
    return found


def _locked(uow: UnitOfWork, wanted: ApprovalGather, asked: Sequence[Any]) -> list[Request]:
    wished = list(dict.fromkeys(ids.parse_id(str(one)) for one in asked))
    if not wished:
        said = _("Nothing was asked that this step could wait for. Let a step ask before it.")
        raise InvalidInput(said, code="nothing_asked", field="requests")
    if len(wished) > MOST:
        raise InvalidInput(_("One step waits for up to %(most)s requests.", most=MOST), field="requests")
    query = select(Request).where(Request.id.in_(one for one in wished if one is not None)).order_by(Request.id)
    rows = uow.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    found = {row.id: row for row in rows if (row.asker, row.workflow_id) == (askers.LATER, wanted.workflow_id)}
    missing = next((one for one in asked if ids.parse_id(str(one)) not in found), None)
    if missing is not None:
        said = _("“%(id)s” is no request that a step of this workflow has asked without waiting.", id=str(missing)[:60])
        raise InvalidInput(said, code="unknown_request", field="requests")
    return [found[one] for one in wished if one is not None]


def _requests(uow: UnitOfWork, wanted: Sequence[UUID]) -> list[Request]:
    """In the order of waiting for them, as they stand now: the lock may have been waited for."""
    query = select(Request).where(Request.id.in_(wanted)).execution_options(populate_existing=True)
    found = {row.id: row for row in uow.session.scalars(query)}
    return [found[one] for one in wanted]


def _summed_up(uow: UnitOfWork, requests: Sequence[Request]) -> dict[str, Any]:
    ended = select(Decision).where(Decision.request_id.in_(request.id for request in requests))
    decisions = {row.request_id: row for row in uow.session.scalars(ended)}
    return answers.summed_up([_answer(request, decisions.get(request.id)) for request in requests])


def _answer(request: Request, decision: Decision | None) -> dict[str, Any]:
    """As a step that waits for one alone would give it, with its title; withdrawn without a decision: by nobody."""
    if decision is not None:
        return {"title": request.title, **ending.ended(request, decision).payload()}
    return {"title": request.title, **ending.withdrawn(request).payload()}
