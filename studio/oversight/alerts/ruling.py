"""The workspace's rules of alerts, in the order in which they are tried: replaced as a whole, or changed one by one."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select

from studio.audit import Change, Target, record
from studio.core import tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rule_checks, rules
from studio.oversight.alerts.rules import Rule
from studio.oversight.alerts.tables import AlertRule

MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class NamedRule:
    """One rule as people know it."""

    name: str
    rule: Rule
    enabled: bool = True
    """False: it is passed over."""
    id: UUID | None = None
    """None: the one of that name, else a new one."""
    seen: str = ""
    """Of a kept one: names its content, so that nobody overwrites what they have not seen."""


def kept(uow: UnitOfWork) -> list[NamedRule]:
    """The rules, in the order in which they are tried."""
    rows = uow.session.scalars(select(AlertRule).order_by(AlertRule.place, AlertRule.id))
    return [_named(row) for row in rows]


def get(uow: UnitOfWork, rule_id: UUID) -> NamedRule:
    """One of them. Raises NotFound."""
    return _named(tenancy.get(uow.session, AlertRule, rule_id, "alert rule"))


def replace(uow: UnitOfWork, wanted: Sequence[NamedRule]) -> list[NamedRule]:
    """Have these rules and no others. Raises InvalidInput with every field that is wrong; nothing is changed then.

    Alerts that go on keep the rule that they were opened by.
    """
    wanted = [_tidy(one) for one in wanted]
    _refuse(_problems(uow, wanted))
    return _put(uow, _held(uow), wanted)


def add(uow: UnitOfWork, wanted: NamedRule) -> NamedRule:
    """A rule that is tried after all others. Raises InvalidInput with every field that is wrong."""
    before, wanted = _held(uow), dataclasses.replace(_tidy(wanted), id=None)
    if len(before) >= MOST_RULES:
        raise InvalidInput(_too_many(), code="too_many_rules", field="name")
    _refuse(rule_checks.problems(uow, wanted.name, wanted.rule, [one.name for one in before]))
    return _put(uow, before, [*before, wanted])[-1]


def change(uow: UnitOfWork, rule_id: UUID, wanted: NamedRule) -> NamedRule:
    """Another content for one. Raises NotFound, InvalidInput, and Conflict where it was changed since `wanted.seen`."""
    before = _held(uow)
    place = _place(uow, before, rule_id)
    wanted = dataclasses.replace(_tidy(wanted), id=rule_id)
    if wanted.seen not in ("", before[place].seen):
        said = _("Somebody changed this rule since you opened it. Nothing was saved.")
        raise Conflict(said, code="alert_rule.changed")
    others = [one.name for one in before if one.id != rule_id]
    _refuse(rule_checks.problems(uow, wanted.name, wanted.rule, others))
    return _put(uow, before, [*before[:place], wanted, *before[place + 1 :]])[place]


def remove(uow: UnitOfWork, rule_id: UUID) -> None:
    """Without it, what it fitted is told by the next one that fits. Raises NotFound."""
    before = _held(uow)
    place = _place(uow, before, rule_id)
    _put(uow, before, [*before[:place], *before[place + 1 :]])


def earlier(uow: UnitOfWork, rule_id: UUID) -> None:
    """Have it tried before the one that stands above it; nothing where it is the first. Raises NotFound."""
    before = _held(uow)
    place = _place(uow, before, rule_id)
    if place:
        above, below = before[place - 1], before[place]
        _put(uow, before, [*before[: place - 1], below, above, *before[place + 1 :]])


def _named(row: AlertRule) -> NamedRule:
    return NamedRule(row.name, rules.read(row.document), row.enabled, row.id, row.updated_at.isoformat())


def _tidy(one: NamedRule) -> NamedRule:
    return dataclasses.replace(one, name=" ".join(one.name.split()))


def _held(uow: UnitOfWork) -> list[NamedRule]:
    """The rules as they are now, which nobody else changes until the commit."""
    lock(uow.session, f"alert_rules|{uow.workspace}")
    return kept(uow)


def _place(uow: UnitOfWork, some: Sequence[NamedRule], rule_id: UUID) -> int:
    get(uow, rule_id)
    return [one.id for one in some].index(rule_id)


def _refuse(found: Iterator[FieldProblem]) -> None:
    problems = list(found)
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)


def _too_many() -> str:
    return _("At most %(most)s rules are tried.", most=MOST_RULES)


def _problems(uow: UnitOfWork, wanted: Sequence[NamedRule]) -> Iterator[FieldProblem]:
    if len(wanted) > MOST_RULES:
        yield FieldProblem("rules", "too_many_rules", _too_many())
    for number, one in enumerate(wanted[:MOST_RULES]):
        before = [other.name for other in wanted[:number]]
        yield from rule_checks.problems(uow, one.name, one.rule, before, f"rules.{number}.")


def _put(uow: UnitOfWork, before: Sequence[NamedRule], wanted: Sequence[NamedRule]) -> list[NamedRule]:
    """Store them, each under the id that it has or had by its name."""
    known = {one.name.lower(): one.id for one in before}
    after = [dataclasses.replace(one, id=one.id or known.get(one.name.lower()) or new_id()) for one in wanted]
    changes = list(_changes(before, after))
    if not changes:
        return list(before)
    ids = {one.id for one in after}
    gone = [one.id for one in before if one.id not in ids]
    if gone:
        uow.session.execute(
            delete(AlertRule).where(AlertRule.id.in_(gone)).execution_options(synchronize_session="fetch")
        )
    rows = {row.id: row for row in uow.session.scalars(select(AlertRule))}
    for place, one in enumerate(after):
        row = rows.get(one.id) if one.id is not None else None
        if row is None:
            row = AlertRule(id=one.id, created_at=uow.now, updated_at=uow.now)
            uow.session.add(row)
        elif (row.name, row.enabled, row.document) != (one.name, one.enabled, rules.written(one.rule)):
            row.updated_at = uow.now
        row.name, row.name_key, row.place = one.name, one.name.lower(), place
        row.enabled, row.document = one.enabled, rules.written(one.rule)
    uow.session.flush()
    record(uow, "alert_rules.changed", targets=[Target("workspace", str(uow.workspace), "")], changes=changes)
    return kept(uow)


def _changes(before: Sequence[NamedRule], after: Sequence[NamedRule]) -> Iterator[Change]:
    """By rule and field; a rule that is new or gone as one."""
    old, new = ({one.id: one for one in some} for some in (before, after))
    for rule_id in dict.fromkeys([*old, *new]):
        was, shall = old.get(rule_id), new.get(rule_id)
        if was is None or shall is None:
            name = was.name if was is not None else shall.name if shall is not None else ""
            yield Change(name, _text(_said(was)), _text(_said(shall)))
            continue
        now = _said(shall) or {}
        for field, value in (_said(was) or {}).items():
            if value != now[field]:
                yield Change(f"{was.name}: {field}", _text(value), _text(now[field]))
    orders = [[one.name for one in some if one.id in old and one.id in new] for some in (before, after)]
    if [one for one in old if one in new] != [one for one in new if one in old]:
        yield Change("order", ", ".join(orders[0]), ", ".join(orders[1]))


def _said(one: NamedRule | None) -> dict[str, Any] | None:
    return {"name": one.name, "enabled": one.enabled, **rules.written(one.rule)} if one is not None else None


def _text(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
