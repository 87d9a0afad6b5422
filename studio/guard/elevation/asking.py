"""Asking for an elevation, and hearing what those who were asked say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role
from studio.accounts.service import members
from studio.accounts.service.members import Member
from studio.contract import gates
from studio.contract.approving import ApprovalAsk, ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, Forbidden, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import eligibility, policy, rows, starting, words
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.elevation.policy import Wish
from studio.guard.models import GuardElevation, GuardEligibility

ASKER = "elevation"
"""Under this name people are asked."""
ACTION = "elevation.ask"
"""What proofs are for."""

_UNANSWERED = {"expired": Ending.NOT_DECIDED, "cancelled": Ending.TAKEN_BACK}

SENTENCES = {
    "too_short": marked("At least 15 minutes."),
    "too_long": marked("At most %(most)s minutes."),
    "justification_missing": marked("Say what you need it for."),
    "ticket_missing": marked("Name the ticket that it is for."),
    "text_too_long": marked("This is too long."),
    "in_the_past": marked("Choose a moment that is still to come."),
    "too_far": marked("At most 30 days ahead."),
    "scope_empty": marked("Choose at least one permission."),
    "scope_too_wide": marked("Not all of these belong to the role."),
}


def ask(uow: UnitOfWork, eligibility_id: UUID, wish: Wish) -> GuardElevation:
    """Ask for a role, for oneself. Where nobody has to agree it is started in this browser at once.

    Raises NotFound, Forbidden where one is not eligible any longer, InvalidInput with the fields, Conflict where one
    has asked already, StepUpNeeded where its terms want a proof.
    """
    held = eligibility.mine(uow, eligibility_id)
    row = _made(uow, held, wish, rows.person(uow))
    if held.step_up:
        what = _("Ask for elevated access: %(role)s for %(minutes)s minutes", role=row.role, minutes=row.minutes)
        gates.current().require_proof(uow, ACTION, proof_payload(held.id, wish), what)
    put(uow, held, row)
    at_once = row.state == State.APPROVED and starting.session_of(uow) is not None
    if at_once and uow.actor.elevation is None:
        starting.begin(uow, row)
    return row


@dataclass(frozen=True, slots=True)
class Asked:
    """By which run, where it was one."""

    run_id: UUID
    wait_id: UUID
    context: Mapping[str, Any]
    """Names and ids of workflow, run and step, for whoever is asked."""


def ask_for(uow: UnitOfWork, eligibility_id: UUID, user_id: UUID, wish: Wish, asked: Asked) -> GuardElevation:
    """Ask for a role for somebody, as a run that waits for the answer. Raises as ask(), and asks for no proof:

    its person gives that when they start it.
    """
    held = eligibility.theirs(uow, eligibility_id, user_id)
    row = _made(uow, held, wish, user_id)
    row.run_id, row.wait_id = asked.run_id, asked.wait_id
    put(uow, held, row, asked.context)
    return row


def put(
    uow: UnitOfWork, held: GuardEligibility, row: GuardElevation, context: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Ask those who have to agree; where nobody has to, it is agreed to."""
    if held.approvers:
        row.request_id = rows.joined().approvals.request(uow, _approval(uow, held, row, context))
    uow.session.add(row)
    uow.session.flush()
    scope = "" if row.whole else ", ".join(row.permissions)
    rows.record(uow, "requested", row, justification=row.justification[:500], ticket=row.ticket, scope=scope[:500])
    if not held.approvers:
        _agreed(uow, row)


def decided(uow: UnitOfWork, elevation_id: UUID, outcome: str, reason: str) -> None:
    """Hear how the question ended, in its transaction: `approved`, another answer, or an end without one."""
    row = rows.locked(uow, elevation_id)
    if row.state != State.REQUESTED:
        return
    row.reason = reason
    if outcome == "approved":
        _agreed(uow, row)
        return
    ending = _UNANSWERED.get(outcome)
    course = rows.course(row)
    rows.move(row, course.declined() if ending is None else course.ended(ending))
    row.ended_at = uow.now
    uow.session.flush()
    rows.tell_run(uow, row, rows.DECLINED)
    if ending is None:
        rows.record(uow, "declined", row)
    else:
        rows.record(uow, "ended", row, ending=ending.value)


def proof_payload(eligibility_id: UUID, wish: Wish) -> dict[str, Any]:
    """What a proof is bound to."""
    return {
        "eligibility": str(eligibility_id), "seconds": int(wish.duration.total_seconds()), "ticket": wish.ticket,
        "justification": wish.justification, "scope": None if wish.scope is None else sorted(wish.scope),
        "starts_at": wish.starts_at.isoformat() if wish.starts_at else None,
    }  # fmt: skip


def _made(uow: UnitOfWork, held: GuardEligibility, wish: Wish, user_id: UUID) -> GuardElevation:
    terms = rows.terms(held)
    problems = [
        FieldProblem(path, code, _(SENTENCES[code], most=min(held.most_minutes, 1440)))
        for path, code in policy.wish_problems(terms, wish, uow.now)
    ]
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    person = _seated(uow, user_id)
    permissions = policy.granted(terms, wish)
    if permissions <= of_role(person.role):
        raise Conflict(_("The seat allows all of this already."), code="nothing_more")
    if rows.open_ones(uow, GuardElevation.user_id == user_id, GuardElevation.eligibility_id == held.id):
        raise Conflict(_("This was asked for already. End that, or wait for its end."), code="already_asked")
    return GuardElevation(
        id=ids.new_id(), eligibility_id=held.id, user_id=user_id, user_name=person.name[:200], role=held.role,
        permissions=sorted(permissions), whole=permissions == terms.permissions,
        minutes=int(wish.duration / timedelta(minutes=1)), justification=wish.justification.strip(),
        ticket=wish.ticket.strip(), starts_at=wish.starts_at, state=State.REQUESTED.value, reason="",
        created_at=uow.now,
    )  # fmt: skip


def _seated(uow: UnitOfWork, user_id: UUID) -> Member:
    found = members.by_ids(uow, [user_id]).get(user_id)
    if found is None:
        raise Forbidden(_("This person has no seat here."), code="no_seat")
    return found


def _agreed(uow: UnitOfWork, row: GuardElevation) -> None:
    rows.move(row, rows.course(row).agreed(uow.now))
    if row.state == State.ENDED:
        row.ended_at = uow.now
    uow.session.flush()
    rows.tell_run(uow, row, rows.DECLINED if row.state == State.ENDED else rows.GRANTED)
    if row.state == State.ENDED:
        rows.record(uow, "ended", row, ending=Ending.NOT_STARTED.value)
        return
    rows.record(uow, "approved", row)
    rows.wake(uow, row)


def _approval(uow: UnitOfWork, held: GuardEligibility, row: GuardElevation, context: Mapping[str, Any]) -> ApprovalAsk:
    role = Role(row.role)
    scope = _("all that the role may do") if row.whole else words.permissions(row.permissions)
    facts = [
        (_("Who"), row.user_name), (_("Role"), role.value), (_("For"), words.lasting(row.minutes)),
        (_("Scope"), scope), (_("Reason"), row.justification or _("none given")),
    ]  # fmt: skip
    facts += [(_("Ticket"), row.ticket)] if row.ticket else []
    facts += [(_("From"), row.starts_at.isoformat(timespec="minutes"))] if row.starts_at else []
    found = _seated(uow, row.user_id)
    part = ApprovalPart(tuple(held.approvers), "count", held.needed)
    return ApprovalAsk(
        asker=ASKER, ref={"elevation_id": str(row.id)},
        title=_("Elevated access for %(name)s: %(role)s", name=row.user_name, role=role.value), facts=facts,
        approvers=tuple(held.approvers), due_at=uow.now + policy.TO_DECIDE, requester=found.email,
        payload={"elevation": starting.proof_payload(row), "user": str(row.user_id)},
        rule=ApprovalRule((ApprovalStage((part,)),)), barred=(row.user_id,),
        context=context,
    )  # fmt: skip
