"""Acts that others have to agree to: asked about with their content, then done, or not, in the deciding transaction."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from studio import audit
from studio.accounts.models import Seat, User
from studio.contract.approving import ApprovalAsk, ApprovalPart, ApprovalRule, Approvals, ApprovalStage
from studio.contract.gates import Act, ApprovalNeeded
from studio.contract.protecting import ApprovalDemand, Requirement, covers
from studio.core import ids, tenancy
from studio.core.errors import Conflict, Forbidden, StudioError
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardHold
from studio.guard.outcomes import HoldState
from studio.guard.service import checking, step_up

ASKER = "guard"
"""Under this name this package asks people."""
GOOD_FOR = timedelta(hours=24)
"""How long an act that was agreed to may be done by its asker."""
LONGEST_WAIT = timedelta(days=7)
"""How long people have to decide."""

Applier = Callable[[UnitOfWork, GuardHold], None]
"""Does what a hold says, as it says it. Raises StudioError where that can no longer be done."""
_appliers: dict[str, Applier] = {}
_joined: list[Approvals] = []


def join(approvals: Approvals) -> None:
    """Say by whom people are asked. Called at the start of every process."""
    _joined[:] = [approvals]


def applies(target: str, applier: Applier) -> None:
    """Say how acts of a target are done once they are agreed to; acts of others are done by their asker."""
    _appliers[target] = applier


def ask(uow: UnitOfWork, needed: ApprovalNeeded) -> GuardHold:
    """Ask people about an act, as the actor; the same act again is the same question.

    Raises Conflict where somebody else's proposal for the same object is open, InvalidInput where nobody can be asked.
    """
    act, asker = needed.act, _person(uow)
    digest = step_up.payload_hash(act.payload)
    for open_one in _open(uow, act):
        if open_one.asked_by == asker and open_one.payload_hash == digest and open_one.target == act.target:
            return open_one
        if act.subject and open_one.subject == act.subject:
            if open_one.asked_by != asker:
                said = _("%(name)s has asked for another change of this. It has to be decided first.",
                         name=open_one.asked_by_name)  # fmt: skip
                raise Conflict(said, code="proposal_open")
            _close(uow, open_one, _("Replaced by another proposal."))
    demands = sorted(needed.requirement.approvals, key=lambda one: (sorted(one.approvers), one.count))
    row = GuardHold(
        id=ids.new_id(), target=act.target, subject=act.subject, payload_hash=digest, payload=act.payload,
        facts=dict(act.facts), asked_of=[{"approvers": sorted(one.approvers), "count": one.count} for one in demands],
        asker_decides=needed.requirement.asker_decides, what=act.what, asked_by=asker,
        asked_by_name=uow.actor.name[:200], state=HoldState.ASKED.value, reason="", created_at=uow.now,
    )  # fmt: skip
    row.request_id = _joined[0].request(uow, _ask(uow, needed, row, demands))
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "guard.asked", targets=[_about(row)], metadata={"target": row.target, "what": row.what[:500]})
    return row


def ended(uow: UnitOfWork, hold_id: UUID, *, agreed: bool, reason: str) -> None:
    """Hear how the question ended, in its transaction: what was agreed to is done, or may be done by its asker."""
    row = _locked(uow, hold_id)
    if row.state != HoldState.ASKED:
        return
    if not agreed:
        _end(uow, row, HoldState.DECLINED, reason)
        return
    problem = _outdated(uow, row)
    if problem is not None:
        _end(uow, row, HoldState.OUTDATED, problem)
        return
    applier = _appliers.get(row.target)
    if applier is None:
        row.good_until = uow.now + GOOD_FOR
        _end(uow, row, HoldState.GRANTED, reason)
        return
    try:
        with uow.part():
            applier(uow, row)
    except StudioError as error:
        _end(uow, row, HoldState.OUTDATED, error.message)
    else:
        _end(uow, row, HoldState.DONE, reason)


def use(uow: UnitOfWork, target: str, digest: str, requirement: Requirement) -> bool:
    """Whether just this act was agreed to for its asker, as strictly as is asked now; it is used up by that."""
    if target in _appliers:
        return False
    query = select(GuardHold).where(
        GuardHold.target == target, GuardHold.payload_hash == digest, GuardHold.asked_by == uow.actor.user_id,
        GuardHold.state == HoldState.GRANTED.value, GuardHold.good_until > uow.now,
    )  # fmt: skip
    for row in uow.session.scalars(query.order_by(GuardHold.id)):
        if not covers(_agreed(row), Requirement.of(requirement.approvals, asker_decides=requirement.asker_decides)):
            continue
        once = update(GuardHold).where(GuardHold.id == row.id, GuardHold.state == HoldState.GRANTED.value)
        taken = uow.session.execute(once.values(state=HoldState.DONE.value, ended_at=uow.now))
        if taken.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            uow.session.expire(row)
            return True
    return False


def overtaken(uow: UnitOfWork, act: Act) -> None:
    """Somebody acts on an object directly: what was proposed for it is settled by that."""
    if not act.subject:
        return
    for row in _open(uow, act):
        if row.subject == act.subject:
            _close(uow, row, _("It was changed directly."))


def withdraw(uow: UnitOfWork, hold_id: UUID) -> GuardHold:
    """Take a proposal back, as its asker. Raises NotFound, Forbidden, Conflict where it is decided."""
    row = _locked(uow, hold_id)
    if row.asked_by != uow.actor.user_id:
        raise Forbidden(_("Only whoever proposed it can take it back."), code="not_asker")
    if row.state != HoldState.ASKED:
        raise Conflict(_("It is decided already."), code="already_decided")
    _close(uow, row, _("Taken back."))
    return row


def open_for(uow: UnitOfWork, subject: str) -> GuardHold | None:
    """The open proposal for an object."""
    query = select(GuardHold).where(GuardHold.subject == subject, GuardHold.state == HoldState.ASKED.value)
    return uow.session.scalars(query.limit(1)).first()


def _open(uow: UnitOfWork, act: Act) -> list[GuardHold]:
    query = select(GuardHold).where(GuardHold.state == HoldState.ASKED.value)
    match = GuardHold.target == act.target
    return list(uow.session.scalars(query.where(match).order_by(GuardHold.id).with_for_update()))


def _locked(uow: UnitOfWork, hold_id: UUID) -> GuardHold:
    tenancy.get(uow.session, GuardHold, hold_id, "proposal")
    query = select(GuardHold).where(GuardHold.id == hold_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def rule(demands: Sequence[ApprovalDemand]) -> ApprovalRule:
    """Each demand as a part of one stage: all of them at once, in any order."""
    return ApprovalRule(
        (ApprovalStage(tuple(ApprovalPart(sorted(one.approvers), "count", one.count) for one in demands)),)
    )


def _ask(uow: UnitOfWork, needed: ApprovalNeeded, row: GuardHold, demands: list[ApprovalDemand]) -> ApprovalAsk:
    people = sorted({who for one in demands for who in one.approvers})
    facts = [*needed.act.details, (_("Asked by"), row.asked_by_name), (_("Policy"), ", ".join(needed.policies))]
    barred = () if row.asker_decides else (row.asked_by,)
    return ApprovalAsk(
        asker=ASKER, ref={"hold_id": str(row.id)}, title=row.what, facts=facts, approvers=people,
        due_at=uow.now + LONGEST_WAIT, requester=None if row.asker_decides else _address(uow, row.asked_by),
        payload={"target": row.target, "payload_hash": row.payload_hash}, rule=rule(demands),
        barred=barred,
    )  # fmt: skip


def _outdated(uow: UnitOfWork, row: GuardHold) -> str | None:
    """Why what was agreed to must not be done any more; None: it may."""
    seat = select(Seat.role).where(Seat.user_id == row.asked_by, Seat.disabled_at.is_(None))
    role = uow.session.scalar(seat)
    if role is None:
        return _("Whoever asked for it has no seat any more.")
    found = checking.check(uow, row.target, row.facts)
    if found.frozen is not None:
        return _("“%(name)s” freezes it now.", name=found.frozen.name)
    wanted = Requirement.of(found.approvals, asker_decides=found.requirement.asker_decides)
    if not covers(_agreed(row), wanted):
        return _("Its policy asks for more by now. Ask again.")
    return None


def _agreed(row: GuardHold) -> Requirement:
    demands = (ApprovalDemand(frozenset(one["approvers"]), int(one["count"])) for one in row.asked_of)
    return Requirement.of(demands, asker_decides=row.asker_decides)


def _close(uow: UnitOfWork, row: GuardHold, how: str) -> None:
    _end(uow, row, HoldState.WITHDRAWN, how)
    if row.request_id is not None:
        _joined[0].settled(uow, row.request_id, how)


def _end(uow: UnitOfWork, row: GuardHold, state: HoldState, reason: str) -> None:
    row.state, row.reason = state.value, reason
    row.ended_at = uow.now
    uow.session.flush()
    facts: dict[str, Any] = {"target": row.target, "what": row.what[:500], "state": state.value}
    audit.record(uow, "guard.settled", targets=[_about(row)], metadata=facts, reason=reason or None)


def _person(uow: UnitOfWork) -> UUID:
    if uow.actor.user_id is None:
        raise Forbidden(_("Only a person can ask for this."), code="not_a_person")
    return uow.actor.user_id


def _address(uow: UnitOfWork, user_id: UUID) -> str | None:
    row = uow.session.get(User, user_id)
    return row.email if row is not None else None


def _about(row: GuardHold) -> audit.Target:
    return audit.Target("guard_hold", row.id, row.what[:200], personal=True)
