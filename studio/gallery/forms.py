"""Which steps a template has: with the connections that were chosen, or without those that it may do without. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from studio.gallery.template import PLACEHOLDER, Connected, Template
from studio.gallery.values import Value
from studio.runtime.document import fitting


def form(template: Template, answers: Mapping[str, Value]) -> dict[str, Any]:
    """The document as these answers have it, its placeholders still in it."""
    made = shaped(template, [key for key, value in answers.items() if value.whole])
    return {**made, "nodes": [_fitted(node, template, answers) for node in made["nodes"]]}


def shaped(template: Template, answered: Collection[str]) -> dict[str, Any]:
    """The document's steps and ways where these questions have an answer."""
    made = template.workflow
    if template.connected is not None and template.connected.question in answered:
        made = _connected(made, template.connected)
    gone = [key for key, question in template.only_with.items() if question not in answered]
    gone += [key for key, question in template.only_without.items() if question in answered]
    return without(made, gone)


def without(workflow: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """The document without some steps: whoever led to one leads to its next one, and its other ways end."""
    edges = list(workflow["edges"])
    for key in gone:
        onward = next((edge["to"] for edge in edges if edge["from"] == key and edge["port"] == "next"), None)
        edges = [
            {**edge, "to": onward} if edge["to"] == key else edge
            for edge in edges
            if edge["from"] != key and (edge["to"] != key or onward is not None)
        ]
    nodes = [node for node in workflow["nodes"] if node["key"] not in gone]
    return _with_layout({**workflow, "nodes": nodes, "edges": edges})


def _connected(workflow: dict[str, Any], other: Connected) -> dict[str, Any]:
    """The other form: its steps stand in the order in which its edges name them."""
    steps = {node["key"]: node for node in [*workflow["nodes"], *other.nodes]}
    named = dict.fromkeys(edge[end] for edge in other.edges for end in ("from", "to"))
    changed = {name: value for name in ("description", "settings") if (value := getattr(other, name)) is not None}
    return _with_layout({**workflow, **changed, "nodes": [steps[key] for key in named], "edges": other.edges})


def _with_layout(workflow: dict[str, Any]) -> dict[str, Any]:
    """Groups hold only steps that are there."""
    if "layout" not in workflow:
        return workflow
    return {**workflow, "layout": fitting(workflow["layout"], {node["key"] for node in workflow["nodes"]})}


def _fitted(node: dict[str, Any], template: Template, answers: Mapping[str, Value]) -> dict[str, Any]:
    """The step with the further settings that its kind of system asks."""
    more = template.by_connector.get(node["key"])
    named = PLACEHOLDER.fullmatch(node["config"]["connection"]) if more else None
    if more is None or named is None:
        return node
    return {**node, "config": _laid_over(node["config"], more.get(answers[named[1]].parts["connector"], {}))}


def _laid_over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(below)
    for name, value in above.items():
        kept = made.get(name)
        made[name] = _laid_over(kept, value) if isinstance(value, Mapping) and isinstance(kept, dict) else value
    return made
