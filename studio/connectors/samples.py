"""From a sample of what an action gives to its JSON Schema, so that the two never differ."""

from typing import Any

_TYPES = {bool: "boolean", int: "integer", str: "string", list: "array"}


def schema_of(sample: dict[str, Any]) -> dict[str, Any]:
    """The schema of a flat object whose fields are all there."""
    return {
        "type": "object",
        "properties": {name: _field(value) for name, value in sample.items()},
        "required": list(sample),
        "additionalProperties": False,
    }


def _field(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"type": "array", "items": {"type": "string"}, "examples": [value]}
    return {"type": _TYPES[type(value)], "examples": [value]}
