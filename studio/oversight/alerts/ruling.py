"""The workspace's rules of alerts: read and replaced as a whole, in the order in which they are tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import delete, select

from studio.approvals.clock.reading import zone_names
from studio.approvals.service import groups, plans
from studio.audit import Change, Target, record
from studio.contract.approving import ApprovalDelay
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import new_id, parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rules
from studio.oversight.alerts.kinds import registry
from studio.oversight.alerts.rules import About, Rule
from studio.oversight.alerts.tables import AlertRule
from studio.runtime.flow.rows import lock
from studio.runtime.models import Workflow

MOST_RULES, LONGEST_NAME = 50, 80


@dataclass(frozen=True, slots=True)
class NamedRule:
    """One rule as people know it."""

    name: str
    rule: Rule
    enabled: bool = True
    """False: it is passed over."""


def kept(uow: UnitOfWork) -> list[NamedRule]:
    """The rules, in the order in which they are tried."""
    rows = uow.session.scalars(select(AlertRule).order_by(AlertRule.place, AlertRule.id))
    return [NamedRule(row.name, rules.read(row.document), row.enabled) for row in rows]


def replace(uow: UnitOfWork, wanted: Sequence[NamedRule]) -> list[NamedRule]:
    """Have these rules and no others. Raises InvalidInput with every field that is wrong; nothing is changed then.

    Alerts that go on keep the rule that they were opened by.
    """
    wanted = [NamedRule(" ".join(one.name.split()), one.rule, one.enabled) for one in wanted]
    problems = list(_problems(uow, wanted))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    lock(uow.session, f"alert_rules|{uow.workspace}")
    before = kept(uow)
    changes = list(_changes(before, wanted))
    if not changes:
        return before
    uow.session.execute(delete(AlertRule).execution_options(synchronize_session=False))
    uow.session.add_all(
        AlertRule(id=new_id(), name=one.name, name_key=one.name.lower(), place=place, enabled=one.enabled,
                  document=rules.written(one.rule), created_at=uow.now, updated_at=uow.now)
        for place, one in enumerate(wanted)
    )  # fmt: skip
    uow.session.flush()
    target = Target("workspace", str(uow.workspace), "")
    record(uow, "alert_rules.changed", targets=[target], changes=changes)
    return wanted


def _problems(uow: UnitOfWork, wanted: Sequence[NamedRule]) -> Iterator[FieldProblem]:
    if len(wanted) > MOST_RULES:
        yield FieldProblem("rules", "too_many_rules", _("At most %(most)s rules are tried.", most=MOST_RULES))
    names = set[str]()
    for number, one in enumerate(wanted[:MOST_RULES]):
        path = f"rules.{number}"
        if not 0 < len(one.name) <= LONGEST_NAME:
            yield FieldProblem(f"{path}.name", "bad_name", _("A name has 1 to %(most)s characters.", most=LONGEST_NAME))
        if one.name.lower() in names:
            yield FieldProblem(f"{path}.name", "name_taken", _("Another rule has this name."))
        names.add(one.name.lower())
        yield from _in_rule(uow, one.rule, f"{path}.rule")


def _in_rule(uow: UnitOfWork, rule: Rule, path: str) -> Iterator[FieldProblem]:
    try:
        rules.unknown_kinds(rule, registry())
    except InvalidInput as error:
        yield FieldProblem(f"{path}.{error.field}", error.code, error.message)
    if rule.about is About.WORKFLOW and not _is_workflow(uow, rule.value):
        yield FieldProblem(f"{path}.value", "unknown_workflow", _("There is no such workflow."))
    if rule.quiet is not None and rule.quiet.zone not in zone_names():
        yield FieldProblem(f"{path}.quiet.zone", "bad_zone", _("This is not a time zone."))
    yield from _unknown(uow, rule.whom, f"{path}.whom")
    yield from _bad_delay(uow, rule.repeat_after, f"{path}.repeat_after")
    for number, level in enumerate(rule.levels):
        yield from _unknown(uow, level.targets, f"{path}.levels.{number}.targets")
        yield from _bad_delay(uow, level.after, f"{path}.levels.{number}.after")


def _unknown(uow: UnitOfWork, refs: Sequence[str], path: str) -> Iterator[FieldProblem]:
    for number, ref in enumerate(refs):
        if ref != rules.OWNER and groups.resolve(uow, [ref]).unknown:
            said = _("There is no person, group or schedule “%(name)s” here.", name=ref[:80])
            yield FieldProblem(f"{path}.{number}", "unknown_target", said)


def _bad_delay(uow: UnitOfWork, given: Any, path: str) -> Iterator[FieldProblem]:
    try:
        plans.delay(uow, ApprovalDelay(given.amount, given.unit.value, given.calendar), path)
    except InvalidInput as error:
        yield FieldProblem(path, error.code, error.message)


def _is_workflow(uow: UnitOfWork, text: str) -> bool:
    workflow_id = parse_id(text)
    found = select(Workflow.id).where(Workflow.id == workflow_id)
    return workflow_id is not None and uow.session.scalar(found) is not None


def _changes(before: Sequence[NamedRule], after: Sequence[NamedRule]) -> Iterator[Change]:
    """By rule and field; a rule that is new or gone as one."""
    old, new = ({one.name: _said(one) for one in some} for some in (before, after))
    for name in dict.fromkeys([*old, *new]):
        was, shall = old.get(name), new.get(name)
        if was is None or shall is None:
            yield Change(name, _text(was), _text(shall))
            continue
        for field in was:
            if was[field] != shall[field]:
                yield Change(f"{name}: {field}", _text(was[field]), _text(shall[field]))
    if [*old] != [*new] and set(old) == set(new):
        yield Change("order", ", ".join(old), ", ".join(new))


def _said(one: NamedRule) -> dict[str, Any]:
    return {"enabled": one.enabled, **rules.written(one.rule)}


def _text(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
