"""A further stage of a request that a run has asked before: other people, the same question, page and history."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from studio.approvals import askers, rule, trail
from studio.approvals.models import Request
from studio.approvals.outcomes import LIVE, Outcome, RequestState
from studio.approvals.service import delegating, ending, resolving, rows, timers
from studio.approvals.service.refusing import ended_words
from studio.contract.approving import ApprovalFurther, ApprovalRule
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork


def add(uow: UnitOfWork, ask: ApprovalFurther) -> dict[str, Any] | None:
    """Ask further people. Returns how it ended, where it was taken back or bypassed meanwhile: then nobody is asked.

    Raises InvalidInput at `request` where it is no request of this run, or does not wait for a stage; where the stage
    could never be met, as asking does; Conflict where it has ended otherwise.
    """
    request = _waiting(uow, ask)
    decision = rows.decision(uow, request)
    if decision is not None and decision.outcome in (Outcome.CANCELLED, Outcome.BYPASSED):
        return ending.told(uow, request, decision).payload()
    if decision is not None or not request.open:
        said = ended_words(decision) if decision else _("It was taken back.")
        further = _("Nobody else was asked. Run it again from the step that asks.")
        raise Conflict(f"{said} {further}", code="request_ended", field="request")
    if request.state != RequestState.BETWEEN:
        said = _("This request waits for no further stage: turn that on at the step that asks.")
        raise InvalidInput(said, code="not_between", field="request")
    _ask(uow, request, ask)
    return None


def _waiting(uow: UnitOfWork, ask: ApprovalFurther) -> Request:
    request_id = ids.parse_id(ask.request_id)
    try:
        found = rows.locked(uow, request_id) if request_id is not None else None
    except NotFound:
        found = None
    if found is None or (found.asker, found.run_id) != (askers.RUN, ask.run_id):
        named = ask.request_id[:60]
        said = _("“%(id)s” is no request of this run. Take the request_id of the step that asked.", id=named)
        raise InvalidInput(said, code="unknown_request", field="request")
    return found


def _ask(uow: UnitOfWork, request: Request, ask: ApprovalFurther) -> None:
    before = rows.rule(request, rows.assignments(uow, request))
    wanted = ApprovalRule(ask.stages, sorted(before.exclude_roles))
    resolved = resolving.resolve_rule(uow, wanted, rows.barred(uow, request))
    first = len(before.stages)
    grown = replace(before, stages=before.stages + resolved.rule.stages, more=ask.more)
    request.rule = rule.to_json(grown) | {rule.ADDED: True}
    request.state, request.stage = RequestState.PENDING, first
    request.wait_id, request.ref = ask.wait_id, {**request.ref, "wait_id": str(ask.wait_id), "node": ask.node}
    request.due_at, request.remind_at, request.calendar_id = ask.due_at, ask.remind_at, ask.calendar_id
    request.counted = dict(ask.counted) if ask.counted else None
    shares = [
        rows.assign(uow, request, one.user_id, dict(one.why), stage=first + index)
        for index, asked in enumerate(resolved.asked)
        for one in asked
    ]
    uow.session.flush()
    for share in shares:
        if share.state in LIVE:
            trail.mail_asked(uow, share.id)
    delegating.extend(uow, request, shares)
    trail.schedule(uow, request)
    timers.restart(uow, request)
    trail.further(uow, request, resolved.emails, ask.stages[0].name)
