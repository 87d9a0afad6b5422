"""Node types as the palette and the set-up panel see them."""

import inspect
from functools import cache
from typing import Any

from flask_babel import gettext as _

from studio.contract.node import Kind, NodeType, registry
from studio.core.i18n import schema

DEFERRED = "x-deferred"


def node_types() -> list[dict[str, Any]]:
    """Every node type, in the palette's order."""
    return [_described(one) for one in sorted(registry.values(), key=lambda one: (_KINDS[one.kind], one.title))]


_KINDS = {kind: place for place, kind in enumerate(Kind)}


def _described(one: type[NodeType]) -> dict[str, Any]:
    return {
        "key": one.key,
        "version": one.version,
        "kind": one.kind,
        "effect": one.effect,
        "title": _(one.title),
        "icon": one.icon,
        "help": _(first_paragraph(one)),
        "ports": list(one.ports),
        "port_names": {port: _(name) for port, name in one.port_names.items()},
        "schema": schema(schema_of(one.key)),
        "sample": one.sample,
        "is_loop": one.is_loop,
        "is_join": one.is_join,
        "waits": waits(one),
    }


@cache
def schema_of(key: str) -> dict[str, Any]:
    """The JSON Schema that draws a type's form."""
    return registry[key].Config.model_json_schema()


@cache
def defers(key: str) -> bool:
    """Whether some field of a type is evaluated by the node itself, and so sees more than its step's data."""
    return DEFERRED in str(schema_of(key))


def waits(one: type[NodeType]) -> bool:
    """Whether a step of this type may pause its run."""
    return one.begins_anew or one.resume is not NodeType.resume


def first_paragraph(one: type[NodeType]) -> str:
    """The docstring as one line of help."""
    return " ".join((inspect.getdoc(one) or "").split("\n\n")[0].split())
