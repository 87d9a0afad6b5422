"""What processors and exporters are. One class a file; registered by being imported."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from studio.contract.ports import Http, Secrets
from studio.core.deferred import Deferred
from studio.core.i18n import gettext as _
from studio.export.outcomes import Verdict
from studio.export.records import Record

_DURATION = re.compile(r"(\d{1,6})(ms|s|m|h)\Z")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0}
_SECRET = re.compile(r"\$\{secret:([A-Za-z][A-Za-z0-9_.-]{0,79})\}\Z")


def _seconds(value: Any) -> Any:
    found = _DURATION.match(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("duration", _("Write a time with its unit, such as 500ms, 10s, 5m or 1h."))
    return int(found[1]) * _UNITS[found[2]]


def _secret_name(value: str) -> str:
    found = _SECRET.match(value)
    if found is None:
        said = _("Never write a secret here. Store it under Settings, Secrets, and write ${secret:its_name}.")
        raise PydanticCustomError("secret_literal", said)
    return found[1]


Seconds = Annotated[float, BeforeValidator(_seconds)]
"""Written as in the Collector: `10s`, `5m`."""
SecretName = Annotated[str, AfterValidator(_secret_name)]
"""Written as `${secret:name}`; holds the name."""


class Settings(Deferred):
    """What a component is told in the document."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Retry(Settings):
    """How failed attempts are repeated: for ever, with growing random pauses."""

    initial_interval: Seconds = Field(5.0, ge=0.1, le=3_600)
    max_interval: Seconds = Field(300.0, ge=0.1, le=86_400)


class Batching(Settings):
    """How many events go together, below what the destination allows."""

    max_items: int | None = Field(None, ge=1, le=10_000)
    max_bytes: int | None = Field(None, ge=1_000, le=50_000_000)


class Queue(Settings):
    """Events that may wait. Beyond it, steps that want to wait for the destination are refused; nothing is dropped."""

    queue_size: int = Field(100_000, ge=1)


class ExporterSettings(Settings):
    """What every exporter may be told."""

    timeout: Seconds = Field(15.0, ge=0.5, le=120)
    retry_on_failure: Retry = Retry()
    batch: Batching = Batching()
    sending_queue: Queue = Queue()


@dataclass(frozen=True, slots=True)
class Reach:
    """What exporters reach the world by."""

    http: Http
    secrets: Secrets
    folder: Path
    """Where files of all workspaces lie."""
    allowed_hosts: tuple[str, ...] = ()
    """Inner hosts that the operator lets be called."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The circumstances of one attempt."""

    reach: Reach
    workspace_id: UUID
    destination_id: UUID
    now: datetime
    keep: Callable[[], None] = lambda: None
    """To be called now and then by an exporter that waits: the destination stays this worker's."""

    def secret(self, name: str, host: str | None) -> str:
        """A secret's value. Raises NotFound, or Forbidden where it is bound to other hosts."""
        return self.reach.secrets.reveal(self.workspace_id, name, purpose="audit export", host=host)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, encoded."""

    record: Record
    data: bytes


@dataclass(frozen=True, slots=True)
class Needs:
    """What an exporter leans on: checked before its configuration is taken."""

    url: str | None = None
    host: str | None = None
    port: int | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Field to name."""


Config = TypeVar("Config", bound=Settings)
ExporterConfig = TypeVar("ExporterConfig", bound=ExporterSettings)


class Processor(ABC, Generic[Config]):
    """Changes an event, or leaves it out. Pure, any thread."""

    kind: ClassVar[str]
    model: ClassVar[type[Settings]]
    registry: ClassVar[dict[str, "type[Processor[Any]]"]] = {}

    def __init_subclass__(cls) -> None:
        """Register it by its kind."""
        _register(Processor.registry, cls)

    def __init__(self, config: Config) -> None:
        self.config = config

    @abstractmethod
    def process(self, record: Record) -> Record | None:
        """The event as it goes on; None: it is left out. Raises CannotProcess."""


class CannotProcess(Exception):
    """This event does not fit the processor; its words are for people."""


class Exporter(ABC, Generic[ExporterConfig]):
    """Sends batches to one kind of destination. Any thread; holds nothing between batches."""

    kind: ClassVar[str]
    label: ClassVar[str]
    """What people call the destination; marked for translation."""
    model: ClassVar[type[ExporterSettings]]
    example: ClassVar[str]
    """Its settings in YAML, for people to begin with."""
    most_items: ClassVar[int] = 1_000
    most_bytes: ClassVar[int] = 4_000_000
    """What the destination takes at once."""
    registry: ClassVar[dict[str, "type[Exporter[Any]]"]] = {}

    def __init_subclass__(cls) -> None:
        """Register it by its kind."""
        _register(Exporter.registry, cls)

    def __init__(self, config: ExporterConfig) -> None:
        self.config = config

    @abstractmethod
    def needs(self) -> Needs:
        """Where it leads, and which secrets it names."""

    def encode(self, record: Record) -> bytes:
        """One event, as it stands in a batch."""
        return orjson.dumps(record.body)

    @abstractmethod
    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """Send it, with no transaction open. What the other side says is a verdict; HttpError may be raised."""

    @property
    def item_limit(self) -> int:
        """Events that go together at most."""
        return min(self.most_items, self.config.batch.max_items or self.most_items)

    @property
    def byte_limit(self) -> int:
        """Bytes that go together at most."""
        return min(self.most_bytes, self.config.batch.max_bytes or self.most_bytes)


Kind = TypeVar("Kind")


def _register(registry: dict[str, Any], cls: Any) -> None:
    if registry.setdefault(cls.kind, cls) is not cls:
        raise ValueError(f"two components are called {cls.kind!r}")


@cache
def load_all() -> None:
    """Import every processor and exporter, which registers it."""
    for folder in ("studio.export.processors", "studio.export.exporters"):
        for module in iter_modules(import_module(folder).__path__, folder + "."):
            import_module(module.name)
