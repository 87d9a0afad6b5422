"""Audit events."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from studio.api.v1.reading import Moment, Paged, Query
from studio.api.v1.shapes.common import Id, Shape


class AuditFilters(Query):
    """Which events."""

    action: str = Field(
        "", max_length=80, description="An action such as `member.created`, or a resource such as `member`."
    )
    actor_id: str | None = Field(None, max_length=200, description="Who did it: a person's or a token's id.")
    target_type: str | None = Field(None, max_length=60, description="What it was done to, such as `workflow`.")
    target_id: str | None = Field(None, max_length=200)
    run_id: str | None = Field(None, max_length=80)
    since: Moment | None = None
    until: Moment | None = None
    q: str = Field("", max_length=120, description="Part of names and texts.")


class AuditQuery(AuditFilters, Paged):
    """Which events, a page at a time."""


class BadEvent(Shape):
    """The first event that does not fit."""

    seq: int
    id: Id | None = Field(description="Null: the event itself is missing.")
    problem: str


class AuditReport(Shape):
    """What a check of the hash chain found."""

    ok: bool
    checked: int = Field(description="Events that are as they were written, up to the first bad one.")
    head: str = Field(description="The last good hash: keep a copy elsewhere, and a rewritten chain shows.")
    bad: BadEvent | None
    segments: int = Field(description="Seals that fit.")
    sealed: int = Field(description="The last event that a seal covers; 0: none yet.")
    key_ids: list[str] = Field(description="Fingerprints of the keys that signed, oldest first.")


class AuditEvent(Shape):
    """One event. Where something was erased, `[erased]` stands."""

    id: Id
    seq: int = Field(description="From 1, without gaps.")
    schema_: str = Field(alias="schema", examples=["studio.audit/1"])
    workspace_id: Id
    action: str = Field(examples=["workflow.published"])
    action_version: int
    occurred_at: datetime
    recorded_at: datetime
    outcome: dict[str, Any] = Field(examples=[{"result": "success", "code": None, "reason": None}])
    severity: Literal["info", "notice", "warning", "critical"]
    actor: dict[str, Any] = Field(examples=[{"type": "user", "id": "…", "name": "Mira Sand", "on_behalf_of": None}])
    targets: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    metadata: dict[str, Any]
    context: dict[str, Any]
    redactions: list[dict[str, Any]]
    prev_hash: str
    hash: str
