"""The data that a step may use, as a tree to click on."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from studio.builder import assist
from studio.contract.node import Kind, node_type
from studio.expressions import Schema
from studio.expressions.paths import RESERVED
from studio.runtime.document import Document

DEEPEST, MOST_FIELDS, MOST = 8, 200, 2_000
"""Beyond, a sample is no longer something to click through."""
LONGEST = 120
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def roots(document: Document, key: str, told: assist.Outputs | None = None) -> list[dict[str, Any]]:
    """The roots that the fields of one step may name. Raises InvalidInput where there is no such step."""
    left = [MOST]
    return [_node(path, label, schema, 1, left) for path, label, schema in _top(document, key, told or {})]


def _top(document: Document, key: str, told: assist.Outputs) -> Iterator[tuple[str, str, Schema]]:
    """Earlier steps stand beside the trigger, by their names; the trigger's own step would only repeat it."""
    found = assist.environment(document, key, told).roots
    if "item" in found:
        yield "item", _("This item"), found["item"]
    if "trigger" in found:
        yield "trigger", _("What started it"), found["trigger"]
    for step in document.nodes:
        kind = node_type(step.type)
        if "steps" in found and step.key in found["steps"].fields and (kind is None or kind.kind is not Kind.TRIGGER):
            yield f"steps.{step.key}", step.name, found["steps"].fields[step.key]
    labels = {"index": _("Number of the item"), "headers": _("Headers"), "query": _("Query parameters")}
    labels |= {"run": _("This run"), "workspace": _("Workspace")}
    for name, label in labels.items():
        if name in found:
            yield name, label, found[name]


def _node(path: str, label: str, schema: Schema, depth: int, left: list[int]) -> dict[str, Any]:
    left[0] -= 1
    below = _below(path, schema) if depth < DEEPEST else iter(())
    children: list[dict[str, Any]] = []
    for child_path, child_label, child in below:
        if left[0] <= 0 or len(children) >= MOST_FIELDS:
            break
        children.append(_node(child_path, child_label, child, depth + 1, left))
    node: dict[str, Any] = {"path": path, "label": label, "type": schema.kind, "children": children}
    if schema.date or schema.kind == "timestamp":
        node["date"] = True
    if schema.sample is not None and not children:
        node["sample"] = _short(schema.sample)
    return node


def _below(path: str, schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for name, child in schema.fields.items():
        plain = _NAME.fullmatch(name) is not None and name not in RESERVED
        yield (f"{path}.{name}" if plain else f"{path}[{json.dumps(name, ensure_ascii=False)}]"), name, child
    if schema.kind == "list" and schema.entries is not None:
        yield f"{path}[0]", _("first entry"), schema.entries


def _short(sample: object) -> object:
    if isinstance(sample, str) and len(sample) > LONGEST:
        return f"{sample[:LONGEST]}…"
    return sample if isinstance(sample, str | int | float | bool) else None
