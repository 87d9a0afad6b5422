"""What names somebody beside their shares: absences, groups, turns on call, policies, their Slack account."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy import String, cast, func, or_, select

from studio import audit
from studio.approvals.models import ApprovalPolicy, ApproverGroup, Delegation, Escalation, GroupMember, Request
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.policies import service as policies
from studio.approvals.service import delegating, groups, schedules
from studio.approvals.slack import members as slack
from studio.approvals.timetables import OnCallOverride, OnCallSchedule
from studio.contract.leaving import NAMES, Fate, Holding, Leave, fate, renamed
from studio.core.unit_of_work import UnitOfWork


def look(uow: UnitOfWork, leave: Leave) -> list[Holding]:
    """All of it. A few rows of each: they are arrangements of people, not of runs."""
    who = leave.who.id
    own = [row for row in _absences(uow, who) if row.user_id == who]
    standing = [row for row in _absences(uow, who) if row.to_user_id == who]
    found = [
        Holding("absences", len(own), Fate.ENDED),
        Holding("standing_in", len(standing), fate(leave) if standing else Fate.ENDED),
        _named("groups", [row.name for row in _groups(uow, who)], fate(leave)),
        _turns(uow, leave),
        Holding("overrides", len(_overrides(uow, who)), fate(leave)),
        _policies(uow, leave),
        Holding("plans", _plans_count(uow, leave), fate(leave)),
        Holding("slack", int(slack.own(uow, who) is not None), Fate.ENDED),
    ]
    return [one for one in found if one.count]


def carry_out(uow: UnitOfWork, leave: Leave) -> None:
    """Each by its own service, so that each is recorded as ever."""
    who, to = leave.who.id, leave.to
    for row in _absences(uow, who):
        _rearrange(uow, row, leave)
    for group in _groups(uow, who):
        able = {one.id for one in groups.get(uow, group.id).members if one.may_decide}
        groups.set_members(uow, group.id, (able | ({to.id} if to else set())) - {who})
    for schedule in _schedules(uow, who):
        _take_turns(uow, schedule, leave)
    for override in _overrides(uow, who):
        _pass_override(uow, override, leave)
    for policy in _naming(uow, leave):
        rule = PolicyRule.model_validate(renamed(policy.rule, leave))
        policies.change(uow, policy.id, policies.PolicySave(policy.name, rule))
    for plan in _plans(uow, leave):
        plan.plan = _asking(plan.plan, str(who), str(to.id) if to else None)
    if slack.own(uow, who) is not None:
        slack.remove(uow, who)


def _absences(uow: UnitOfWork, who: UUID) -> list[Delegation]:
    concerned = or_(Delegation.user_id == who, Delegation.to_user_id == who)
    query = select(Delegation).where(concerned, Delegation.ends_at > uow.now).order_by(Delegation.id)
    return list(uow.session.scalars(query))


def _rearrange(uow: UnitOfWork, row: Delegation, leave: Leave) -> None:
    """Their own absence ends; where they stand in for somebody, the heir does, unless the heir is who is away."""
    starts, ends, owner, rest = row.starts_at, row.ends_at, row.user_id, row.open_items
    delegating.end(uow, row.id)
    to = leave.to
    if owner != leave.who.id and to is not None and to.id != owner:
        delegating.create(uow, owner, to.id, max(starts, uow.now), ends, open_items=rest)


def _groups(uow: UnitOfWork, who: UUID) -> list[ApproverGroup]:
    query = select(ApproverGroup).join(GroupMember, GroupMember.group_id == ApproverGroup.id)
    return list(uow.session.scalars(query.where(GroupMember.user_id == who).order_by(ApproverGroup.name_key)))


def _schedules(uow: UnitOfWork, who: UUID) -> list[OnCallSchedule]:
    """At most a hundred a workspace, so all are read."""
    return [row for row in schedules.every(uow) if str(who) in row.people]


def _turns(uow: UnitOfWork, leave: Leave) -> Holding:
    found = _schedules(uow, leave.who.id)
    alone = [row.name for row in found if set(row.people) == {str(leave.who.id)}]
    problem = ""
    if alone and leave.to is None:
        problem = _("Nobody else is on call in %(names)s: choose who takes over.", names=", ".join(alone[:NAMES]))
    return _named("turns", [row.name for row in found], fate(leave), problem)


def _take_turns(uow: UnitOfWork, row: OnCallSchedule, leave: Leave) -> None:
    """The heir in each of their turns, so that nobody else's turn moves; without one, the turn goes."""
    who, to = str(leave.who.id), leave.to
    people = [(str(to.id) if to else "") if one == who else one for one in row.people]
    before, row.people = list(row.people), [one for one in people if one]
    changed = audit.Change("people", before, list(row.people), personal=True)
    target = audit.Target("schedule", row.id, row.name)
    audit.record(uow, "schedule.changed", targets=[target], changes=[changed])


def _overrides(uow: UnitOfWork, who: UUID) -> list[OnCallOverride]:
    query = select(OnCallOverride).where(OnCallOverride.user_id == who, OnCallOverride.ends_at > uow.now)
    return list(uow.session.scalars(query.order_by(OnCallOverride.id)))


def _pass_override(uow: UnitOfWork, row: OnCallOverride, leave: Leave) -> None:
    schedule_id, start, end = row.schedule_id, row.starts_at, row.ends_at
    schedules.take_away(uow, schedule_id, row.id)
    uow.session.flush()
    if leave.to is not None:
        schedules.override(uow, schedule_id, leave.to.id, start, end)


def _naming(uow: UnitOfWork, leave: Leave) -> list[ApprovalPolicy]:
    return [row for row in policies.every(uow) if renamed(row.rule, leave) != row.rule]


def _policies(uow: UnitOfWork, leave: Leave) -> Holding:
    found, problem = _naming(uow, leave), ""
    for row in found:
        try:
            PolicyRule.model_validate(renamed(row.rule, leave))
        except ValidationError:
            problem = _("The policy %(name)s names nobody else: choose who takes over.", name=row.name)
    return _named("policies", [row.name for row in found], fate(leave), problem)


def _escalations(leave: Leave):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQL conditions
    text = cast(Escalation.plan, String).contains(str(leave.who.id))
    return Request.id == Escalation.request_id, Request.closed_at.is_(None), text


def _plans_count(uow: UnitOfWork, leave: Leave) -> int:
    query = select(func.count()).select_from(Escalation).join(Request, Request.id == Escalation.request_id)
    return uow.session.scalar(query.where(*_escalations(leave))) or 0


def _plans(uow: UnitOfWork, leave: Leave) -> list[Escalation]:
    """Plans of open requests that would ask this person, under the requests' locks as every change of a plan."""
    query = select(Escalation).join(Request, Request.id == Escalation.request_id).where(*_escalations(leave))
    return list(uow.session.scalars(query.order_by(Request.id).with_for_update(of=Request)))


def _asking(plan: Any, who: str, to: str | None) -> Any:
    """The same plan with the heir's id where theirs stood."""
    if isinstance(plan, dict):
        return {key: _asking(one, who, to) for key, one in plan.items()}
    if not isinstance(plan, list):
        return plan
    found = [to if one == who else _asking(one, who, to) for one in plan]
    return list(dict.fromkeys(one for one in found if one)) if who in plan else found


def _named(kind: str, names: list[str], becomes: Fate, problem: str = "") -> Holding:
    return Holding(kind, len(names), becomes, tuple(names[:NAMES]), problem)
