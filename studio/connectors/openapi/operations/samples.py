"""A value that fits an answer's schema, for completion and previews. Pure."""

from collections.abc import Mapping
from typing import Any

_PLAIN: Mapping[str, Any] = {"string": "text", "number": 1, "integer": 1, "boolean": True}


def sample(schema: Mapping[str, Any]) -> Any:
    """Its first example, else a plain value of its type; lists have one entry. None: anything may stand there."""
    examples, kind = schema.get("examples"), schema.get("type")
    if examples:
        return examples[0]
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    if kind == "object":
        return {name: sample(one) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema.get("items", {}))]
    return _PLAIN.get(str(kind))
