"""Whether what steps name is there in this workspace, and which published workflows name a thing."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVarTuple

from sqlalchemy import Row, Select, and_, select

from studio.contract import references
from studio.contract.references import Reference
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document, Problem, load
from studio.runtime.models import VersionStage, Workflow, WorkflowVersion

Columns = TypeVarTuple("Columns")


def dangling(uow: UnitOfWork, document: Document) -> Iterator[Problem]:
    """What steps name and the workspace does not have, and what is wrong with their configs here beside that."""
    outline = Outline(document)
    for key, reference in _named(outline):
        missing = references.missing(uow, reference)
        if missing is not None:
            yield outline.problem(missing.code, missing.message, key, reference.field, warning=missing.warning)
    for key, step in outline.steps.items():
        for field, one in references.found(uow, step.type, step.config):
            yield outline.problem(one.code, one.message, key, field, warning=one.warning)


def published_users(uow: UnitOfWork, kind: str, name: str) -> list[str]:
    """Names of the workflows whose published version names a thing."""
    return list(dict.fromkeys(users_among(_running(uow), kind, name)))


def published_names(uow: UnitOfWork, kind: str) -> list[tuple[str, str]]:
    """Every thing of a kind that a published version names, with its workflow's name."""
    return list(dict.fromkeys(names_among(_running(uow), kind)))


def running(named: Select[*Columns]) -> Iterator[Select[*Columns]]:
    """A question about workflows, asked of what events start: published versions, and those staged beside them."""
    named = named.where(Workflow.archived_at.is_(None))
    yield named.join(WorkflowVersion, WorkflowVersion.id == Workflow.published_version_id)
    staged = named.join(VersionStage, and_(VersionStage.workflow_id == Workflow.id, VersionStage.ended_at.is_(None)))
    yield staged.join(WorkflowVersion, WorkflowVersion.id == VersionStage.version_id)


def _running(uow: UnitOfWork) -> Iterator[Row[str, dict[str, Any]]]:
    for query in running(select(Workflow.name, WorkflowVersion.document)):
        yield from uow.session.execute(query)


def names_among(found: Iterable[Row[str, dict[str, Any]]], kind: str) -> list[tuple[str, str]]:
    """Of workflows (name and document) each thing of a kind that they name, with the workflow's name."""
    return [
        (one.name, workflow) for workflow, raw in found for _key, one in _named(Outline(load(raw))) if one.kind == kind
    ]


def users_among(found: Iterable[Row[str, dict[str, Any]]], kind: str, name: str) -> list[str]:
    """Of workflows (name and document) the names of those that name a thing; case does not count."""
    wanted = (kind, name.casefold())
    return [
        workflow
        for workflow, raw in found
        if any((one.kind, one.name.casefold()) == wanted for _key, one in _named(Outline(load(raw))))
    ]


def _named(outline: Outline) -> Iterator[tuple[str, Reference]]:
    for key, found in outline.types.items():
        for reference in found.references(outline.steps[key].config):
            yield key, reference
