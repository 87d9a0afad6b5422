"""Who may ask for which role: granted, withdrawn, looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from studio import audit
from studio.accounts.outcomes import Role
from studio.accounts.permissions import of_role
from studio.accounts.service import members
from studio.contract import references
from studio.contract.references import Reference
from studio.core import ids, tenancy
from studio.core.errors import Conflict, FieldProblem, Forbidden, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import ending, policy, rows
from studio.guard.elevation.outcomes import Ending
from studio.guard.elevation.policy import Grant
from studio.guard.models import GuardElevation, GuardEligibility

MOST = 500
"""Eligibilities in force in one workspace."""
KINDS = {"user": "user", "group": "approver_group", "schedule": "schedule"}

SENTENCES = {
    "under_elevation": marked("Under elevated access nobody is made eligible for more. Use your own seat for it."),
    "own_eligibility": marked("Nobody makes themselves eligible. Ask another admin."),
    "wider_than_own": marked("Your own seat does not allow all that this role does."),
    "nothing_more": marked("The seat allows all of this already."),
    "out_of_bounds": marked("Between 15 minutes and 24 hours, and 1 to 20 people who agree."),
    "group_needs_approval": marked(
        "For a group somebody has to agree: whoever manages groups could let themselves in."
    ),
    "in_the_past": marked("Choose a moment that is still to come."),
}


@dataclass(frozen=True, slots=True)
class GrantSave:
    """An eligibility as it shall be. Either a person or a group."""

    role: Role
    user_id: UUID | None = None
    group_id: UUID | None = None
    most: timedelta = timedelta(hours=4)
    justification: bool = True
    ticket: bool = False
    approvers: Sequence[str] = field(default=())
    """`user:<email or id>`, `group:<name>` or `schedule:<name>`; empty: nobody has to agree."""
    needed: int = 1
    step_up: bool = True
    ends_at: datetime | None = None


def grant(uow: UnitOfWork, save: GrantSave) -> GuardEligibility:
    """Let somebody ask for a role. Raises InvalidInput with the field, Forbidden, Conflict where they may already."""
    grantor = rows.person(uow)
    who, groups, has = _whom(uow, save)
    grant = Grant(
        of_role(save.role), save.most, to_themselves=save.user_id == grantor or save.group_id in groups,
        to_group=save.group_id is not None, approvers=len(save.approvers), needed=save.needed, has=has,
        ends_at=save.ends_at,
    )  # fmt: skip
    own = of_role(Role(uow.actor.role)) if uow.actor.role else frozenset()
    problem = policy.grant_problem(grant, own, uow.now, elevated=uow.actor.elevation is not None)
    if problem is not None:
        raise _refusal(*problem)
    _check_approvers(uow, save.approvers)
    _check_room(uow, save)
    row = GuardEligibility(
        id=ids.new_id(), user_id=save.user_id, group_id=save.group_id, who=who[:200], role=save.role.value,
        most_minutes=int(save.most / timedelta(minutes=1)), justification=save.justification, ticket=save.ticket,
        approvers=list(save.approvers), needed=save.needed, step_up=save.step_up, ends_at=save.ends_at,
        created_at=uow.now, created_by=grantor, created_by_name=uow.actor.name[:200],
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _record(uow, "granted", row)
    return row


def withdraw(uow: UnitOfWork, eligibility_id: UUID) -> GuardEligibility:
    """Let them ask no longer; what they were lent by it ends at once. Raises NotFound, Conflict."""
    get(uow, eligibility_id)
    query = select(GuardEligibility).where(GuardEligibility.id == eligibility_id).with_for_update()
    row = uow.session.scalars(query.execution_options(populate_existing=True)).one()
    if row.withdrawn_at is not None:
        raise Conflict(_("It is withdrawn already."), code="already_withdrawn")
    row.withdrawn_at, row.withdrawn_by_name = uow.now, uow.actor.name[:200]
    uow.session.flush()
    _record(uow, "withdrawn", row)
    ending.end_all(uow, Ending.INELIGIBLE, GuardElevation.eligibility_id == row.id)
    return row


def replace_approvers(uow: UnitOfWork, row: GuardEligibility, approvers: Sequence[str]) -> None:
    """Let others agree, since somebody left. Where nobody would be left to agree, it is withdrawn: never lowered."""
    if row.approvers and len(approvers) < row.needed:
        withdraw(uow, row.id)
        return
    row.approvers = list(approvers)
    _record(uow, "approvers_replaced", row)


def get(uow: UnitOfWork, eligibility_id: UUID) -> GuardEligibility:
    """One, in force or not. Raises NotFound."""
    return tenancy.get(uow.session, GuardEligibility, eligibility_id, "eligibility")


def in_force(uow: UnitOfWork) -> list[GuardEligibility]:
    """All by which somebody may ask now, by name."""
    query = select(GuardEligibility).where(*_standing(uow))
    return list(uow.session.scalars(query.order_by(GuardEligibility.who, GuardEligibility.id).limit(MOST)))


def of_person(uow: UnitOfWork, user_id: UUID) -> list[GuardEligibility]:
    """Those of a person, their own and their groups', oldest first."""
    groups = list(rows.joined().approvals.groups(uow, user_id))
    theirs = or_(GuardEligibility.user_id == user_id, GuardEligibility.group_id.in_(groups))
    query = select(GuardEligibility).where(*_standing(uow), theirs)
    return list(uow.session.scalars(query.order_by(GuardEligibility.id)))


def mine(uow: UnitOfWork, eligibility_id: UUID) -> GuardEligibility:
    """One by which whoever acts may ask now. Raises NotFound; Forbidden (`not_eligible`) where it held before."""
    return theirs(uow, eligibility_id, rows.person(uow))


def theirs(uow: UnitOfWork, eligibility_id: UUID, user_id: UUID) -> GuardEligibility:
    """One by which a person may ask now; raises as `mine`."""
    row = get(uow, eligibility_id)
    groups = rows.joined().approvals.groups(uow, user_id)
    if policy.eligible(rows.standing(row), user_id, groups, uow.now):
        return row
    if row.user_id != user_id and (row.group_id is None or row.group_id not in groups):
        raise NotFound(_("There is no such eligibility of yours."), resource=f"eligibility:{eligibility_id}")
    raise Forbidden(_("You may not ask for this role any longer."), code="not_eligible")


def _standing(uow: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    lasting = or_(GuardEligibility.ends_at.is_(None), GuardEligibility.ends_at > uow.now)
    return GuardEligibility.withdrawn_at.is_(None), lasting


def _whom(uow: UnitOfWork, save: GrantSave) -> tuple[str, frozenset[UUID | None], frozenset[str] | None]:
    """The name; the grantor's own groups; what the person's seat allows."""
    port = rows.joined().approvals
    if save.user_id is not None and save.group_id is None:
        found = members.by_ids(uow, [save.user_id]).get(save.user_id)
        if found is None:
            raise InvalidInput(_("This person has no seat here."), field="who", code="no_seat")
        return found.name, frozenset(), of_role(found.role)
    name = port.groups(uow).get(save.group_id) if save.group_id is not None and save.user_id is None else None
    if name is None:
        raise InvalidInput(_("Choose a person or a group."), field="who", code="nobody")
    return name, frozenset(port.groups(uow, rows.person(uow))), None


def _refusal(path: str, code: str) -> InvalidInput | Forbidden:
    sentence = _(SENTENCES[code])
    if code in ("under_elevation", "own_eligibility", "wider_than_own"):
        return Forbidden(sentence, code=code, field=path or None)
    return InvalidInput(sentence, code=code, field=path)


def _check_approvers(uow: UnitOfWork, approvers: Sequence[str]) -> None:
    problems = []
    for at, one in enumerate(approvers):
        kind, _colon, name = one.partition(":")
        known = KINDS.get(kind)
        problem = references.missing(uow, Reference("", known, name.strip())) if known and name.strip() else None
        if known is None or not name.strip():
            said = _("Write an e-mail address, group:Name or schedule:Name.")
            problems.append(FieldProblem(f"approvers.{at}", "approver_unreadable", said))
        elif problem is not None:
            problems.append(FieldProblem(f"approvers.{at}", problem.code, problem.message))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)


def _check_room(uow: UnitOfWork, save: GrantSave) -> None:
    held = in_force(uow)
    if len(held) >= MOST:
        raise Conflict(_("There are %(most)s already. Withdraw some first.", most=MOST), code="too_many")
    same = (save.user_id, save.group_id, save.role.value)
    if any((one.user_id, one.group_id, one.role) == same for one in held):
        raise Conflict(_("They may ask for this role already. Withdraw that first."), code="already_eligible")


def _record(uow: UnitOfWork, verb: str, row: GuardEligibility) -> None:
    target = audit.Target("eligibility", row.id, row.who, personal=row.user_id is not None)
    facts = {
        "role": row.role, "most_minutes": row.most_minutes, "user": str(row.user_id) if row.user_id else None,
        "group": str(row.group_id) if row.group_id else None, "approvers": row.approvers, "step_up": row.step_up,
    }  # fmt: skip
    audit.record(uow, f"eligibility.{verb}", targets=[target], metadata=facts)
