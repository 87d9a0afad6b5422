"""From word of trouble to an alert: one goes on for each thing and kind, and counts what comes after."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.approvals import escalation
from studio.approvals.escalation import Plan
from studio.approvals.nodes.fields.escalating import Whom
from studio.approvals.service import groups, plans
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import course, rows, rules
from studio.oversight.alerts.kinds import Kind, Thing, registry
from studio.oversight.alerts.rules import Level, Numbered, Rule, Subject
from studio.oversight.alerts.tables import Alert, AlertRule


def happened(uow: UnitOfWork, kind_key: str, thing_id: UUID, facts: Mapping[str, Any], at: datetime) -> Alert | None:
    """Something went wrong: open an alert, or count it on the one that goes on. None: nobody has to hear of it.

    `at`: when it was found, however late that is heard.
    """
    kind = registry()[kind_key]
    going_on = rows.going_on(uow, kind.key, kind.fingerprint(thing_id, facts))
    if going_on is not None:
        again(uow, kind, going_on, facts, at)
        return going_on
    thing = kind.thing(uow, thing_id, facts)
    if thing is None:
        return None
    chosen = rules.fitting(enabled(uow), Subject(kind.key, thing.workflow_id, thing.folder, thing.tags))
    count, first = 1, at
    if kind.counts:
        window = timedelta(minutes=chosen.rule.minutes)
        found, first_at = kind.since(uow, thing_id, at - window)
        if found < max(1, chosen.rule.failures):
            return None
        count, first = found, first_at or at
    return opened(uow, kind, thing_id, thing, facts, chosen, count=count, first_at=first, at=at)


def again(uow: UnitOfWork, kind: Kind, row: Alert, facts: Mapping[str, Any], at: datetime) -> None:
    """It happens once more: nobody is mailed anew."""
    if kind.latest and at >= row.last_at:
        row.facts = dict(facts)
    row.last_at = max(row.last_at, at)
    row.count = max(row.count, kind.since(uow, row.thing_id, row.first_at)[0]) if kind.counts else row.count + 1


def opened(
    uow: UnitOfWork, kind: Kind, thing_id: UUID, thing: Thing, facts: Mapping[str, Any], chosen: Numbered, *,
    at: datetime, count: int = 1, first_at: datetime | None = None,
) -> Alert:  # fmt: skip
    """Write the alert with its plan, and leave the job of its first level."""
    rule = chosen.rule
    row = Alert(
        id=new_id(), kind=kind.key, fingerprint=kind.fingerprint(thing_id, facts)[:120], thing_id=thing_id,
        thing_name=thing.name[:200], workflow_id=thing.workflow_id, facts=dict(facts), count=count,
        urgent=rule.urgent(by_kind=kind.is_urgent(facts)), rule_id=chosen.id, rule=rules.written(rule), state="open",
        step=0, plan=escalation.to_json(frozen(uow, rule, kind, thing)), jobs=0, snoozed=False, first_at=first_at or at,
        opened_at=uow.now, last_at=at,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    rows.note(uow, row, "opened")
    begun = course.begin(rows.plan_of(row), uow.now, rows.hours_of(row))
    rows.put(uow, row, begun)
    if begun.held_until is not None:
        rows.note(uow, row, "held")
    return row


def enabled(uow: UnitOfWork) -> list[Numbered]:
    """The workspace's rules that are in force, in their order."""
    query = select(AlertRule).where(AlertRule.enabled).order_by(AlertRule.place, AlertRule.id)
    return [Numbered(row.id, rules.read(row.document)) for row in uow.session.scalars(query)]


def frozen(uow: UnitOfWork, rule: Rule, kind: Kind, thing: Thing) -> Plan:
    """A rule's levels with the people of now. A name that leads nowhere any more is left out.

    Level 1 is told at once; its delay counts where the levels are gone through again.
    """
    if not rule.whom:
        return Plan()
    owners = _owners(uow, kind, thing)
    levels = [
        ApprovalLevel(_delay(rule.repeat_after), _known(uow, rule.whom, owners) or owners, rule.mode is Whom.TURN),
        *(_level(uow, one, owners) for one in rule.levels),
    ]
    asked = ApprovalEscalation(
        levels=[one for one in levels if one.targets],
        loops=rule.repeat,
        fallback=owners,
    )
    return plans.resolve(uow, asked) if asked.levels else Plan()


def _level(uow: UnitOfWork, level: Level, owners: list[str]) -> ApprovalLevel:
    return ApprovalLevel(_delay(level.after), _known(uow, level.targets, owners), level.mode is Whom.TURN)


def _delay(given: Any) -> ApprovalDelay:
    return ApprovalDelay(given.amount, given.unit.value, given.calendar)


def _known(uow: UnitOfWork, refs: list[str], owners: list[str]) -> list[str]:
    found: list[str] = []
    for ref in refs:
        found += owners if ref == rules.OWNER else [] if groups.resolve(uow, [ref]).unknown else [ref]
    return list(dict.fromkeys(found))[: escalation.MOST_TARGETS]


def _owners(uow: UnitOfWork, kind: Kind, thing: Thing) -> list[str]:
    """Whose the thing is, as far as they have a seat; else whoever may mend it."""
    seated = {one.user_id for one in members.working(uow)}
    found = [one for one in thing.responsible if one in seated]
    if not found:
        found = [one.user_id for one in members.working(uow, REGISTRY[kind.mends].roles)]
    return [f"user:{one}" for one in found[: escalation.MOST_TARGETS]]
