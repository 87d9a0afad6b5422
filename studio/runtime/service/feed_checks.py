"""Workflows that feed each other: one brings about what starts another, and so on until the first starts again."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.contract import topics
from studio.contract.node import TriggerType, node_type, registry
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.checks.feeds import heard, heard_by, stirred
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import structure_problems
from studio.runtime.document import Document, Problem, load
from studio.runtime.models import TriggerSubscription, Workflow, WorkflowVersion

MOST_LISTENERS = 500
"""Triggers of a workspace that are looked at, and MOST_FOLLOWED workflows behind them."""
MOST_FOLLOWED = 20


@dataclass(frozen=True, slots=True)
class _Listener:
    """A published workflow that something in Studio or at a shop starts."""

    workflow_id: UUID
    name: str
    version_id: UUID
    hears: frozenset[str]


def circles(uow: UnitOfWork, document: Document, workflow: Workflow | None) -> Iterator[Problem]:
    """A warning at each step by which others start this workflow again, with nothing on the way that asks anything."""
    outline = Outline(document)
    if any(problem.code in ("graph.parent_circle", "graph.cycle") for problem in structure_problems(outline)):
        return
    knowledge = Knowledge(outline)
    ears, voices = heard(knowledge, chained=True), stirred(knowledge)
    if not ears or not voices:
        return
    others = [one for one in _listeners(uow) if workflow is None or one.workflow_id != workflow.id]
    for key, said in voices.items():
        names = _way_back(uow, said, ears, others)
        if names:
            message = _(
                "%(step)s brings about what starts another workflow, and that one starts this one again: %(names)s. "
                "Put a condition into one of them, or say at a trigger which events count.",
                step=outline.name(key),
                names=" → ".join((document.name, *names, document.name)),
            )
            yield outline.problem("feed.circle", message, key, warning=True)


def _listeners(uow: UnitOfWork) -> list[_Listener]:
    hearing = [key for key, kind in registry.items()
               if issubclass(kind, TriggerType) and _has_ears(kind)]  # fmt: skip
    asked = (
        select(TriggerSubscription, Workflow.name)
        .join(Workflow, Workflow.id == TriggerSubscription.workflow_id)
        .where(TriggerSubscription.active, TriggerSubscription.type.in_(hearing), Workflow.archived_at.is_(None))
        .limit(MOST_LISTENERS)
    )
    found = []
    for row, name in uow.session.execute(asked):
        kind = node_type(row.type)
        ears = heard_by(kind, row.config) if kind is not None and row.type_version == kind.version else frozenset()
        if ears:
            found.append(_Listener(row.workflow_id, name, row.version_id, ears))
    return found


def _has_ears(kind: type[TriggerType]) -> bool:
    return any("hears" in vars(above) for above in kind.__mro__ if above is not TriggerType)


def _way_back(uow: UnitOfWork, said: frozenset[str], home: frozenset[str], others: list[_Listener]) -> list[str]:
    """Names of the workflows on the shortest way; empty where there is none."""
    work, seen = [(said, list[str]())], set[UUID]()
    while work and len(seen) < MOST_FOLLOWED:
        voices, names = work.pop(0)
        for other in others:
            if other.workflow_id in seen or topics.shared(voices, other.hears) is None:
                continue
            seen.add(other.workflow_id)
            further = _voices(uow, other.version_id)
            if topics.shared(further, home) is not None:
                return [*names, other.name]
            work.append((further, [*names, other.name]))
    return []


def _voices(uow: UnitOfWork, version_id: UUID) -> frozenset[str]:
    version = uow.session.get(WorkflowVersion, version_id)
    if version is None:
        return frozenset()
    return frozenset[str]().union(*stirred(Knowledge(Outline(load(version.document)))).values())
