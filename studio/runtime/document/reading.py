"""From raw JSON, JSON text or YAML text to a Document, or InvalidInput that names each field."""

from typing import Any

import orjson
from pydantic import ValidationError

from studio.contract.node import node_type
from studio.contract.wording import field_problems
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.runtime.document.bounds import MAX_BYTES, check_bounds, refuse
from studio.runtime.document.layout import layout_problems
from studio.runtime.document.model import Document
from studio.runtime.document.upgrading import upgraded

UNSPEAKABLE = frozenset({"true", "false", "null", "in"})
"""Words of CEL: `steps.in` could never be written."""


def parse(raw: object) -> Document:
    """Read a document that somebody sends: its form, its references and its node types."""
    document = load(raw)
    problems = _unknown_types(document)
    if problems:
        raise _refused(problems)
    return document


def load(raw: object) -> Document:
    """Read a document of our own, whose node types may have changed or gone since: its form and its references.

    Steps of older versions of their types come upgraded.
    """
    return upgraded(as_written(raw))


def as_written(raw: object) -> Document:
    """Read a document of our own as it was written, whatever has become of its node types."""
    if not isinstance(raw, dict):
        raise refuse("document.not_object", _("A workflow is a JSON object with nodes and edges."))
    check_bounds(raw)
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        raise _refused(field_problems(error, "document")) from None
    parents = {node.key: node.parent for node in document.nodes}
    problems = [
        *_key_problems(document),
        *_reference_problems(document),
        *layout_problems(document.layout, parents),
    ]
    if problems:
        raise _refused(problems)
    return document


def from_json(text: str | bytes) -> Document:
    """Read JSON text."""
    return parse(_json(text))


def from_yaml(text: str | bytes) -> Document:
    """Read YAML text; of YAML only what JSON can say."""
    from studio.runtime.document import yaml_form  # noqa: PLC0415 - a worker reads JSON alone

    return parse(yaml_form.read(text))


def from_text(text: str | bytes) -> Document:
    """Read an imported file, JSON or YAML by its first character."""
    start = text[:256].lstrip()
    is_json = start.startswith(b"{") if isinstance(start, bytes) else start.startswith("{")
    return from_json(text) if is_json else from_yaml(text)


def _json(text: str | bytes) -> Any:
    if len(text) > 2 * MAX_BYTES:
        raise refuse(
            "document.too_large",
            _("A workflow may have at most %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)),
        )
    try:
        return orjson.loads(text)
    except (ValueError, UnicodeError) as error:
        raise refuse("document.not_json", _("This is not JSON: %(error)s.", error=error)) from None


def _refused(problems: list[FieldProblem]) -> InvalidInput:
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return InvalidInput(first.message + more, code=first.code, field=first.path, problems=problems)


def _key_problems(document: Document) -> list[FieldProblem]:
    seen: set[str] = set()
    problems = []
    for index, node in enumerate(document.nodes):
        path = f"nodes.{index}.key"
        if node.key in seen:
            problems.append(
                FieldProblem(
                    path, "document.duplicate_key", _("Two steps have the key “%(key)s”. Rename one.", key=node.key)
                )
            )
        elif node.key in UNSPEAKABLE:
            problems.append(
                FieldProblem(
                    path, "document.reserved_key", _("“%(key)s” is a word of the expression language.", key=node.key)
                )
            )
        seen.add(node.key)
    return problems


def _reference_problems(document: Document) -> list[FieldProblem]:
    keys = {node.key for node in document.nodes}
    problems = [
        FieldProblem(
            f"nodes.{index}.parent", "document.unknown_step", _("There is no step “%(parent)s”.", parent=node.parent)
        )
        for index, node in enumerate(document.nodes)
        if node.parent is not None and node.parent not in keys
    ]
    for index, edge in enumerate(document.edges):
        for end, key in (("from", edge.source), ("to", edge.target)):
            if key not in keys:
                message = _("The connection leads %(end)s a step “%(key)s” that does not exist.", end=end, key=key)
                problems.append(FieldProblem(f"edges.{index}.{end}", "document.unknown_step", message))
    return problems


def _unknown_types(document: Document) -> list[FieldProblem]:
    problems = []
    for index, node in enumerate(document.nodes):
        found = node_type(node.type)
        if found is None:
            message = _(
                "“%(name)s” is of the type %(type)s, which this Studio does not have.", name=node.name, type=node.type
            )
            problems.append(FieldProblem(f"nodes.{index}.type", "document.unknown_type", message))
        elif node.version > found.version:
            message = _(
                "“%(name)s” needs version %(version)s of %(type)s; this Studio has %(version_2)s.",
                name=node.name,
                version=node.version,
                type=node.type,
                version_2=found.version,
            )
            problems.append(FieldProblem(f"nodes.{index}.version", "document.unknown_version", message))
    return problems
