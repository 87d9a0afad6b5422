"""Puts answers into a template's document, by the place that each stands in."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Kind, NodeType, node_type
from studio.gallery.template import PLACEHOLDER
from studio.gallery.values import Value, inert
from studio.runtime.fields import Path, leaves

Answers = Mapping[str, Value]


def filled(workflow: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """The document of one workspace."""
    made = {name: _put(value, answers) for name, value in workflow.items() if name != "nodes"}
    if "settings" in workflow:
        made["settings"] = _put(workflow["settings"], answers, rendered=True)
    made["nodes"] = [_node(node, answers) for node in workflow["nodes"]]
    return {name: made[name] for name in workflow}


def _node(node: dict[str, Any], answers: Answers) -> dict[str, Any]:
    found = node_type(node["type"])
    plain = {name: _put(value, answers) for name, value in node.items() if name != "config"}
    if found is not None and "config" in node:
        plain["config"] = _config(found, node["config"], answers)
    return {name: plain[name] for name in node}


def _config(found: type[NodeType], config: dict[str, Any], answers: Answers) -> dict[str, Any]:
    expressions = frozenset(leaf.path for leaf in leaves(found, config) if leaf.kind in ("expression", "deferred"))
    made = _put(config, answers, rendered=found.kind is not Kind.TRIGGER, expressions=expressions)
    return dict(made)


def _put(
    value: Any,
    answers: Answers,
    *,
    rendered: bool = False,
    expressions: frozenset[Path] = frozenset(),
    path: Path = (),
) -> Any:
    """`rendered`: texts here are read for `{{ … }}` later, so those of an answer must mean nothing."""
    if isinstance(value, str):
        if path in expressions:
            return PLACEHOLDER.sub(lambda found: answers[found[1]].part(found[2]).literal, value)
        return _text(value, answers, rendered=rendered)
    if isinstance(value, dict):
        pairs = value.items()
        return {
            name: _put(below, answers, rendered=rendered, expressions=expressions, path=(*path, name))
            for name, below in pairs
        }
    if isinstance(value, list):
        return [
            _put(below, answers, rendered=rendered, expressions=expressions, path=(*path, place))
            for place, below in enumerate(value)
        ]
    return value


def _text(value: str, answers: Answers, *, rendered: bool) -> Any:
    alone = PLACEHOLDER.fullmatch(value)
    if alone is not None:
        whole = answers[alone[1]].part(alone[2]).whole
        return inert(whole) if rendered and isinstance(whole, str) else whole
    show = inert if rendered else str
    return PLACEHOLDER.sub(lambda found: show(answers[found[1]].part(found[2]).text), value)
