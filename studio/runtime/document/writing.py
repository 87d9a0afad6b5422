"""From a Document back to JSON, YAML, and the hash of its logic."""

import hashlib
from typing import Any

import orjson
import rfc8785

from studio.runtime.document.model import Document

SAMPLE = "sample"
"""The config field in which a step keeps sample data: for building, never for running."""
_BESIDE = ("position", "notes", "mock", "pin")
"""Of a step, what its runs do not depend on."""

_UNLIMITED: dict[str, Any] = {"one_at_a_time": None, "at_once": None, "rate": None, "priority": "normal", "labels": {}}
"""Settings that came later: unset, they must not change the hash of what was published before."""


def dump(document: Document) -> dict[str, Any]:
    """Exactly what was parsed: fields that were left out stay out."""
    return document.model_dump(by_alias=True, exclude_unset=True)


def to_json(document: Document) -> str:
    """As an indented JSON file."""
    return orjson.dumps(dump(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def to_yaml(document: Document) -> str:
    """As a YAML file."""
    from studio.runtime.document import yaml_form  # noqa: PLC0415 - a worker writes no YAML

    return yaml_form.write(dump(document))


def for_running(document: Document) -> dict[str, Any]:
    """As a version keeps it: without what was put down to build and test on."""
    whole = dump(document)
    for node in whole.get("nodes", ()):
        node.pop("mock", None)
        node.pop("pin", None)
    return whole


def logic(document: Document) -> dict[str, Any]:
    """What a run depends on: no layout, notes, description or samples; the order of steps does not count."""
    whole = document.model_dump(by_alias=True, exclude={"description", "layout"})
    nodes = []
    for node in sorted(whole["nodes"], key=lambda node: str(node["key"])):
        kept = {name: value for name, value in node.items() if name not in _BESIDE}
        kept["config"] = {name: value for name, value in node["config"].items() if name != SAMPLE}
        nodes.append(kept)
    settings = {
        name: value for name, value in whole["settings"].items() if name not in _UNLIMITED or value != _UNLIMITED[name]
    }
    return {**whole, "nodes": nodes, "settings": settings}


def logic_hash(document: Document) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of the logic: moving a card does not change it."""
    return hashlib.sha256(rfc8785.dumps(logic(document))).hexdigest()
