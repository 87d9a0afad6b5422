"""The page of all node types, written from what the classes say of themselves."""

import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract.node import Effect, Kind, NodeType

INTRODUCTION = """# Node types

Written from the code by `python scripts/node_docs.py`; change a type's docstring or its fields' help instead.

Fields marked *expression* hold CEL; every other text may hold `{{ expression }}`. Every step but a trigger also has the
port `error`: without a connection from it, a failure ends the run.
"""
_HEADINGS = {
    Kind.TRIGGER: "Triggers",
    Kind.CONDITION: "Conditions",
    Kind.DATA: "Data",
    Kind.FLOW: "Flow",
    Kind.ACTION: "Actions",
    Kind.APPROVAL: "Approvals",
    Kind.GUARD: "Gates",
    Kind.AUDIT: "Audit",
}
_EFFECTS = {
    Effect.PURE: "Touches nothing outside the run.",
    Effect.LOCAL: "Writes to Studio's own database, in one transaction with its step.",
    Effect.OUTSIDE: "Reaches another system, after its intent is saved.",
}
_LONGEST = 160


def page(types: Iterable[type[NodeType]]) -> str:
    """The whole page as Markdown."""
    known = sorted(types, key=lambda one: one.key)
    parts = [INTRODUCTION]
    for kind, heading in _HEADINGS.items():
        group = [one for one in known if one.kind is kind]
        if group:
            parts.append(f"## {heading}\n")
            parts += [_section(one) for one in group]
    return "\n".join(parts)


def _named(port: str, name: str) -> str:
    return f" ({name})" if name != port else ""


def _section(one: type[NodeType]) -> str:
    ways = [f"`{port}`" + _named(port, one.port_names.get(port, port)) for port in one.ports]
    lines = [
        f"### {one.title}\n",
        f"`{one.key}` version {one.version}. {_EFFECTS[one.effect]}\n",
        f"{_text(one)}\n",
        f"Ways on: {', '.join(ways) if ways else 'none'}.\n",
        *_fields(one),
    ]
    if one.sample is not None:
        lines.append(f"Gives, for example: `{_short(one.sample)}`\n")
    return "\n".join(lines)


def _text(one: type[NodeType]) -> str:
    return " ".join((inspect.getdoc(one) or "").split())


def _fields(one: type[NodeType]) -> list[str]:
    schema = one.Config.model_json_schema()
    rows = _rows(schema, schema, "")
    if not rows:
        return ["It has no settings.\n"]
    return ["| field | what it is | default | example |", "| --- | --- | --- | --- |", *rows, ""]


def _rows(schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str) -> list[str]:
    rows: list[str] = []
    required = schema.get("required", [])
    for name, raw in schema.get("properties", {}).items():
        field = _followed(raw, root)
        default = "required" if name in required else _code(raw.get("default", field.get("default")))
        example = next(iter(raw.get("examples", [])), None)
        kind = "*expression* " if "x-expression" in raw else ""
        label, text = raw.get("title", name), raw.get("description", field.get("description", ""))
        row = (f"`{prefix}{name}`", f"**{label}** {kind}{text}", default, _code(example))
        rows.append("| " + " | ".join(_cell(part) for part in row) + " |")
        inner = _followed(field.get("items", {}), root)
        if "properties" in inner:
            rows += _rows(inner, root, f"{prefix}{name}[].")
        elif "properties" in field:
            rows += _rows(field, root, f"{prefix}{name}.")
    return rows


def _followed(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind a reference, or behind “or nothing”."""
    if "$ref" in schema:
        found: Mapping[str, Any] = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    real = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return _followed(real[0], root) if len(real) == 1 else schema


def _code(value: Any) -> str:
    return "" if value is None else f"`{_short(value)}`"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
