"""One operation: its words, its form, and where each field of the form goes."""

import re
from collections.abc import Mapping
from typing import Any

from studio.connectors.openapi.document.following import Document, listed, mapping, text
from studio.connectors.openapi.operations.answers import answer_schema
from studio.connectors.openapi.operations.bodies import Body, body
from studio.connectors.openapi.operations.fields import MOST_FIELDS, Fields, writable
from studio.connectors.openapi.operations.operation import Binding, Operation
from studio.connectors.openapi.operations.parameters import Parameter, parameters
from studio.connectors.openapi.operations.shapes import Reader
from studio.connectors.openapi.operations.signing import needed
from studio.connectors.openapi.operations.wording import from_name, sentence, title

DEEPEST = 2
"""How deep objects are drawn as fields, below the form itself."""
CALM = 120
"""Fields in one form; a form with more draws less of what is nested."""
WITHOUT_BODY = ("GET", "HEAD")
_NAME = re.compile(r"[^0-9A-Za-z_]+")


def operation_of(
    document: Document, key: str, method: str, path: str, item: Mapping[str, Any], raw: Mapping[str, Any], *,
    at_origin: bool = False,
) -> Operation:  # fmt: skip
    """The operation. Raises Unreadable where it cannot be offered."""
    reader = Reader(document)
    taken = parameters(document, reader, path, item.get("parameters"), raw.get("parameters"))
    sent = body(document, reader, raw.get("requestBody")) if method.upper() not in WITHOUT_BODY else None
    made = _form(reader, taken, sent)
    tag = next((text(one, 80) for one in listed(raw.get("tags")) if text(one, 80)), "")
    said = raw.get("security", document.tree.get("security"))
    return Operation(
        key=key,
        title=title(raw.get("summary"))
        or from_name(text(raw.get("operationId"), 120))
        or f"{method.upper()} {path}"[:120],
        help=sentence(raw.get("description")),
        tag=tag or next((part for part in path.split("/") if part and "{" not in part), "")[:80],
        method=method.upper(),
        path=path,
        at_origin=at_origin,
        deprecated=raw.get("deprecated") is True,
        form=made.form(),
        bindings=tuple(made.bindings),
        content_type=sent.content_type if sent else "",
        body_kind=sent.kind if sent else "",
        body_required=bool(sent and sent.required),
        body_needs=tuple(made.body_needs),
        encoding=sent.encoding if sent else {},
        output=answer_schema(document, Reader(document), mapping(raw.get("responses"))),
        security=needed(said),
    )


def _form(reader: Reader, taken: list[Parameter], sent: Body | None) -> "_Form":
    """As deep as is calm."""
    deepest = DEEPEST
    while True:
        fields = Fields(reader, deepest)
        made = _Form(fields)
        for parameter in taken:
            made.parameter(parameter)
        if sent is not None:
            made.body(sent)
        if fields.made <= CALM or deepest == 0:
            return made
        deepest -= 1


class _Form:
    """Fields by their names, each with where it goes."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._drawn: dict[str, dict[str, Any]] = {}
        self._required: list[str] = []
        self.bindings: list[Binding] = []
        self.body_needs: list[str] = []

    def parameter(self, one: Parameter) -> None:
        field = self._fields.field(one.name, one.shape, says=one.says)
        name = self._named(one.name, one.place)
        binding = Binding(name, one.place, one.name, one.style, one.explode, one.as_json)
        self._add(name, field, binding, required=one.required)

    def body(self, sent: Body) -> None:
        whole = sent.shape.recursive or sent.shape.choices or sent.shape.type != "object" or sent.kind == "text"
        if whole or not 0 < len(sent.shape.properties) <= MOST_FIELDS:
            name = self._named("body", "body")
            field = self._fields.field("body", sent.shape, says=sent.says)
            self._add(name, field, Binding(name, "whole", "body"), required=sent.required)
            return
        for raw_name, shape in writable(self._fields.reader, sent.shape).items():
            name = self._named(raw_name, "body")
            needed = raw_name in sent.shape.required
            if needed:
                self.body_needs.append(name)
            # where no body has to be sent at all, what it would have to hold need not be there either
            field = self._fields.field(raw_name, shape)
            self._add(name, field, Binding(name, "body", raw_name), required=needed and sent.required)

    def _add(self, name: str, field: dict[str, Any], binding: Binding, *, required: bool) -> None:
        self._drawn[name] = field
        self.bindings.append(binding)
        if required:
            self._required.append(name)

    def _named(self, raw: str, place: str) -> str:
        """A name that is a word and that no other field has."""
        plain = _NAME.sub("_", raw).strip("_")[:80] or place
        plain = plain if not plain[0].isdigit() else f"{place}_{plain}"
        name, number = plain, 2
        while name in self._drawn:
            name = f"{plain}_{place}" if f"{plain}_{place}" not in self._drawn else f"{plain}_{number}"
            number += 1
        return name

    def form(self) -> dict[str, Any]:
        """Required fields stand first, in the document's order otherwise."""
        order = sorted(self._drawn, key=lambda name: name not in self._required)
        return {
            "type": "object",
            "properties": {name: self._drawn[name] for name in order},
            "required": self._required,
            "additionalProperties": False,
        }
