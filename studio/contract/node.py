"""A node type: one class, one file, registered by being defined."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.contract.ports import Ports
from studio.contract.protecting.gate import Gate
from studio.contract.references import Reference
from studio.contract.results import Done, Expand, Fail, Outcome, Signal, Wait
from studio.core.deferred import Deferred
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork

__all__ = [
    "Context",
    "Done",
    "Effect",
    "Expand",
    "Fail",
    "Kind",
    "NodeConfig",
    "NodeType",
    "Signal",
    "Wait",
    "help_",
]


class Kind(StrEnum):
    """Where the palette shows it and which hue its tile has."""

    TRIGGER = "trigger"
    CONDITION = "condition"
    DATA = "data"
    FLOW = "flow"
    ACTION = "action"
    APPROVAL = "approval"
    GUARD = "guard"
    AUDIT = "audit"


class Effect(StrEnum):
    """What running it may touch, and so how the executor runs it."""

    PURE = "pure"
    """No I/O: runs in memory, written in bulk at the next boundary."""
    LOCAL = "local"
    """Studio's own database, through `ctx.tx`: commits together with its step."""
    OUTSIDE = "outside"
    """Something else: runs with no transaction open, after its intent is committed."""


class NodeConfig(Deferred):
    """Base of every Config: unknown fields are refused, with their path."""

    model_config = ConfigDict(extra="forbid")


def help_(
    text: str,
    *,
    default: Any = ...,
    example: Any = None,
    expression: str | None = None,
    template: bool = False,
    deferred: bool = False,
    widget: str | None = None,
    title: str | None = None,
    show_if: Mapping[str, Any] | None = None,
    group: str | None = None,
    **bounds: Any,
) -> Any:
    """A config field that can explain itself.

    `expression` names the type a CEL source must give (`bool`, `string`, `number`, `list`, `any`); its value is
    evaluated before the node sees it, unless `deferred`: then the node gets the source and evaluates it itself, for
    each item of a list, by `ctx.evaluate(source, {"item": …, "index": …})`. `template` marks text with `{{ … }}`,
    which arrives rendered. `widget` asks for a special input
    (`code`, `secret`, `people`, `duration`, `conditions`, `key-values`, `cron`, `json`, `textarea`, `money`,
    `connection`, `connection-action`, `connection-scope`, `action-input`, `flag`, `flag-environment`, `flag-metric`,
    `flag-segment`). `group` is a heading: forms keep the fields that share one together, folded until one is filled in.
    """
    extra: dict[str, Any] = {
        name: value
        for name, value in (
            ("x-expression", expression),
            ("x-template", template or None),
            ("x-deferred", deferred or None),
            ("x-widget", widget),
            ("x-show-if", dict(show_if) if show_if else None),
            ("x-group", group),
        )
        if value is not None
    }
    examples = None if example is None else [example]
    if default is not ... and isinstance(default, list | dict | set):
        made = default
        if made:  # pydantic leaves what a factory gives out of the schema, and forms must show what holds anyway
            extra["default"] = made
        return Field(
            default_factory=made.copy,
            description=text, title=title, examples=examples, json_schema_extra=extra, **bounds,
        )  # fmt: skip
    return Field(default, description=text, title=title, examples=examples, json_schema_extra=extra, **bounds)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a node may know about its run."""

    id: UUID
    workspace_id: UUID
    workflow_id: UUID
    version_id: UUID
    mode: str
    title: str
    started_at: datetime
    workflow_name: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    locale: str = "en"
    published_by: UUID | None = None
    """Who published the version that runs."""
    edited_by: UUID | None = None
    """Who last changed what it does."""


@dataclass
class Context:
    """What a node gets: its run, its clock, its effect key and the ports; `tx` where its effect is LOCAL."""

    run: RunInfo
    node: str
    node_name: str
    path: str
    """Iteration path such as `0.3`; empty at the top."""
    attempt: int
    now: datetime
    scope: Any
    """The expressions.Scope of this moment."""
    ports: Ports
    event: Any = None
    """The trigger's data."""
    effect_key: str | None = None
    tx: UnitOfWork | None = None
    step_id: UUID | None = None
    timeout_s: float | None = None
    """Longest this attempt may take, as its step says; None: the type's own."""
    missed: bool = False
    """A join that starts although its count can no longer be reached."""
    wait_id: UUID | None = None
    """The id a Wait of this step carries, once new_wait() has minted it."""
    waited_id: UUID | None = None
    """The wait that has ended, where the step goes on after one."""
    evaluate: Callable[[str, Mapping[str, Any]], Any] = field(default=lambda _source, _extra: None)
    """Evaluate a CEL source with extra root variables: for nodes that work over lists."""
    redact: Callable[[str], None] = field(default=lambda _secret: None)
    """Register a secret value that must not appear in any stored output."""

    @property
    def unit(self) -> UnitOfWork:
        """The transaction of a LOCAL node."""
        if self.tx is None:
            message = f"{self.node} asked for a transaction, but its type is not LOCAL."
            raise RuntimeError(message)
        return self.tx

    @property
    def waited(self) -> UUID:
        """The wait that resume() goes on after."""
        if self.waited_id is None:
            message = f"{self.node} asked what it waited for, but it has not waited."
            raise RuntimeError(message)
        return self.waited_id

    def new_wait(self) -> UUID:
        """The id that this step's Wait carries, minted before whatever will resolve it."""
        if self.wait_id is None:
            self.wait_id = new_id()
        return self.wait_id


Upgrade = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From a raw config as one version of a node type wrote it to the next version's."""


class NodeType:
    """Base of every node type. A class attribute says one thing about it; the docstring is its first help text."""

    key: ClassVar[str]
    version: ClassVar[int] = 1
    """Grows when a config of before would no longer be read, or would do something else."""
    upgrades: ClassVar[Mapping[int, Upgrade]] = {}
    """For each former version, what turns its config into the next version's. Pure; expressions stay as written."""
    kind: ClassVar[Kind]
    effect: ClassVar[Effect] = Effect.PURE
    title: ClassVar[str]
    icon: ClassVar[str]
    ports: ClassVar[tuple[str, ...]] = ("next",)
    port_names: ClassVar[Mapping[str, str]] = {}
    """What people read at each port but `next`: {"true": "yes"}. Looked up in the reader's language."""
    sample: ClassVar[Any] = None
    """An output such as a real step gives: for completion, previews and test-runs."""
    output_schema: ClassVar[Mapping[str, Any] | None] = None
    """JSON Schema of the output, where it is known; paths outside it are errors."""
    keyed: ClassVar[bool] = True
    """OUTSIDE only: the target honours the effect key, so a repeat under it is safe."""
    sees: ClassVar[tuple[str, ...]] = ()
    """Names that its deferred expressions have beside the usual ones, of any shape; a list's `item` needs none."""
    is_loop: ClassVar[bool] = False
    is_join: ClassVar[bool] = False
    late_ports: ClassVar[Mapping[str, str | None]] = {}
    """Ports it leaves by when no answer came in time, each with the one that says no; see late_ports_of()."""
    protects: ClassVar[str | None] = None
    """The protected target that this node reaches, whatever its config; see protects_of()."""
    satisfies: ClassVar[tuple[Gate, ...]] = ()
    """What passing this node proves, whatever its config; see satisfies_of()."""
    timeout_s: ClassVar[float] = 60.0
    begins_anew: ClassVar[bool] = False
    """When its wait ends it starts once more, under the same effect key, instead of resume(): nothing had gone out."""
    looks_first: ClassVar[bool] = False
    """OUTSIDE only: held_up() is asked before the intent to call is committed."""
    patient: ClassVar[bool] = False
    """How long it waits is up to people, or to another run: the time that its run may take begins anew after it."""

    class Config(NodeConfig):
        """No settings."""

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not abstract:
            register(cls)

    @classmethod
    def upgraded(cls, config: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        """A raw config that `version` of this type wrote, as the present version reads it."""
        for former in range(version, cls.version):
            config = cls.upgrades[former](config)
        return config

    @classmethod
    def ports_of(cls, config: Mapping[str, Any]) -> tuple[str, ...]:
        """The ports for one configuration; a switch has one a case."""
        del config
        return cls.ports

    @classmethod
    def port_names_of(cls, config: Mapping[str, Any]) -> Mapping[str, str]:
        """What people read at the ports of one configuration."""
        del config
        return cls.port_names

    @classmethod
    def late_ports_of(cls, config: Mapping[str, Any]) -> Mapping[str, str | None]:
        """The ports of lateness that a raw config can come to."""
        del config
        return cls.late_ports

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """Topics (contract.topics) of what it brings about, by a raw config: triggers may hear of them."""
        del config
        return ()

    @classmethod
    def is_keyed(cls, config: Mapping[str, Any]) -> bool:
        """Whether repeating the effect under its key is safe, for one resolved configuration."""
        del config
        return cls.keyed

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        """The protected target that a step reaches, by its raw config, which may be half-written; None: none."""
        del config
        return cls.protects

    @classmethod
    def facts_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is known of the protected action, by one resolved config: the facts that its target names."""
        del config
        return {}

    @classmethod
    def satisfies_of(cls, config: Mapping[str, Any]) -> tuple[Gate, ...]:
        """What is proved behind which ports, by a raw config, which may be half-written."""
        del config
        return cls.satisfies

    @classmethod
    def lasts(cls, config: Mapping[str, Any]) -> bool:
        """Whether what a step leaves in Studio outlives it: the end of its run is then told to whoever keeps that."""
        del config
        return False

    @classmethod
    def target_of(cls, config: Any) -> str | None:
        """OUTSIDE only: whom one resolved configuration calls; None: nobody to be spared.

        As `scheme://host:port`, or by a name of the workspace's own: `connection://name`.
        """
        del config
        return None

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """One line under the node's name on the canvas."""
        del config
        return ""

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """Things of the workspace that a raw config names, such as a calendar; a draft's config may be anything."""
        del config
        return ()

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The JSON Schema of the output for one raw configuration, which may be half-written."""
        del config
        return cls.output_schema

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        """A sample output for one configuration."""
        del config
        return cls.sample

    def held_up(self, ctx: Context, config: Any) -> Outcome | None:
        """Why nothing can go out now, such as a Wait until it can; None: start() may be called. Calls nobody.

        A worker that dies here leaves nothing in doubt, as one does that dies in start().
        """
        del ctx, config
        return None

    def start(self, ctx: Context, config: Any) -> Outcome:
        """Run the step."""
        raise NotImplementedError

    def resume(self, ctx: Context, config: Any, signal: Signal) -> Outcome:
        """Go on after a Wait. Only where start() may wait."""
        raise NotImplementedError

    def simulate(self, ctx: Context, config: Any) -> Outcome:
        """What a test-run does instead of an effect: the sample, behind the first port."""
        del ctx
        raw = config.model_dump() if isinstance(config, NodeConfig) else {}
        return Done(self.sample_of(raw), port=self.ports_of(raw)[0], note="Simulated")


class TriggerType(NodeType, abstract=True):
    """A node that starts runs. Its output is the event's data; it is never called: by then it has happened."""

    kind = Kind.TRIGGER
    chains: ClassVar[bool] = False
    """What steps of runs do may set it off, so that workflows could start one another for ever: circles are ended."""

    @classmethod
    def hears(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """Topics (contract.topics) of what sets it off, by a raw config."""
        del config
        return ()


registry: dict[str, type[NodeType]] = {}
"""Every node type by key."""


def register(cls: type[NodeType]) -> None:
    """Take a node type into the registry. Raises on a key that another class holds, or on a gap in its upgrades."""
    held = registry.get(cls.key)
    if held is not None and held.__qualname__ != cls.__qualname__:
        message = f"node type {cls.key!r} is defined twice: {held.__module__} and {cls.__module__}"
        raise RuntimeError(message)
    if sorted(cls.upgrades) != list(range(1, cls.version)):
        message = f"node type {cls.key!r} is at version {cls.version} and upgrades from {sorted(cls.upgrades)} only"
        raise RuntimeError(message)
    registry[cls.key] = cls


def node_type(key: str) -> type[NodeType] | None:
    """The node type, or None: an unknown type is never executed."""
    return registry.get(key)
