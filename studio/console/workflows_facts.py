"""Everything that one workflow's page shows, gathered once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.accounts.models import User
from studio.builder import insight
from studio.builder.service import drafts, history, whole
from studio.builder.service.drafts import Draft
from studio.builder.service.history import VersionLine
from studio.builder.steps import StepLine, steps
from studio.console.workflows_listing import Day, day
from studio.contract.node import NodeType, node_type
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.document.limit_wording import limits_in_words
from studio.runtime.halts import pausing, reading
from studio.runtime.halts.reading import Backlog
from studio.runtime.history import listing
from studio.runtime.history.listing import RunFilter, RunLine
from studio.runtime.models import Gathering, Halt, TriggerSubscription, VersionStage, Workflow, WorkflowVersion
from studio.runtime.service import gathering, sorting, subscriptions
from studio.runtime.stages import reading as stages

RUNS, VERSIONS = 8, 12


@dataclass(frozen=True, slots=True)
class TriggerFacts:
    """One trigger of the published version."""

    key: str
    name: str
    type: type[NodeType]
    config: Mapping[str, Any]
    address: str | None
    curl: str | None
    summary: str
    gathered: Sequence[Gathering] = ()
    """What waits for others before a run starts."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One workflow."""

    workflow: Workflow
    draft: Draft
    changed: bool
    document: Document
    """What runs; where nothing was published yet, the draft."""
    steps: Sequence[StepLine]
    triggers: Sequence[TriggerFacts]
    versions: Sequence[VersionLine]
    runs: Sequence[RunLine]
    day: Day
    owner: str | None
    halt: Halt | None
    """How it stands still, or that it catches up; None: it runs as usual."""
    backlog: Backlog
    tags: Sequence[str]
    stage: VersionStage | None
    """The version that takes a part of the events; None: all start the published one."""
    limits: Sequence[str]
    """How many runs there may be, a sentence for each limit."""


def facts(uow: UnitOfWork, keyring: Keyring, workflow: Workflow, public_url: str) -> Facts:
    """Gather them."""
    draft = drafts.current(uow, workflow)
    document = _shown(uow, workflow, draft)
    owner = uow.session.get(User, workflow.owner_id) if workflow.owner_id else None
    return Facts(
        workflow=workflow,
        draft=draft,
        changed=workflow.published_version_id is not None and whole.changed(uow, workflow, draft),
        document=document,
        steps=steps(document),
        triggers=_triggers(uow, keyring, workflow, document, public_url),
        versions=history.versions(uow, workflow, VERSIONS),
        runs=listing.runs(uow, RunFilter(workflow_id=workflow.id), limit=RUNS).rows,
        day=day(uow, [workflow.id]).get(workflow.id, Day()),
        owner=owner.name if owner is not None else None,
        halt=pausing.of(uow, workflow),
        backlog=reading.backlog(uow, workflow.id),
        tags=sorting.tags_of(uow, [workflow.id]).get(workflow.id, ()),
        stage=stages.current(uow, workflow.id),
        limits=limits_in_words(document.settings),
    )


def trigger(uow: UnitOfWork, workflow: Workflow, key: str) -> TriggerSubscription | None:
    """The subscription of one trigger, where the published version has it."""
    rows = subscriptions.of_workflow(uow, workflow.id)
    live = (row for row in rows if row.version_id == workflow.published_version_id)
    return next((row for row in live if row.node_key == key), None)


def _shown(uow: UnitOfWork, workflow: Workflow, draft: Draft) -> Document:
    if workflow.published_version_id is None:
        return documents.load(draft.document)
    return documents.load(uow.session.get_one(WorkflowVersion, workflow.published_version_id).document)


def _triggers(
    uow: UnitOfWork, keyring: Keyring, workflow: Workflow, document: Document, public_url: str
) -> list[TriggerFacts]:
    found, waiting = [], gathering.of_workflow(uow, workflow.id)
    for row in subscriptions.of_workflow(uow, workflow.id):
        step, known = document.step(row.node_key), node_type(row.type)
        if step is None or known is None or row.version_id != workflow.published_version_id:
            continue
        secret = subscriptions.address(keyring, row)
        address = f"{public_url}/hooks/{secret}" if secret is not None else None
        command = insight.curl(address, row.settings) if address is not None else None
        summary = insight.summary_of(known, row.settings)
        own = [one for one in waiting if one.subscription_id == row.id]
        found.append(TriggerFacts(row.node_key, step.name, known, row.settings, address, command, summary, own))
    return found
