"""What running something again would do: the old run and a version are read, the pure planner works it out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import defer

from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.document.bounds import check_payload
from studio.runtime.ledger.payloads import blob_of
from studio.runtime.models import IN_ORDER, Blob, Run, Step, TriggerSubscription, WaitRow, Workflow, WorkflowVersion
from studio.runtime.outcomes import ENDED, STUCK
from studio.runtime.rerun.facts import Choice, Facts, Finding, Given
from studio.runtime.rerun.planner import Plan, plan
from studio.runtime.rerun.reading import NodeLike, Payload, facts_of, needs_payload
from studio.runtime.service.starts import answered

Versions = Callable[[UUID, UUID], Compiled]
RETRY = "retry"
"""The kind of a wait that is a pause before another attempt."""
RETIRED = "document.unknown_type"


@dataclass(frozen=True, slots=True)
class Edited:
    """Data in the place of what the trigger brought."""

    data: Any


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to run again, and how."""

    from_step: str | None = None
    """None: from the beginning."""
    path: str | None = None
    """In one item of the loops around it alone, such as `0.3`."""
    newest: bool = False
    """On the published version; else on the one that it ran on."""
    edited: Edited | None = None
    given: Mapping[Place, Given] = field(default_factory=dict)
    """Steps that are skipped, with what they are said to have given."""
    settled: Mapping[Place, Finding] = field(default_factory=dict)
    """What was found out about calls in doubt."""
    doubts: Finding | None = None
    """The same, about all the others."""


@dataclass(frozen=True, slots=True)
class Look:
    """A plan, and what it was made from."""

    plan: Plan
    compiled: Compiled
    number: int
    """Of the version that it runs on."""
    data: Any
    """What the new run starts with."""
    repeated: tuple[UUID, ...]
    """Runs that repeat this one already: what they did is done as well."""
    steps: Mapping[UUID, Step]
    payloads: Mapping[UUID, Payload]

    @property
    def hash(self) -> str:
        """Whoever has seen it agrees to exactly this: the plan, and the data."""
        data = orjson.dumps(self.data, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return hashlib.sha256(self.plan.digest.encode() + data).hexdigest()

    @property
    def must_be_seen(self) -> bool:
        """Whether something that has happened would, or may, happen once more."""
        return bool(self.plan.again or self.repeated)


def look(uow: UnitOfWork, run: Run, versions: Versions, wish: Wish) -> Look:
    """Work out what a re-run would do. Changes nothing.

    Raises Conflict while the run is going, and InvalidInput where its version cannot run any more or the data is none
    that its trigger takes. What else is in the way stands in the plan.
    """
    if run.state not in (*ENDED, *STUCK):
        raise Conflict(_("The run is still going. Cancel it first, or wait for its end."), code="run.going",
                       resource=f"run:{run.id}")  # fmt: skip
    version_id = _version(uow, run, newest=wish.newest)
    compiled = _compiled(uow, versions, version_id)
    before = None if version_id == run.version_id else _steps_of(uow, run.version_id)
    found = select(Step).where(Step.run_id == run.id).order_by(*IN_ORDER)
    steps = list(uow.session.scalars(found.options(defer(Step.input), defer(Step.output))))
    payloads = payloads_of(uow, [step.id for step in steps if needs_payload(step)])
    pauses = select(WaitRow.id).where(WaitRow.run_id == run.id, WaitRow.kind == RETRY)
    facts = facts_of(run, compiled, before, steps, payloads, set(uow.session.scalars(pauses)))
    repeated = tuple(uow.session.scalars(select(Run.id).where(Run.rerun_of == run.id).order_by(Run.id)))
    facts = replace(facts, standing=f"{facts.standing}:{len(repeated)}")
    data = _data(uow, run, wish.edited) if wish.edited is not None else run.input
    return Look(
        plan(facts, _choice(facts, wish)), compiled, compiled.number, data, repeated,
        {step.id: step for step in steps}, payloads,
    )  # fmt: skip


def payloads_of(uow: UnitOfWork, step_ids: list[UUID]) -> dict[UUID, Payload]:
    """What steps got and gave, large values too."""
    found = {
        row.id: (row.input, row.output)
        for row in uow.session.execute(select(Step.id, Step.input, Step.output).where(Step.id.in_(step_ids)))
    }
    wanted = {blob_id for _given, output in found.values() if (blob_id := blob_of(output)) is not None}
    if not wanted:
        return found
    blobs = {row.id: row.data for row in uow.session.execute(select(Blob.id, Blob.data).where(Blob.id.in_(wanted)))}
    return {
        step_id: (given, output if (blob_id := blob_of(output)) is None else blobs.get(blob_id))
        for step_id, (given, output) in found.items()
    }


def _choice(facts: Facts, wish: Wish) -> Choice:
    settled = dict(wish.settled)
    if wish.doubts is not None:
        settled = {past.place: wish.doubts for past in facts.past.values() if past.doubtful} | settled
    return Choice(wish.from_step, wish.path, wish.edited is not None, wish.given, settled)


def _version(uow: UnitOfWork, run: Run, *, newest: bool) -> UUID:
    if not newest:
        return run.version_id
    workflow = tenancy.get(uow.session, Workflow, run.workflow_id, "workflow")
    return workflow.published_version_id or run.version_id


def _compiled(uow: UnitOfWork, versions: Versions, version_id: UUID) -> Compiled:
    try:
        return versions(uow.workspace, version_id)
    except (NotFound, InvalidInput) as error:
        if error.code != RETIRED:
            raise
        way = _("Nothing was started. Run it again on a version that does without it.")
        raise InvalidInput(f"{error.message} {way}", code="rerun.retired_type", field="version") from error


def _steps_of(uow: UnitOfWork, version_id: UUID) -> Mapping[str, NodeLike]:
    """As the document has them, whatever has become of their types."""
    version = tenancy.get(uow.session, WorkflowVersion, version_id, "version")
    return {step.key: step for step in documents.load(version.document).nodes}


def _data(uow: UnitOfWork, run: Run, edited: Edited) -> Any:
    """Checked against the trigger's form, where it has one."""
    found = select(TriggerSubscription).where(
        TriggerSubscription.workflow_id == run.workflow_id, TriggerSubscription.node_key == run.trigger_node
    )
    trigger = uow.session.scalars(found).one_or_none()
    if trigger is not None:
        return answered(trigger, edited.data)
    check_payload(edited.data)
    return edited.data
