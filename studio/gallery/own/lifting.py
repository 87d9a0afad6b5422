"""A template's workflow and questions out of a workflow: what belongs to its workspace alone becomes a need. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from studio.contract.node import node_type
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.gallery.own.asking import Askable, askable
from studio.gallery.template import PLACEHOLDER
from studio.runtime import document as documents
from studio.runtime.document import Document, Step

SECRET, CONNECTION = "secret", "connection"
"""What is never copied: whoever uses the template chooses their own."""
_LEFT_OUT = ("sample", "other_secrets")
"""Of a set-up: what may hold a customer's data, as pins and mocks do, and secrets on their way out."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a handle of a connection stands for."""

    connector: str
    title: str
    """Of its kind of system, in words."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a template is made of."""

    workflow: dict[str, Any]
    questions: list[dict[str, Any]]
    needs: list[str]


def lifted(document: Document, connections: Mapping[str, Known], asked: Mapping[str, str]) -> Lifted:
    """`asked`: by the key of a place, what the wizard calls it. Raises InvalidInput: nothing may be asked there."""
    raw = deepcopy(documents.for_running(document))
    configs = {node["key"]: node["config"] for node in raw["nodes"] if "config" in node}
    for config in configs.values():
        for name in _LEFT_OUT:
            config.pop(name, None)
    _refuse_placeholders(raw)
    by_key = {one.place.key: one for one in askable(document)}
    unknown = sorted(set(asked) - set(by_key))
    if unknown:
        said = _("Nothing can be asked for at %(place)s.", place=unknown[0][:80])
        raise InvalidInput(said, code="template.asked", field=f"asked.{unknown[0][:80]}")
    questions, needs = _needed(document, configs, connections)
    chosen = [one for key, one in by_key.items() if key in asked]
    questions += [_question(f"ask_{count}", one, asked[one.place.key]) for count, one in enumerate(chosen, 1)]
    _place(configs, list(enumerate(chosen, 1)))
    return Lifted(raw, questions, needs)


def _needed(
    document: Document, configs: Mapping[str, dict[str, Any]], connections: Mapping[str, Known]
) -> tuple[list[dict[str, Any]], list[str]]:
    """A question for each connection and secret, however many steps name it."""
    keys: dict[tuple[str, str], str] = {}
    questions: list[dict[str, Any]] = []
    needs: list[str] = []
    for step in document.nodes:
        for kind, name, path in _lent(step):
            if (kind, name) not in keys:
                count = sum(1 for other, _name in keys if other == kind) + 1
                keys[kind, name] = f"{kind}_{count}"
                question, need = _need(keys[kind, name], kind, name, connections, step.name)
                questions.append(question)
                needs.append(need)
            _set(configs[step.key], path, f"${{{keys[kind, name]}}}")
    return questions, list(dict.fromkeys(needs))


def _lent(step: Step) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """What a step names of its workspace's own: kind, name, and where in its set-up."""
    found = node_type(step.type)
    if found is None:
        return
    for reference in found.references(step.config):
        if reference.kind == CONNECTION and _get(step.config, _path(reference.field)) == reference.name:
            yield CONNECTION, reference.name, _path(reference.field)
    for name, schema in found.Config.model_json_schema().get("properties", {}).items():
        value = step.config.get(name)
        if schema.get("x-widget") == SECRET and isinstance(value, str) and value:
            yield SECRET, value, (name,)


def _need(
    key: str, kind: str, name: str, connections: Mapping[str, Known], step: str
) -> tuple[dict[str, Any], str]:  # fmt: skip
    if kind == SECRET:
        title = _("A secret for “%(step)s”", step=step[:80])
        return {"key": key, "label": title, "kind": "secret"}, title
    known = connections.get(name)
    if known is None:
        said = _("“%(step)s” names a connection that is not there. Choose another one first.", step=step)
        raise InvalidInput(said, code="template.connection", field="workflow")
    need = _("A connection to %(system)s", system=known.title)
    return {"key": key, "label": known.title, "kind": "connection", "connectors": [known.connector]}, need


def _question(key: str, one: Askable, words: str) -> dict[str, Any]:
    question: dict[str, Any] = {
        "key": key,
        "label": " ".join(words.split())[:120] or f"{one.step} · {one.field}"[:120],
        "kind": one.kind,
    }
    if one.kind == "people":
        return question
    if one.kind == "number":
        question["least"] = min(0, one.value)
        if one.decimals:
            question["decimals"] = True
    return {**question, "default": one.value}


def _place(configs: Mapping[str, dict[str, Any]], chosen: Sequence[tuple[int, Askable]]) -> None:
    """Put placeholders where the values stand; of one expression the last first, so that places hold."""
    for count, one in sorted(chosen, key=lambda pair: pair[1].place.span or (0, 0), reverse=True):
        config, new = configs[one.place.node], f"${{ask_{count}}}"
        if one.place.span is not None:
            source, (start, end) = _get(config, one.place.path), one.place.span
            new = source[:start] + new + source[end:]
        _set(config, one.place.path, new)


def _refuse_placeholders(raw: Any) -> None:
    """A text of the workflow that reads like a question's place would be one afterwards."""
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        found = PLACEHOLDER.search(value) if isinstance(value, str) else None
        if found is not None:
            said = _(
                "“%(text)s” stands in a text. In a template this means an answer: write it otherwise.", text=found[0]
            )
            raise InvalidInput(said, code="template.placeholder", field="workflow")
        waiting.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())


def _path(field: str) -> tuple[str | int, ...]:
    """`config.other_secrets.0` as parts below the set-up."""
    return tuple(int(part) if part.isdecimal() else part for part in field.split(".")[1:])


def _get(config: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        config = config[part]
    return config


def _set(config: Any, path: Sequence[str | int], value: Any) -> None:
    _get(config, path[:-1])[path[-1]] = value
