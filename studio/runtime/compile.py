"""From a document to what the engine walks, and to what is wrong with it.

`check` finds everything; `compile_graph` builds, once a version, and refuses only what could not be walked.
"""

from collections.abc import Mapping
from typing import Any

import studio.runtime.nodes
import studio.runtime.triggers  # noqa: F401 - registers their types
from studio.contract import graph
from studio.contract.node import NodeType, node_type
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.expressions import Environment
from studio.runtime.checks import check
from studio.runtime.checks.knowledge import Knowledge, sample_output
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import join_rule, structure_problems
from studio.runtime.document import Document, Step, errors
from studio.runtime.resolver import ConfigError, Resolver, field_plan

__all__ = [
    "ConfigError",
    "Resolver",
    "check",
    "compile_graph",
    "environment_for",
    "field_plan",
    "sample_values",
    "types_of",
]


def compile_graph(document: Document) -> graph.Graph:
    """The graph of a version. Raises InvalidInput where it cannot be walked."""
    outline = Outline(document)
    wrong = errors(structure_problems(outline))
    if wrong:
        raise InvalidInput(wrong[0].message, code=wrong[0].code, problems=[one.as_field() for one in wrong])
    order, _ = topological(outline)
    settings = document.settings
    return graph.build(
        [_node(outline, step) for step in document.nodes],
        [graph.Edge(edge.source, edge.port, edge.target) for edge in document.edges],
        order,
        graph.Budget(settings.max_steps, float(settings.max_seconds)),
    )


def types_of(compiled: graph.Graph) -> dict[str, NodeType]:
    """An instance of its node type for each step. Raises InvalidInput for a type that is gone."""
    found: dict[str, NodeType] = {}
    for node in compiled.nodes.values():
        known = node_type(node.type)
        if known is None:
            raise InvalidInput(
                gettext("This Studio has no node type %(type)s.", type=node.type), code="document.unknown_type"
            )
        found[node.key] = known()
    return found


def environment_for(document: Document, node_key: str) -> Environment:
    """What the expressions of one step may name, for completion and the data panel."""
    return Knowledge(Outline(document)).environment(node_key)


def sample_values(document: Document, node_key: str, samples: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values of the roots at one step, for a preview. `samples` are known outputs by step, which come first."""
    outline, known = Outline(document), dict(samples or {})
    knowledge = Knowledge(outline)
    earlier = knowledge.certainty.before(node_key)

    def output(key: str) -> Any:
        if key in known:
            return known[key]
        found = outline.types.get(key)
        return sample_output(found, outline.steps[key].config) if found is not None else None

    triggers = [key for key in earlier if key in outline.triggers] or outline.triggers
    values: dict[str, Any] = {
        "trigger": output(triggers[0]) if triggers else None,
        "steps": {key: output(key) for key in earlier},
    }
    if "item" in known:
        values["item"], values["index"] = known["item"], known.get("index", 0)
    return values


def _node(outline: Outline, step: Step) -> graph.Node:
    retry, rule = step.retry, join_rule(outline, step.key)
    return graph.Node(
        key=step.key,
        type=step.type,
        version=step.version,
        name=step.name,
        config=step.config,
        parent=step.parent,
        retry=graph.Retry(retry.attempts, float(retry.base_s), float(retry.max_s)) if retry else graph.Retry(),
        timeout_s=float(step.timeout_s) if step.timeout_s is not None else None,
        checkpoint=step.checkpoint,
        join=graph.Join(*rule) if rule is not None else None,
    )
