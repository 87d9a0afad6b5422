"""What an operation gives back, as far as completion can use it."""

from typing import Any

from studio.connectors.openapi.document.following import Document, mapping
from studio.connectors.openapi.operations.fields import MOST_FIELDS
from studio.connectors.openapi.operations.shapes import SCALAR, Reader, Shape
from studio.connectors.openapi.operations.wording import example
from studio.connectors.openapi.refusing import Unreadable

_DEEPEST = 5
_MOST = 400
"""Values in one schema; what lies beyond is “anything”."""


def answer_schema(document: Document, reader: Reader, responses: Any) -> dict[str, Any] | None:
    """JSON Schema of the body of a success; None: there is none, or nobody says."""
    by_status = mapping(responses)
    successes = sorted(str(status) for status in by_status if str(status).startswith("2"))
    for status in [*successes, *(["default"] if not successes and "default" in by_status else [])]:
        try:
            response, _reference = document.followed(by_status.get(status))
        except Unreadable:
            continue
        for name, media in mapping(response.get("content")).items():
            if "json" in str(name).lower() or "*" in str(name):
                return _Answer(reader).schema(reader.shape(mapping(media).get("schema")), 0)
    return None


class _Answer:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._made = 0

    def schema(self, shape: Shape, depth: int) -> dict[str, Any]:
        self._made += 1
        if depth > _DEEPEST or self._made > _MOST or shape.recursive or shape.choices or shape.type is None:
            return {}
        made = self._of_type(shape, depth)
        if shape.nullable:
            made["type"] = [shape.type, "null"]
        return made

    def _of_type(self, shape: Shape, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {"type": shape.type}
        if shape.type == "object":
            made["additionalProperties"] = True  # providers give more than they describe
            if 0 < len(shape.properties) <= MOST_FIELDS:
                made["properties"] = {
                    str(name): self.schema(self._reader.shape(one, shape.trail), depth + 1)
                    for name, one in shape.properties.items()
                    if not (isinstance(one, dict) and one.get("writeOnly") is True)
                }
        elif shape.type == "array":
            made["items"] = self.schema(self._reader.shape(shape.keywords.get("items"), shape.trail), depth + 1)
        elif shape.type in SCALAR:
            shown = example(shape.keywords.get("example"))
            if isinstance(shown, str | int | float):
                made["examples"] = [shown]
        return made
