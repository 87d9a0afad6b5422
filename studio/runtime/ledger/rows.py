"""What the executor holds of a run in memory: plain rows, no ORM on the hot path."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.runtime.flow.control import FREE, Control, Keys
from studio.runtime.stages.policy import part_of


@dataclass(slots=True)
class RunRow:
    """A claimed run. `epoch` is the claimant's fencing token."""

    id: UUID
    workspace_id: UUID
    workflow_id: UUID
    version_id: UUID
    trigger_node: str
    epoch: int
    wake_seq: int
    attempts: int
    fresh: bool
    input: Any
    title: str
    mode: str
    lane: str
    steps_used: int
    respond: bool
    created_at: datetime
    gate_key: str | None = None
    place_key: str | None = None
    rerun_of: UUID | None = None
    rerun_from: str | None = None
    carried: dict[str, Any] | None = None
    parent_run_id: UUID | None = None
    parent_wait_id: UUID | None = None
    state: str = "running"
    error: dict[str, Any] | None = None
    waiting_for: str | None = None
    finished_at: datetime | None = None


@dataclass(slots=True)
class StepRow:
    """One attempt of a step; `saved` once its row exists, `dirty` while the row lags behind."""

    id: UUID
    run_id: UUID
    workspace_id: UUID
    node_key: str
    path: str
    attempt: int
    state: str
    type: str
    started_at: datetime
    port: str | None = None
    input: Any = None
    output: Any = None
    error: dict[str, Any] | None = None
    note: str | None = None
    effect_key: str | None = None
    fingerprint: str | None = None
    intent_epoch: int | None = None
    wait_id: UUID | None = None
    reused_from: UUID | None = None
    finished_at: datetime | None = None
    saved: bool = False
    dirty: bool = True

    @property
    def place(self) -> tuple[str, str]:
        """(node, path)."""
        return (self.node_key, self.path)


@dataclass(slots=True)
class Waiting:
    """What a run waits for."""

    id: UUID
    run_id: UUID
    workspace_id: UUID
    step_id: UUID
    node_key: str
    path: str
    kind: str
    created_at: datetime
    match: str | None = None
    state: str = "open"
    due_at: datetime | None = None
    note: str | None = None
    detail: Any = None
    saved: bool = False
    dirty: bool = True


@dataclass(slots=True)
class Recorded:
    """What the ledger has of a run that is not fresh."""

    steps: list[StepRow] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)
    answers: dict[UUID, Any] = field(default_factory=dict)
    """Payload of each resolution by wait id; the key is there even where the payload is None."""


@dataclass(slots=True)
class Accepted:
    """One event to accept, as a trigger hands it over."""

    event_id: UUID
    run_id: UUID
    workspace_id: UUID
    workflow_id: UUID
    subscription_id: UUID
    version_id: UUID
    node_key: str
    type: str
    body: Any
    meta: dict[str, Any] | None = None
    dedup_key: str | None = None
    dedup_seconds: float = 86_400.0
    respond: bool = False
    verdict: str = "started"
    reason: str | None = None
    control: Control | None = None
    """What limits the workflow's runs."""
    keys: Keys = FREE
    """What the run counts for."""
    held_by: UUID | None = None
    """Limited: the run in progress that was in its way."""

    @property
    def part(self) -> int:
        """By which a staged publishing chooses the version: the same for every delivery of one event."""
        return part_of(self.workflow_id, self.dedup_key or self.event_id)


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of an event. `run_id`: the first event's run for a duplicate, the one in progress for a limited."""

    event_id: UUID
    run_id: UUID | None
    verdict: str
    reason: str | None = None
    retry_after_s: int | None = None
    """When it would start a run, where a rate turned it away."""
