"""How long runs are kept: read and set by people."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import delete, select

from studio.accounts.models import Workspace
from studio.audit import Change, Target, record
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RetentionRule, Workflow
from studio.runtime.retention.policy import DAYS, Days, Rules

MOST_WORKFLOWS = 500
"""Workflows with rules of their own."""
STATES = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants kept. It takes the place of all rules there were."""

    everywhere: Days = field(default_factory=Days)
    workflows: Mapping[UUID, Days] = field(default_factory=dict)


def rules_of(uow: UnitOfWork) -> Rules:
    """The unit's workspace's."""
    days = uow.session.scalars(select(Workspace.retention_days).where(Workspace.id == uow.workspace)).one()
    rows = {
        row.scope_id: Days(row.succeeded, row.failed, row.cancelled)
        for row in uow.session.scalars(select(RetentionRule))
    }
    return Rules(days, rows.pop(uow.workspace, Days()), rows)


def checked(uow: UnitOfWork, wanted: Wanted) -> Rules:
    """What would hold then. Raises InvalidInput with every field that is wrong."""
    problems = list(_problems(wanted, _names(uow, set(wanted.workflows))))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    kept = {one: days for one, days in wanted.workflows.items() if days != Days()}
    return Rules(rules_of(uow).days, wanted.everywhere, kept)


def set_rules(uow: UnitOfWork, wanted: Wanted) -> Rules:
    """Keep runs so from now on. Raises InvalidInput with every field that is wrong, and changes nothing then."""
    lock(uow.session, f"retention|{uow.workspace}")
    before, after = rules_of(uow), checked(uow, wanted)
    changes = list(_changes(before, after, _names(uow, {*before.workflows, *after.workflows})))
    if changes:
        scopes = {uow.workspace: after.everywhere} if after.everywhere != Days() else {}
        uow.session.execute(delete(RetentionRule))
        uow.session.add_all(
            RetentionRule(scope_id=one, **asdict(days)) for one, days in {**scopes, **after.workflows}.items()
        )
        uow.session.flush()
        record(uow, "workspace.retention_changed", targets=[Target("workspace", str(uow.workspace), "")],
               changes=changes)  # fmt: skip
    return after


def with_everywhere(rules: Rules, days: Days) -> Wanted:
    """The same rules, but for those of all workflows."""
    return Wanted(days, rules.workflows)


def with_workflow(rules: Rules, workflow_id: UUID, days: Days) -> Wanted:
    """The same rules, but for one workflow's. No days at all: it has none of its own."""
    return Wanted(rules.everywhere, {**rules.workflows, workflow_id: days})


def _names(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, str]:
    """Of the workspace's workflows; archived ones too, whose runs stay."""
    found = uow.session.execute(select(Workflow.id, Workflow.name).where(Workflow.id.in_(ids)))
    return {row.id: row.name for row in found}


def _problems(wanted: Wanted, names: Mapping[UUID, str]) -> Iterator[FieldProblem]:
    yield from _out_of_bounds("everywhere", wanted.everywhere)
    if len(wanted.workflows) > MOST_WORKFLOWS:
        message = _("At most %(most)s workflows have rules of their own.", most=MOST_WORKFLOWS)
        yield FieldProblem("workflows", "retention.too_many", message)
    for workflow_id, days in wanted.workflows.items():
        if workflow_id not in names:
            yield FieldProblem(f"workflows.{workflow_id}", "retention.no_workflow", _("There is no such workflow."))
        yield from _out_of_bounds(f"workflows.{workflow_id}", days)


def _out_of_bounds(path: str, days: Days) -> Iterator[FieldProblem]:
    for state, count in asdict(days).items():
        if count is not None and count not in DAYS:
            message = _("Keep runs for 7 to 3650 days, or say nothing.")
            yield FieldProblem(f"{path}.{state}", "retention.bounds", message)


def _changes(before: Rules, after: Rules, names: Mapping[UUID, str]) -> Iterator[Change]:
    """By workflow and end, each with its days before and after."""
    for scope in (None, *{**before.workflows, **after.workflows}):
        old, new = _said(before, scope), _said(after, scope)
        for state in STATES:
            was, shall = old.of(state), new.of(state)
            if was != shall:
                name = names.get(scope, str(scope)) if scope is not None else "all workflows"
                yield Change(f"{name}: {state}", was, shall)


def _said(rules: Rules, scope: UUID | None) -> Days:
    return rules.everywhere if scope is None else rules.workflows.get(scope, Days())
