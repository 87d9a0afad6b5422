"""Events, runs, steps and waits: the truth about what happened.

Nothing of the four is unique but their id, a UUIDv7, so that they can be partitioned by it; what must be unique (dedup
keys, resolutions) has a table of its own. No foreign keys among them: the engine writes them together, and a partition
can leave alone. On PostgreSQL events, steps and payloads lie in one a month (docs/decisions/partitions.md).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Index, Integer, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run, part_of_run
from studio.core.tenancy import Tenant

_QUEUED, _RUNNING = text("state = 'queued'"), text("state = 'running'")
_FAILED = text("state = 'failed'")
# Indexes of limited runs alone: the others cost nothing by them. Queries repeat these words, or no planner sees it.
AT_THE_GATE = text("state = 'queued' and gate_key is not null")
ORDERED = text("order_key is not null and lane <> 'gate' and state not in ('succeeded', 'failed', 'cancelled')")
PLACED = text("place_key is not null and lane not in ('gate', 'back') and state in ('queued', 'running')")
RATED = text("rate_key is not null")
_CODED, _LIKE = text("error_code is not null"), text("error_print is not null")
_FAILED_AT = text("error_node is not null")
_CALLED, _AWAITED = text("parent_run_id is not null"), text("parent_wait_id is not null")
_AGAIN = text("rerun_of is not null")
_OPEN = text("state = 'open' and due_at is not null")
_GATHERED = text("gathering_id is not null")
HELD = text("verdict = 'held'")
PARKED = text("lane = 'parked' and state = 'queued'")
_RARE = text("state in ('failed', 'cancelled', 'needs_review', 'quarantined', 'waiting')")
RARE: ColumnElement[bool] = literal_column(
    "run.state in ('failed', 'cancelled', 'needs_review', 'quarantined', 'waiting')", Boolean()
)
"""States that few runs are in: what goes through at once never enters an index of these."""


class Event(Tenant, Model):
    """One authenticated delivery or tick, with what became of it."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_workflow_id", "workspace_id", "workflow_id", "id"),
        Index("ix_event_gathering_id", "gathering_id", "id", sqlite_where=_GATHERED, postgresql_where=_GATHERED),
        Index("ix_event_held", "workspace_id", "workflow_id", "id", sqlite_where=HELD, postgresql_where=HELD),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    subscription_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: started by hand."""
    type: Mapped[str] = mapped_column(String(60))
    """The trigger's node type."""
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was filtered, limited or refused, in words."""
    run_id: Mapped[UUID | None] = mapped_column(
        Uuid(), info=outlives_run("goes after its run, once the workspace keeps it no longer")
    )
    """The run that it started or repeated."""
    dedup_key: Mapped[str | None] = mapped_column(String(255))
    body: Mapped[Any | None] = mapped_column(Json)
    """What was delivered; None where the run's input holds it."""
    meta: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Delivery id, method, content type."""
    gathering_id: Mapped[UUID | None] = mapped_column(Uuid())
    """What it was gathered in, with others."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())


class EventDedup(Tenant, Model):
    """The first event under a key. A second one within the window is a duplicate of it."""

    __tablename__ = "event_dedup"

    subscription_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid())
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("goes when its key runs out"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


class Run(Tenant, Model):
    """One execution of one version. Its row is also the outbox of its own wake-up."""

    __tablename__ = "run"
    __table_args__ = (
        Index(
            "ix_run_queued",
            "lane",
            "workspace_id",
            "priority",
            "available_at",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
        Index(
            "ix_run_gate",
            "workflow_id",
            "lane",
            "gate_key",
            "created_at",
            "id",
            sqlite_where=AT_THE_GATE,
            postgresql_where=AT_THE_GATE,
        ),
        Index("ix_run_ordered", "workflow_id", "order_key", sqlite_where=ORDERED, postgresql_where=ORDERED),
        Index(
            "ix_run_placed", "workspace_id", "workflow_id", "place_key", sqlite_where=PLACED, postgresql_where=PLACED
        ),
        Index("ix_run_rated", "workflow_id", "rate_key", "created_at", sqlite_where=RATED, postgresql_where=RATED),
        Index("ix_run_parked", "workspace_id", "workflow_id", "id", sqlite_where=PARKED, postgresql_where=PARKED),
        Index("ix_run_lease", "lease_until", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_run_failed", "workspace_id", "finished_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
        Index("ix_run_error_code", "workspace_id", "error_code", "id", sqlite_where=_CODED, postgresql_where=_CODED),
        Index("ix_run_error_print", "workspace_id", "error_print", "id", sqlite_where=_LIKE, postgresql_where=_LIKE),
        Index(
            "ix_run_error_node",
            "workspace_id",
            "error_node",
            "id",
            sqlite_where=_FAILED_AT,
            postgresql_where=_FAILED_AT,
        ),
        Index("ix_run_workspace", "workspace_id", "id"),
        Index("ix_run_workflow", "workspace_id", "workflow_id", "id"),
        Index("ix_run_state", "workspace_id", "state", "id"),
        Index(
            "ix_run_workflow_state",
            "workspace_id",
            "workflow_id",
            "state",
            "id",
            sqlite_where=_RARE,
            postgresql_where=_RARE,
        ),
        Index("ix_run_parent", "parent_run_id", "id", sqlite_where=_CALLED, postgresql_where=_CALLED),
        Index("ix_run_parent_wait", "parent_wait_id", sqlite_where=_AWAITED, postgresql_where=_AWAITED),
        Index("ix_run_rerun_of", "rerun_of", "id", sqlite_where=_AGAIN, postgresql_where=_AGAIN),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    version_id: Mapped[UUID] = mapped_column(Uuid())
    event_id: Mapped[UUID | None] = mapped_column(Uuid())
    trigger_node: Mapped[str] = mapped_column(String(40))
    """The trigger that it starts at."""
    state: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(10), default="live", server_default="live")
    lane: Mapped[str] = mapped_column(String(10), default="main", server_default="main")
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Smaller first."""
    order_key: Mapped[str | None] = mapped_column(String(255))
    """Runs of one key run one after the other; None: freely."""
    gate_key: Mapped[str | None] = mapped_column(String(64))
    """Runs of one workflow with the same one wait for the same things, and pass the gate in order; None: unlimited."""
    place_key: Mapped[str | None] = mapped_column(String(255))
    """So many runs of one key execute at once; None: not counted."""
    rate_key: Mapped[str | None] = mapped_column(String(255))
    """So many runs of one key start in a time; None: not counted."""
    available_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Not claimed before."""
    epoch: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Fencing token: grows with every claim; a write under an older one changes nothing."""
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Leases lost in a row."""
    wake_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Grows with every wake-up, so that one that comes while the run is being parked is not lost."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lease_by: Mapped[str | None] = mapped_column(String(80))
    fresh: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    """No step is written yet: a claim need not read any."""
    input: Mapped[Any | None] = mapped_column(Json)
    """The trigger's data."""
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    """For people: "Order 6021"; empty: the workflow's name serves."""
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """{code, message, node, path} of what ended it."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    """Of the error, and by it lists are filtered: the code, the step's key, and the fingerprint."""
    error_node: Mapped[str | None] = mapped_column(String(40))
    error_print: Mapped[str | None] = mapped_column(String(16))
    """`insights.fingerprint`: the same for errors of one cause."""
    waiting_for: Mapped[str | None] = mapped_column(String(40))
    """Kind of the oldest open wait, while it waits."""
    steps_used: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    respond: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """Somebody waits on the line for the result."""
    carried: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """A re-run's effect keys: {"node|path": {"key", "fingerprint"}}."""
    parent_run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("a link that may lead to nothing"))
    """The run that called it."""
    parent_wait_id: Mapped[UUID | None] = mapped_column(Uuid())
    """What its end resolves there; None: nobody waits for it."""
    rerun_of: Mapped[UUID | None] = mapped_column(Uuid())
    """The run that this one repeats."""
    rerun_from: Mapped[str | None] = mapped_column(String(40))
    """The step it starts again from; None: the beginning."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Step(Tenant, Model):
    """One attempt of one node in one iteration of one run."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_run_id", "run_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=part_of_run())
    node_key: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(120), default="")
    """Iteration path such as `0.3`; empty at the top."""
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(60))
    port: Mapped[str | None] = mapped_column(String(40))
    """The port behind which the run went on."""
    input: Mapped[Any | None] = mapped_column(Json)
    """The resolved config, without secrets."""
    output: Mapped[Any | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)
    """One sentence for the run page."""
    effect_key: Mapped[str | None] = mapped_column(String(200))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the effect's input: the key is kept while this stays."""
    intent_epoch: Mapped[int | None] = mapped_column(BigInteger)
    """The epoch that may perform the effect; a later one finds an unknown outcome."""
    wait_id: Mapped[UUID | None] = mapped_column(Uuid())
    reused_from: Mapped[UUID | None] = mapped_column(Uuid())
    """A re-run kept this result of that step."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


IN_ORDER = (Step.started_at, Step.id)
"""The order in which steps of a run began. The database's clock comes first: ids carry the clocks of several machines,
and agree only within one."""


class WaitRow(Tenant, Model):
    """What a run waits for."""

    __tablename__ = "wait"
    __table_args__ = (
        Index("ix_wait_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_wait_run_id", "run_id"),
        Index("ix_wait_match", "workspace_id", "kind", "match"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=part_of_run(texts=("match",)))
    step_id: Mapped[UUID] = mapped_column(Uuid())
    node_key: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(40))
    """Open text: runtime owns timer, retry, signal; primitives bring their own."""
    match: Mapped[str | None] = mapped_column(String(255))
    """Signals: name and key that a sender must give."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    note: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[Any | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Resolution(Tenant, Model):
    """The one answer to a wait; may be written before the wait exists."""

    __tablename__ = "resolution"

    wait_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Uuid(), index=True, info=part_of_run())
    payload: Mapped[Any | None] = mapped_column(Json)
    resolved_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Blob(Tenant, Model):
    """A payload too large to live in its row."""

    __tablename__ = "payload_blob"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(Uuid(), index=True, info=part_of_run())
    data: Mapped[Any] = mapped_column(Json)
