"""The taxonomy as a page of the documentation, and the record of its schemas."""

import hashlib
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from studio.audit.listing import actions
from studio.audit.registry import Action

PAGE = "docs/audit-taxonomy.md"
SCHEMAS = Path(__file__).with_name("schemas.json")

_HEAD = """# Audit taxonomy

Generated from `studio/audit/taxonomy/` by `make docs`; do not edit.

Every entry is recorded in the transaction of what it tells about, and chained by hash within its
workspace. `studio audit verify` checks the chain. Versions count changes of a metadata schema.

Names, addresses and remarks of people lie beside the chain: the record holds a reference, an HMAC over
path and value keyed by a salt that lies with the value. `studio audit forget` erases them; the chain
still fits, and the erasure is itself an event. Metadata marked `reference` below lie there too.

Steps “Record an event” write events of a workspace's own, named `custom.<name>`: their facts are flat
(at most 50, texts of at most 500 characters), their severity is the step's, their OCSF class 6003.
"""


class SchemaChanged(Exception):
    """A metadata schema differs under the same version: readers of exports could not tell."""


def render() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD]
    for resource, entries in groupby(actions(), key=lambda entry: entry.resource):
        parts.append(f"\n## {resource}\n")
        parts += [_entry(entry) for entry in entries]
    return "".join(parts)


def schemas(recorded: dict[str, str]) -> dict[str, str]:
    """`action@version` to the digest of its schema, with what is new. Raises SchemaChanged."""
    found = dict(recorded)
    for entry in actions():
        name, digest = f"{entry}@{entry.version}", _digest(entry)
        if found.setdefault(name, digest) != digest:
            raise SchemaChanged(f"the metadata of {name} changed: give it version {entry.version + 1}")
    return dict(sorted(found.items()))


def recorded_schemas() -> dict[str, str]:
    """What schemas.json says."""
    found: dict[str, str] = orjson.loads(SCHEMAS.read_bytes()) if SCHEMAS.exists() else {}
    return found


def write(root: Path) -> None:
    """Bring the page and schemas.json up to date."""
    known = schemas(recorded_schemas())
    SCHEMAS.write_bytes(orjson.dumps(known, option=orjson.OPT_INDENT_2) + b"\n")
    (root / PAGE).write_text(render(), encoding="utf-8")


def _entry(entry: Action) -> str:
    lines = [
        f"\n### `{entry}`\n\n{entry.description}\n\n",
        f"Version {entry.version} · severity {entry.severity} · OCSF {entry.ocsf}\n",
    ]
    fields = _schema(entry).get("properties", {})
    if fields:
        lines += ["\n| metadata | type |\n| --- | --- |\n"]
        lines += [f"| `{name}` | {_type(schema)} |\n" for name, schema in fields.items()]
    if entry.example:
        lines.append(f"\n```json\n{orjson.dumps(entry.example).decode()}\n```\n")
    for rule in entry.redactions:
        lines.append(f"\nRedacted: `{rule.path}` ({rule.rule}, {rule.mode})\n")
    return "".join(lines)


def _type(schema: dict[str, Any]) -> str:
    options = schema.get("anyOf", [schema])
    names = [
        ", ".join(f"`{value}`" for value in option["enum"]) if "enum" in option else option["type"]
        for option in options
        if option.get("type") != "null"
    ]
    optional = len(names) < len(options) or "default" in schema
    return " or ".join(names) + (", optional" if optional else "")


def _schema(entry: Action) -> dict[str, Any]:
    return entry.metadata.model_json_schema()


def _digest(entry: Action) -> str:
    schema = {key: value for key, value in _schema(entry).items() if key in ("properties", "required")}
    return hashlib.sha256(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
