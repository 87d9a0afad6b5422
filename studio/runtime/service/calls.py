"""The port `contract.ports.Calls`: runs that other runs start."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.contract.ports import CallAsk, Called
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime import document as documents
from studio.runtime.checks.knowledge import sample_output
from studio.runtime.checks.outline import Outline
from studio.runtime.models import Run, TriggerSubscription, Workflow, WorkflowVersion
from studio.runtime.service import starts
from studio.runtime.triggers.called import Called as Trigger

DEEPEST = 8
"""Runs in one another, the outermost included: a workflow that calls itself without end is stopped here."""


class RunCalls:
    """See contract.ports.Calls."""

    def __init__(self, database: Database, hint: starts.Hint) -> None:
        """`hint` announces, after the commit, that a run may be runnable."""
        self._database, self._hint = database, hint

    def start(self, uow: UnitOfWork, ask: CallAsk, wait_id: UUID | None) -> Called:
        """The same way in as for every other run, so the same limits hold."""
        workflow, trigger = _found(uow, ask)
        if _depth(uow, ask.run_id) >= DEEPEST:
            message = _(
                "%(count)s workflows have called one another by now, and Studio stops there, so that they do not go on "
                "for ever. “%(name)s” was not started. Look for a workflow that calls itself.",
                count=DEEPEST, name=workflow.name,
            )  # fmt: skip
            raise Conflict(message, code="call.too_deep")
        data = _inputs(trigger, ask)
        meta = {"run_id": str(ask.run_id), "node": ask.node, "path": ask.path}
        run = starts.start(uow, trigger, data, self._hint, meta=meta, called=True)
        if wait_id is not None:
            _not_behind_its_caller(uow, run, ask.run_id)
        run.parent_run_id, run.parent_wait_id = ask.run_id, wait_id
        return Called(run.id, workflow.name)

    def rehearse(self, workspace_id: UUID, ask: CallAsk) -> tuple[str, Any]:
        """Nothing is written; what start() would refuse is refused."""
        with self._database.unit(workspace_id, read_only=True) as uow:
            workflow, trigger = _found(uow, ask)
            _inputs(trigger, ask)
            version = uow.session.get_one(WorkflowVersion, trigger.version_id)
            return workflow.name, _last_sample(documents.load(version.document), trigger.node_key)


def trigger_of(uow: UnitOfWork, workflow: Workflow) -> TriggerSubscription | None:
    """The trigger of the published version by which it is called; the first, where it has several."""
    found = select(TriggerSubscription).where(
        TriggerSubscription.workflow_id == workflow.id,
        TriggerSubscription.version_id == workflow.published_version_id,
        TriggerSubscription.type == Trigger.key,
    )
    return uow.session.scalars(found.order_by(TriggerSubscription.node_key).limit(1)).one_or_none()


def workflow_of(uow: UnitOfWork, named: object) -> Workflow | None:
    """The workflow that a config names; None where this workspace has none of that id, or has deleted it."""
    workflow_id = parse_id(str(named))
    workflow = uow.session.get(Workflow, workflow_id) if workflow_id is not None else None
    return workflow if workflow is not None and workflow.archived_at is None else None


def _found(uow: UnitOfWork, ask: CallAsk) -> tuple[Workflow, TriggerSubscription]:
    workflow = workflow_of(uow, ask.workflow)
    if workflow is None:
        message = _("This workspace has no workflow of that id. Choose one from the list.")
        raise InvalidInput(message, code="call.unknown_workflow", field="config.workflow")
    trigger = trigger_of(uow, workflow)
    if trigger is None:
        message = _(
            "The published version of “%(name)s” has no trigger “Called by another workflow”, so nothing was started.",
            name=workflow.name,
        )
        raise InvalidInput(message, code="call.no_trigger", field="config.workflow")
    return workflow, trigger


def _inputs(trigger: TriggerSubscription, ask: CallAsk) -> Any:
    try:
        return starts.answered(trigger, dict(ask.inputs))
    except InvalidInput as error:
        problems = [replace(problem, path=_path(problem)) for problem in error.problems]
        raise InvalidInput(error.message, code="call.inputs", problems=problems) from None


def _path(problem: FieldProblem) -> str:
    root, _dot, rest = problem.path.partition(".")
    return f"config.inputs.{rest}" if root == "data" and rest else "config.inputs"


def _depth(uow: UnitOfWork, run_id: UUID) -> int:
    """How many runs are in one another here, the outermost first; DEEPEST is enough to know."""
    depth, above = 1, run_id
    while depth < DEEPEST:
        parent = uow.session.scalar(select(Run.parent_run_id).where(Run.id == above))
        if parent is None:
            break
        depth, above = depth + 1, parent
    return depth


def _not_behind_its_caller(uow: UnitOfWork, run: Run, run_id: UUID) -> None:
    """Two runs must not wait for each other: the called one for its turn, the caller for its result."""
    above: UUID | None = run_id
    while run.order_key is not None and above is not None:
        caller = uow.session.execute(
            select(Run.workflow_id, Run.order_key, Run.parent_run_id).where(Run.id == above)
        ).one_or_none()  # fmt: skip
        if caller is None:  # one that did not wait has ended, and retention has taken it
            return
        if (caller.workflow_id, caller.order_key) == (run.workflow_id, run.order_key):
            message = _(
                "The called workflow takes one run of a key at a time, and its turn would come only after the run that "
                "calls it. Go on without the result, or give the called run another key."
            )
            raise Conflict(message, code="call.own_turn")
        above = caller.parent_run_id


def _last_sample(document: documents.Document, trigger: str) -> Any:
    """The sample of the first step, in the document's order, that ends a way from the trigger; None: none is known."""
    outline = Outline(document)
    reached, work = {trigger}, [trigger]
    while work:
        for edge in outline.out[work.pop()]:
            if edge.target not in reached:
                reached.add(edge.target)
                work.append(edge.target)
    for key in outline.steps:
        found = outline.types.get(key)
        at_the_end = key in reached and not outline.out[key] and outline.steps[key].parent is None
        if found is not None and at_the_end:
            return sample_output(found, outline.steps[key].config)
    return None
