"""Loading and keeping compiled versions: they never change, so a cache is never wrong."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.contract.node import NodeType, node_type
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.expressions import EvaluationError, ExpressionError, Scope, render
from studio.runtime import document as documents
from studio.runtime.compile import compile_graph, field_plan
from studio.runtime.compiled import Compiled
from studio.runtime.models import Workflow, WorkflowVersion

KEPT = 512


class Versions:
    """Compiled versions by id, the most recently used ones kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[UUID, Compiled] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, workspace_id: UUID, version_id: UUID) -> Compiled:
        """The compiled version. Raises NotFound."""
        with self._lock:
            found = self._kept.get(version_id)
            if found is not None:
                self._kept.move_to_end(version_id)
                return found
        compiled = self._load(workspace_id, version_id)
        with self._lock:
            self._kept[version_id] = compiled
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return compiled

    def _load(self, workspace_id: UUID, version_id: UUID) -> Compiled:
        with self._database.unit(workspace_id, read_only=True) as unit:
            row = unit.session.execute(
                select(WorkflowVersion, Workflow.name)
                .join(Workflow, Workflow.id == WorkflowVersion.workflow_id)
                .where(WorkflowVersion.id == version_id)
            ).one_or_none()
            workspace = unit.session.get(Workspace, workspace_id)
        if row is None or workspace is None:
            raise NotFound(_("There is no such version."), resource=f"version:{version_id}")
        version, name = row
        facts = {
            "name": workspace.name,
            "currency": workspace.currency,
            "time_zone": workspace.time_zone,
            "locale": workspace.locale,
        }
        return compile_document(documents.load(version.document), facts, version, name)


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
        title=_titler(document.settings.title),
    )


def _type(key: str) -> type[NodeType]:
    found = node_type(key)
    if found is None:
        raise NotFound(
            _("This server has no step of type %(key)s.", key=key), code="document.unknown_type", resource=f"type:{key}"
        )
    return found


def _titler(source: str) -> Callable[[Scope], str]:
    if not source:
        return lambda _scope: ""

    def title(scope: Scope) -> str:
        try:
            return str(render(source, scope))[:200]
        except (EvaluationError, ExpressionError):
            return ""  # the data has no such field: the workflow's name serves as the title

    return title
