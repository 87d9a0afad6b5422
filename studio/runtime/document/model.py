"""The workflow document as pydantic sees it: strict, bounded, and dumped exactly as it was sent."""

from typing import Annotated, Any, Literal

from pydantic import Field

from studio.runtime.document.layout import Layout
from studio.runtime.document.part import Key, Number, Part

SCHEMA = "studio.workflow/1"
TYPE_PATTERN = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
MAX_NODES = 2_000
MAX_EDGES = 5_000


class Position(Part):
    """Where a card stands on the canvas."""

    x: Annotated[Number, Field(ge=-1e6, le=1e6)] = 0
    y: Annotated[Number, Field(ge=-1e6, le=1e6)] = 0


class RetryRule(Part):
    """How often and how long a failing step is tried again."""

    attempts: Annotated[int, Field(ge=1, le=50)] = 1
    base_s: Annotated[Number, Field(ge=0, le=86_400)] = 2
    max_s: Annotated[Number, Field(ge=0, le=86_400)] = 600


class JoinRule(Part):
    """When a step with several incoming edges starts."""

    mode: Literal["all", "any", "count"] = "all"
    count: Annotated[int, Field(ge=1, le=MAX_EDGES)] = 1


Port = Annotated[str, Field(min_length=1, max_length=60)]


class Mock(Part):
    """An output of a step that somebody wrote by hand. It stands for the step while building, never in a run."""

    data: Any
    port: Port | None = None
    """Behind which the test goes on; the step's first one where it is left out."""


class Pin(Part):
    """An output that there really was, kept to build and test on, never for a run."""

    data: Any
    port: Port | None = None
    source: Literal["test", "event"]
    """A test-run gave it, or it is a past event."""
    label: Annotated[str, Field(max_length=200)] = ""
    """Which one, for people."""


class Step(Part):
    """One node of the graph."""

    key: Key
    type: Annotated[str, Field(max_length=60, pattern=TYPE_PATTERN)]
    version: Annotated[int, Field(ge=1, le=10_000)] = 1
    name: Annotated[str, Field(min_length=1, max_length=120)]
    config: dict[str, Any] = Field(default_factory=dict)
    parent: Key | None = None
    retry: RetryRule | None = None
    timeout_s: Annotated[Number, Field(gt=0, le=3_600)] | None = None
    checkpoint: bool = False
    join: JoinRule | None = None
    notes: Annotated[str, Field(max_length=10_000)] = ""
    position: Position | None = None
    mock: Mock | None = None
    pin: Pin | None = None


class Link(Part):
    """An edge: from a port of one node to another node."""

    source: Key = Field(alias="from")
    port: Port
    target: Key = Field(alias="to")


Source = Annotated[str, Field(max_length=2_000)]
"""An expression over `trigger` that gives a key; empty: one key for the whole workflow."""


class OneAtATime(Part):
    """Runs of one key go one after the other, waits included."""

    key: Source = ""
    conflict: Literal["queue", "skip", "cancel"] = "queue"
    """What becomes of a run whose key is in use: it waits, it does not start, or it takes the other one's place."""


class AtOnce(Part):
    """So many runs of one key are executing at a time; those that wait do not count."""

    limit: Annotated[int, Field(ge=1, le=10_000)]
    key: Source = ""


class RateRule(Part):
    """So many runs of one key start in a time."""

    limit: Annotated[int, Field(ge=1, le=10_000)]
    per_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    key: Source = ""
    over: Literal["wait", "skip"] = "wait"


LabelKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,39}$")]
"""As `run.label` takes them."""


class Settings(Part):
    """What a whole run may cost, what it is called, and how many there may be."""

    max_steps: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    max_seconds: Annotated[Number, Field(gt=0, le=31_622_400)] = 5_184_000
    title: Annotated[str, Field(max_length=500)] = ""
    one_at_a_time: OneAtATime | None = None
    at_once: AtOnce | None = None
    rate: RateRule | None = None
    priority: Literal["high", "normal", "low"] = "normal"
    labels: Annotated[dict[LabelKey, Source], Field(max_length=10)] = Field(default_factory=dict)
    """Key → an expression over `trigger`: what each of its runs is labelled with, to be found by."""


class Document(Part):
    """A whole workflow."""

    schema_: Literal["studio.workflow/1"] = Field(alias="schema")
    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=5_000)] = ""
    nodes: Annotated[list[Step], Field(max_length=MAX_NODES)] = Field(default_factory=list)
    edges: Annotated[list[Link], Field(max_length=MAX_EDGES)] = Field(default_factory=list)
    settings: Settings = Field(default_factory=Settings)
    layout: Layout = Field(default_factory=Layout)

    def step(self, key: str) -> Step | None:
        """The step under a key."""
        return next((node for node in self.nodes if node.key == key), None)

    def index_of(self, key: str) -> int:
        """The step's place in `nodes`, for field paths; -1 where there is none."""
        return next((index for index, node in enumerate(self.nodes) if node.key == key), -1)
