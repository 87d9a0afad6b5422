"""Requests: one question to people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.types import Uuid

from studio.approvals import policy
from studio.approvals.models.lock import LONGEST_KEY
from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_UNENDED, _EXPIRED = text("closed_at is null"), text("state = 'expired'")
_LOCKED = text("lock_key is not null and closed_at is null")
_GOVERNED = text("policy_id is not null and closed_at is null")
_REQUESTED, _STARTED = text("requester_id is not null"), text("starter_id is not null")
_REQUESTED_OPEN = text("requester_id is not null and closed_at is null")
_STARTED_OPEN = text("starter_id is not null and closed_at is null")
BY_CLOCK = UUID(int=0)
"""What counts the time of a request that no calendar counts."""
NEVER = "9999-12-31 00:00:00.000000"
"""What processes of an older version, which know of no order, leave in it."""


class Request(Tenant, Model):
    """One question to people, as it is worded now. A new wording is a new revision; `revisions` keeps them all."""

    __tablename__ = "approval_request"
    __table_args__ = (
        Index(
            "ix_approval_request_pending",
            "workspace_id",
            "sort_at",
            "id",
            sqlite_where=_UNENDED,
            postgresql_where=_UNENDED,
        ),
        Index(
            "ix_approval_request_waiting",
            "workspace_id",
            "counted_by",
            "sort_at",
            "id",
            sqlite_where=_UNENDED,
            postgresql_where=_UNENDED,
        ),
        Index("ix_approval_request_closed_at", "workspace_id", "closed_at", "id"),
        Index(
            "ix_approval_request_policy_id",
            "workspace_id",
            "policy_id",
            "id",
            sqlite_where=_GOVERNED,
            postgresql_where=_GOVERNED,
        ),
        Index(
            "ix_approval_request_requester_id",
            "workspace_id",
            "requester_id",
            "id",
            sqlite_where=_REQUESTED,
            postgresql_where=_REQUESTED,
        ),
        Index(
            "ix_approval_request_requester_open",
            "workspace_id",
            "requester_id",
            "id",
            sqlite_where=_REQUESTED_OPEN,
            postgresql_where=_REQUESTED_OPEN,
        ),
        Index(
            "ix_approval_request_starter_id",
            "workspace_id",
            "starter_id",
            "id",
            sqlite_where=_STARTED,
            postgresql_where=_STARTED,
        ),
        Index(
            "ix_approval_request_starter_open",
            "workspace_id",
            "starter_id",
            "id",
            sqlite_where=_STARTED_OPEN,
            postgresql_where=_STARTED_OPEN,
        ),
        Index(
            "ix_approval_request_lock",
            "workspace_id",
            "lock_key",
            "lock_place",
            sqlite_where=_LOCKED,
            postgresql_where=_LOCKED,
        ),
        Index(
            "ix_approval_request_expired",
            "workspace_id",
            "closed_at",
            sqlite_where=_EXPIRED,
            postgresql_where=_EXPIRED,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    asker: Mapped[str] = mapped_column(String(40))
    """Who asked; names the handler that hears the end."""
    ref: Mapped[dict[str, str]] = mapped_column(Json)
    """What the asker needs to know its question again, such as run and wait."""
    title: Mapped[str] = mapped_column(Text)
    """One sentence in words."""
    facts: Mapped[list[list[str]]] = mapped_column(Json)
    """[label, value] pairs, as people read them."""
    instructions: Mapped[str] = mapped_column(Text, default="")
    payload_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over all that the decision is bound to. A form posts it back."""
    state: Mapped[str] = mapped_column(String(20))
    requester_email: Mapped[str | None] = mapped_column(String(254))
    """Who is told the outcome and may not decide; lower case; None: nobody."""
    requester_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The same person, where that address has a seat."""
    starter_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Whoever started by hand the run that asks; None: nobody, or no run asks."""
    nudged_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When whoever asked last had those who hold it reminded; None: never."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it expires; None: never."""
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=policy.NEVER, server_default=NEVER)
    """Its place among what is pending. Follows the deadline by itself, and every live share follows it."""
    counted: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """How a calendar came to `due_at` and the reminder, to count them anew; see `clock/counted.py`. None: not known."""
    counted_by: Mapped[UUID] = mapped_column(Uuid(), default=BY_CLOCK, server_default=BY_CLOCK.hex)
    """`calendar_id`, or BY_CLOCK: among what one calendar counts, less time left and an earlier deadline are one."""
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When those who were asked are reminded; None: never."""
    amount: Mapped[str | None] = mapped_column(String(40))
    """Decimal text; None: no money goes through this."""
    currency: Mapped[str | None] = mapped_column(String(3))
    workflow_id: Mapped[UUID | None] = mapped_column(Uuid())
    run_id: Mapped[UUID | None] = mapped_column(
        Uuid(), index=True, info=outlives_run("what people decided is evidence")
    )
    wait_id: Mapped[UUID | None] = mapped_column(Uuid(), index=True)
    """The wait of that run which the end of this request resolves."""
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    """Names for the page: workflow_name, run_title, node_name."""
    calendar_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The calendar that `due_at` was counted by, for saying what is left; None: by no calendar."""
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    """Who decides, and how many of them, as it was when they were asked; see `rule.py`."""
    policy_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The policy that the rule was taken from; None: the asker's own rule."""
    policy_version: Mapped[int | None] = mapped_column(Integer)
    """Which version of it."""
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """Answers beside yes, no and changes, with their forms; see `options.py`."""
    in_slack: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """A message in Slack tells of it, and follows it."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """What is asked about one by one; see `items.py`."""
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """Files that are part of what is asked: id of the attachment, name, media_type, size, sha256."""
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Which wording of the question this is."""
    stage: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Index of the stage of the rule that is running, or was when it ended."""
    editor_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Who last edited what is to be approved, where the asker says so."""
    stuck_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when too few people are left for the rule; None: enough are."""
    effect: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What stands between a yes and its effect; see `effect.py`. None: nothing."""
    effect_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a yes that all have given takes effect; None: they have not, or it had it at once."""
    threads_first: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Nobody may approve it while a thread on it is open."""
    lock_key: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    """What no other request may be open about meanwhile; None: it locks nothing."""
    lock_place: Mapped[int | None] = mapped_column(Integer)
    """Its place in the queue for that."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: open."""
    close_reason: Mapped[str | None] = mapped_column(Text)
    """Why it was taken back, where it was."""
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when its deadline stands still, since changes are awaited; None: it runs."""
    paused_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """The deadline at that moment; `due_at` is empty meanwhile."""
    paused_remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """The reminder that was still to come at that moment."""
    escalates: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())
    """It has a plan for when nobody answers: a row of `approval_escalation`."""
    pauses: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often its deadline stopped or moved: each time leaves the deadline's job under a name of its own."""

    @validates("due_at")
    def _sorted(self, _name: str, due_at: datetime | None) -> datetime | None:
        self.sort_at = policy.sort_at(due_at)
        return due_at

    @validates("calendar_id")
    def _counted(self, _name: str, calendar_id: UUID | None) -> UUID | None:
        self.counted_by = calendar_id or BY_CLOCK
        return calendar_id

    @property
    def open(self) -> bool:
        """It has not ended: somebody may decide, or a new version is awaited."""
        return self.closed_at is None

    @property
    def shown(self) -> str:
        """What a page of this moment posts back: the payload's hash, or that of its later stage or revision."""
        return policy.shown(self.payload_hash, self.revision, self.stage)
