"""What a plan is made from: what became of a run, what its steps are in a version, and what somebody chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from studio.contract.graph import Graph
from studio.contract.node import Effect
from studio.runtime.decide import Place
from studio.runtime.outcomes import StepState


class Finding(StrEnum):
    """What somebody found out about a call whose outcome nobody knew."""

    ARRIVED = "arrived"
    """It was carried out: the run goes on behind its step."""
    REPEAT = "repeat"
    """It was not, or may be made twice: the step is tried again, under the same key."""


@dataclass(frozen=True, slots=True)
class Items:
    """How a loop went through its list."""

    total: int
    concurrency: int
    goes_on: bool
    """An item that fails is counted, and the next ones follow; else it ends the run."""


@dataclass(frozen=True, slots=True)
class Past:
    """The last attempt at one place of the old run."""

    id: UUID
    node: str
    path: str
    state: StepState
    port: str | None
    """The port behind which the run went on; None: it did not."""
    type: str
    effect: Effect
    done: bool = False
    """Its effect happened, or has begun: once more is twice."""
    doubtful: bool = False
    """A call went out, or may have, and nobody knows whether it arrived."""
    key: str | None = None
    """The key that its effect went out under."""
    fingerprint: str | None = None
    items: Items | None = None
    """Of a loop whose list is known."""

    @property
    def place(self) -> Place:
        """Where it stood."""
        return (self.node, self.path)


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step of the version that the new run follows."""

    type: str
    effect: Effect
    ports: tuple[str, ...]
    asks: bool = False
    """It asks people, or guard: what it was told holds for what it was told about."""
    protects: str | None = None
    """The protected target that it reaches."""
    is_loop: bool = False
    changed: bool = False
    """It is set up otherwise than in the version that the old run followed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known."""

    run_id: UUID
    version_id: UUID
    """That the new run follows."""
    trigger: str
    graph: Graph
    steps: Mapping[str, StepFacts]
    past: Mapping[Place, Past]
    standing: str = ""
    """Changes whenever the old run does: a plan holds as long as it stays."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a step is said to have given, in place of running it."""

    output: Any
    port: str | None = None
    """None: the first one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants."""

    from_step: str | None = None
    """None: from the beginning."""
    path: str | None = None
    """The iteration alone in which the step is started again, such as `0.3`; None: wherever it has not come through."""
    edited: bool = False
    """With other data than the old run had."""
    given: Mapping[Place, Given] = field(default_factory=dict)
    """Steps that are skipped."""
    settled: Mapping[Place, Finding] = field(default_factory=dict)
    """What was found out about calls in doubt."""
