"""The document as the OpenTelemetry Collector shapes it, checked and compiled. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NoReturn

from pydantic import Field, ValidationError

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.export.components import Exporter, Processor, Settings
from studio.export.records import Record

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,40})?\Z")
_MOST = 50
"""Pipelines, and components of each kind."""


class AuditReceiver(Settings):
    """The workspace's audit trail."""

    start: Literal["now", "beginning"] = "now"
    """Where a new destination begins; one that has begun keeps its place."""


class Pipeline(Settings):
    """Which components events go through, in order."""

    receivers: list[str] = Field(min_length=1, max_length=1)
    processors: list[str] = Field([], max_length=_MOST)
    exporters: list[str] = Field(min_length=1, max_length=_MOST)


class Service(Settings):
    """What runs."""

    pipelines: dict[str, Pipeline] = Field(min_length=1, max_length=_MOST)


class _Shape(Settings):
    receivers: dict[str, Any] = Field(default={"audit": None}, max_length=1)
    processors: dict[str, Any] = Field(default={}, max_length=_MOST)
    exporters: dict[str, Any] = Field(max_length=_MOST)
    service: Service


@dataclass(frozen=True)
class Compiled:
    """One pipeline, ready to run."""

    name: str
    processors: tuple[Processor[Any], ...]
    exporters: Mapping[str, Exporter[Any]]
    from_beginning: bool

    def process(self, record: Record) -> Record | None:
        """The event as it leaves; None: it is left out. Raises CannotProcess."""
        current: Record | None = record
        for processor in self.processors:
            if current is None:
                return None
            current = processor.process(current)
        return current


@dataclass(frozen=True)
class Document:
    """All pipelines of a workspace."""

    pipelines: Mapping[str, Compiled]
    parts: Mapping[str, Any]
    """Each component's and pipeline's settings by place, for telling what a change changed."""
    exporters: Mapping[str, Exporter[Any]]


class _Problems(list[FieldProblem]):
    def note(self, path: str, code: str, said: str) -> None:
        self.append(FieldProblem(path, f"export.{code}", said))

    def shape(self, path: str, error: ValidationError) -> None:
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            place = ".".join(str(step) for step in (*filter(None, [path]), *one["loc"]))
            self.note(place, one["type"], one["msg"])  # never with what was written: it may be a secret

    def refuse(self) -> NoReturn:
        first = self[0]
        said = f"{first.path}: {first.message}" if first.path else first.message
        raise InvalidInput(said, code=first.code, field=first.path, problems=self)


@lru_cache(maxsize=256)
def read(text: str) -> Document:
    """Compile a text. Raises InvalidInput with every problem, its path and its code (`export.…`)."""
    from studio.export.pipelines import yaml_text  # noqa: PLC0415 - a worker without pipelines needs no YAML

    found, problems = yaml_text.read(text), _Problems()
    if not isinstance(found, dict):
        raise yaml_text.refused(_("Write receivers, processors, exporters and service, as in the example."))
    try:
        shape = _Shape.model_validate(found)
    except ValidationError as error:
        problems.shape("", error)
        problems.refuse()
    receivers = {
        name: _settings(f"receivers.{name}", AuditReceiver if _type(name) == "audit" else None, raw, problems)
        for name, raw in shape.receivers.items()
    }
    processors = _components("processors", Processor.registry, shape.processors, problems)
    exporters = _components("exporters", Exporter.registry, shape.exporters, problems)
    compiled = {
        name: _pipeline(name, one, receivers, processors, exporters, problems)
        for name, one in shape.service.pipelines.items()
    }
    if problems:
        problems.refuse()
    return Document({name: one for name, one in compiled.items() if one}, _parts(found), exporters)


def _type(name: str) -> str:
    return name.partition("/")[0]


def _settings(path: str, model: type[Settings] | None, raw: Any, problems: _Problems) -> Any:
    if not _NAME.match(path.partition(".")[2]):
        problems.note(path, "bad_name", _("A name is a type, or a type, “/” and a word of your own."))
        return None
    if model is None:
        kind = path.partition("s.")[0]
        problems.note(path, f"unknown_{kind}", _("There is no %(kind)s of this type.", kind=kind))
        return None
    try:
        return model.model_validate({} if raw is None else raw)
    except ValidationError as error:
        problems.shape(path, error)
        return None


def _components(kind: str, registry: Mapping[str, Any], raw: Mapping[str, Any], problems: _Problems) -> dict[str, Any]:
    made = {}
    for name, settings in raw.items():
        cls = registry.get(_type(name))
        config = _settings(f"{kind}.{name}", cls.model if cls else None, settings, problems)
        if cls is not None and config is not None:
            made[name] = cls(config)
    return made


def _pipeline(
    name: str, one: Pipeline, receivers: Mapping[str, Any], processors: Mapping[str, Any],
    exporters: Mapping[str, Any], problems: _Problems,
) -> Compiled | None:  # fmt: skip
    path = f"service.pipelines.{name}"
    if not _NAME.match(name) or _type(name) != "logs":
        problems.note(path, "bad_name", _("A pipeline is called logs, or logs/ and a word of your own."))
    known = {"receivers": receivers, "processors": processors, "exporters": exporters}
    before = len(problems)
    for kind, made in known.items():
        listed = getattr(one, kind)
        for place, wanted in enumerate(listed):
            broken = any(problem.path.startswith(f"{kind}.{wanted}") for problem in problems)
            if wanted not in made and not broken:
                said = _("%(name)s is not defined under %(kind)s.", name=wanted, kind=kind)
                problems.note(f"{path}.{kind}.{place}", "not_defined", said)
            if wanted in listed[:place]:
                problems.note(f"{path}.{kind}.{place}", "twice", _("%(name)s stands here twice.", name=wanted))
    if len(problems) > before or problems:
        return None
    chosen = {wanted: exporters[wanted] for wanted in one.exporters}
    receiver = receivers[one.receivers[0]]
    return Compiled(name, tuple(processors[each] for each in one.processors), chosen, receiver.start == "beginning")


def _parts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Such as `exporters.webhook/siem`: the settings as they were written."""
    parts = {f"{kind}.{name}": raw for kind in ("receivers", "processors", "exporters")
             for name, raw in (found.get(kind) or {}).items()}  # fmt: skip
    return parts | {f"service.pipelines.{name}": raw for name, raw in found["service"]["pipelines"].items()}
