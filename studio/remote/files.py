"""Workflow files: JSON or YAML on disk, compared as values and shown as text."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from studio.core.errors import InvalidInput
from studio.remote.exits import Exit, Stopped
from studio.runtime.document import yaml_form

LARGEST = 2 * 1024 * 1024
"""Bytes. The API takes no document that is larger; who names another file by mistake need not wait for that answer."""
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A file and the document in it, unchecked but for being an object with a name."""

    path: Path
    text: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """What the document says the workflow is called."""
        return str(self.document["name"])

    def line_of(self, path: str) -> int | None:
        """The line, from 1, of the innermost part of a dotted path that exists; None where the text has no places."""
        return line_of(self.text, path)


def read(path: Path) -> WorkflowFile:
    """A file's document. Raises Stopped where it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise Stopped(f"{path} is larger than {LARGEST // 1024:,} KiB: no workflow is.", Exit.REFUSED)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise Stopped(f"{path} cannot be read: {error}", Exit.REFUSED) from None
    document = _value(path, text)
    if not isinstance(document, dict) or not isinstance(document.get("name"), str) or not document["name"].strip():
        raise Stopped(
            f"{path} holds no workflow: it is an object with `schema`, `name`, `nodes`, `edges`.", Exit.REFUSED
        )
    return WorkflowFile(path, text, document)


def name_for(name: str, taken: set[str]) -> str:
    """A file name for a workflow's name, unlike all that are taken; those of one name are numbered."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = _WORD.sub("-", plain).strip("-")[:60] or "workflow"
    number, found = 1, f"{stem}.yaml"
    while found in taken:
        number += 1
        found = f"{stem}-{number}.yaml"
    taken.add(found)
    return found


def difference(before: Any, after: Any, names: tuple[str, str]) -> list[str]:
    """A unified diff of two documents as YAML; None is no document.

    Keys are sorted: the order in which somebody wrote them says nothing.
    """
    old, new = ([] if value is None else yaml_form.write(_sorted(value)).splitlines() for value in (before, after))
    return list(difflib.unified_diff(old, new, names[0], names[1], lineterm=""))


def line_of(text: str, path: str) -> int | None:
    """See `WorkflowFile.line_of`. JSON is read as the YAML that it almost always is."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    for part in path.split("."):
        inner = _inside(node, part)
        if inner is None:
            break
        node = inner
    return node.start_mark.line + 1 if node is not None else None


def _inside(node: yaml.Node | None, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        found: yaml.Node = node.value[int(part)]
        return found
    return None


def _value(path: Path, text: str) -> Any:
    try:
        return orjson.loads(text) if text.lstrip().startswith("{") else yaml_form.read(text)
    except (InvalidInput, ValueError) as error:
        raise Stopped(f"{path}: {error}", Exit.REFUSED) from None


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
