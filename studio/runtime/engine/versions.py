"""Loading and keeping compiled versions. They never change; what is around them, such as a workspace's zone, may."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.contract.node import NodeType, node_type
from studio.core import clock
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.runtime import document as documents
from studio.runtime.compile import compile_graph, field_plan
from studio.runtime.compiled import Compiled
from studio.runtime.models import Workflow, WorkflowVersion
from studio.runtime.titles import title_of

KEPT = 512
FRESH_S = 10.0
"""Seconds until a change of the workspace's settings or of the workflow's name reaches the runs of every process."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One compiled version, and until when what is around it counts as known."""

    compiled: Compiled
    fresh_until: float


class Versions:
    """Compiled versions by id, the most recently used ones kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[UUID, UUID], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, workspace_id: UUID, version_id: UUID) -> Compiled:
        """The compiled version. Raises NotFound."""
        key, now = (workspace_id, version_id), clock.monotonic()
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is not None and found.fresh_until > now:
            return found.compiled
        compiled = self._load(workspace_id, version_id, found.compiled if found else None)
        with self._lock:
            self._kept[key] = _Kept(compiled, now + FRESH_S)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return compiled

    def _load(self, workspace_id: UUID, version_id: UUID, known: Compiled | None) -> Compiled:
        with self._database.unit(workspace_id, read_only=True) as unit:
            workspace = unit.session.get(Workspace, workspace_id)
            if known is not None and workspace is not None:
                name = unit.session.scalar(select(Workflow.name).where(Workflow.id == known.workflow_id))
                return replace(known, workspace=facts_of(workspace), workflow_name=name or known.workflow_name)
            row = unit.session.execute(
                select(WorkflowVersion, Workflow.name)
                .join(Workflow, Workflow.id == WorkflowVersion.workflow_id)
                .where(WorkflowVersion.id == version_id)
            ).one_or_none()
        if row is None or workspace is None:
            raise NotFound(_("There is no such version."), resource=f"version:{version_id}")
        version, name = row
        return compile_document(documents.load(version.document), facts_of(workspace), version, name)


def facts_of(workspace: Workspace) -> dict[str, str]:
    """The root `workspace` of expressions."""
    return {
        "name": workspace.name,
        "currency": workspace.currency,
        "time_zone": workspace.time_zone,
        "locale": workspace.locale,
    }


def compile_document(
    document: documents.Document, workspace: dict[str, str], version: WorkflowVersion | None, name: str
) -> Compiled:
    """Make a document runnable. `version` is None for a draft that is only tested."""
    graph = compile_graph(document)
    types = {key: _type(node.type) for key, node in graph.nodes.items()}
    none = UUID(int=0)
    return Compiled(
        version_id=version.id if version else none,
        workflow_id=version.workflow_id if version else none,
        workflow_name=name,
        number=version.number if version else 0,
        graph=graph,
        types={key: made() for key, made in types.items()},
        resolvers={key: field_plan(node) for key, node in graph.nodes.items()},
        workspace=workspace,
        title=partial(title_of, document.settings.title),
        published_by=version.published_by if version else None,
        edited_by=(version.edited_by or version.published_by) if version else None,
        lasting=any(types[key].lasts(node.config) for key, node in graph.nodes.items()),
    )


def _type(key: str) -> type[NodeType]:
    found = node_type(key)
    if found is None:
        raise NotFound(
            _("This server has no step of type %(key)s.", key=key), code="document.unknown_type", resource=f"type:{key}"
        )
    return found
