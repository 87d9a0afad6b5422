"""Tables of alerts: rules, alerts, whom each was told, and what happened to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_GOING_ON = text("resolved_at is null")


class AlertRule(Tenant, Model):
    """Which alerts are told whom, how and when. The first that fits counts; where none does, `rules.DEFAULT`."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name_key"), Index("ix_alert_rule_place", "workspace_id", "place"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case."""
    place: Mapped[int] = mapped_column(Integer)
    """Smaller first."""
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    """All else, as `rules.Rule` writes it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Alert(Tenant, Model):
    """One thing that goes wrong in one way, from when it was found until it is over. Changed under its lock alone."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_going_on", "workspace_id", "kind", "fingerprint", unique=True, sqlite_where=_GOING_ON,
              postgresql_where=_GOING_ON),
        Index("ix_alert_workspace_id", "workspace_id", "id"),
        Index("ix_alert_thing", "workspace_id", "thing_id", "id"),
        Index("ix_alert_state", "workspace_id", "state", "id"),
        Index("ix_alert_held", "workspace_id", "held_until", sqlite_where=text("held_until is not null"),
              postgresql_where=text("held_until is not null")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(120))
    """What it is about: one alert of a kind goes on for each."""
    thing_id: Mapped[UUID] = mapped_column(Uuid())
    """Of the workflow, connection or whatever else it is about."""
    thing_name: Mapped[str] = mapped_column(String(200))
    """When it opened."""
    workflow_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Where it is about one."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    """What its kind remembers: ids and codes, no text of a payload."""
    count: Mapped[int] = mapped_column(Integer, default=1)
    """How often it happened."""
    urgent: Mapped[bool] = mapped_column(Boolean)
    """Told in quiet hours as well."""
    rule_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: the one for whatever no rule fits."""
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    """That rule as it was, as `rules.Rule` writes it."""
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    """Its levels with the people of that moment, as `approvals.escalation` writes it."""
    state: Mapped[str] = mapped_column(String(20))
    """`course.State`."""
    step: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set while its first level waits for the end of quiet hours."""
    snoozed: Mapped[bool] = mapped_column(Boolean, default=False)
    """See `course.Course` for these four."""
    snoozed_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who is reminded at `next_at`."""
    jobs: Mapped[int] = mapped_column(Integer, default=0)
    """How many timers it had: each has a name of its own."""
    first_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Since when it is counted."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When it last happened."""
    acknowledged_by: Mapped[UUID | None] = mapped_column(Uuid())
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    resolved_by: Mapped[UUID | None] = mapped_column(Uuid())
    """None: it works again by itself, or goes on."""
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    slack_claim: Mapped[str | None] = mapped_column(String(200))
    """Key of the job that posts it: another one leaves it alone."""
    slack_channel: Mapped[str | None] = mapped_column(String(40))
    """As Slack names the channel; None: not posted, or by a webhook."""
    slack_ts: Mapped[str | None] = mapped_column(String(40))
    """Slack's name of the message; None: not posted, or by a webhook, which tells none."""
    slack_shown: Mapped[str | None] = mapped_column(String(64))
    """`slack.standing` of what was sent last; None: not posted."""


class AlertTold(Tenant, Model):
    """One person who was told of an alert by one step of its plan, once."""

    __tablename__ = "alert_told"
    __table_args__ = (UniqueConstraint("alert_id", "step", "user_id"), UniqueConstraint("token_hash"))

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    step: Mapped[int] = mapped_column(Integer)
    """Of the plan, from 0; below 0: a reminder after it was put off, -1 the first."""
    user_id: Mapped[UUID] = mapped_column(Uuid())
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    token_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the mail's link, which is good for this person and alert."""


class AlertNote(Tenant, Model):
    """One line of an alert's timeline."""

    __tablename__ = "alert_note"
    __table_args__ = (Index("ix_alert_note_alert_id", "alert_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    what: Mapped[str] = mapped_column(String(20))
    """`opened`, `held`, `told`, `reminded`, `nobody`, `acknowledged`, `snoozed`, `handed`, `resolved`, `recovered`,
    `cleared`, `ended`."""
    by: Mapped[UUID | None] = mapped_column(Uuid())
    """Whom it is about: who was told, who did it."""
    said: Mapped[str] = mapped_column(Text, default="")
    """What they wrote with it."""
    step: Mapped[int | None] = mapped_column(Integer)
