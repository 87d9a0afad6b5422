"""What may be wrong with a rule of alerts, each with its field."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from studio.approvals.clock.reading import zone_names
from studio.approvals.service import groups, plans
from studio.contract.approving import ApprovalDelay
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rules
from studio.oversight.alerts.kinds import registry
from studio.oversight.alerts.rules import About, Rule
from studio.runtime.models import Workflow

LONGEST_NAME = 80


def problems(uow: UnitOfWork, name: str, rule: Rule, others: Iterable[str], prefix: str = "") -> Iterator[FieldProblem]:
    """All of one rule. `others`: the names of the other ones; `prefix`: where it stands in what was sent."""
    if not 0 < len(name) <= LONGEST_NAME:
        yield FieldProblem(f"{prefix}name", "bad_name", _("A name has 1 to %(most)s characters.", most=LONGEST_NAME))
    if name.lower() in {one.lower() for one in others}:
        yield FieldProblem(f"{prefix}name", "name_taken", _("Another rule has this name."))
    yield from _in_rule(uow, rule, f"{prefix}rule")


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
