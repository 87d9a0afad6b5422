"""Requests, who was asked, what was decided; groups of approvers; links and codes for a mailbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, validates
from sqlalchemy.types import Uuid

from studio.approvals import (
    policy,
    revisions,  # noqa: F401 - its table is of this package
    timetables,  # noqa: F401 - so are its tables
)
from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_LIVE, _SNOOZED = text("state in ('open', 'snoozed')"), text("state = 'snoozed'")
_UNENDED = text("closed_at is null")
_NEVER = "9999-12-31 00:00:00.000000"
"""What processes of an older version, which know of no order, leave in it."""
_DELEGATED = text("delegation_id is not null and state in ('open', 'snoozed')")
_STANDING = text("voided_at is null")


class ApproverGroup(Tenant, Model):
    """People who may stand in for one another as approvers."""

    __tablename__ = "approver_group"
    __table_args__ = (UniqueConstraint("workspace_id", "name_key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: "Refund team" and "refund team" are one group."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class GroupMember(Tenant, Model):
    """One person in one group."""

    __tablename__ = "approver_group_member"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("approver_group.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, index=True)


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
        Index("ix_approval_request_closed_at", "workspace_id", "closed_at", "id"),
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
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it expires; None: never."""
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=policy.NEVER, server_default=_NEVER)
    """Its place among what is pending. Follows the deadline by itself, and every live share follows it."""
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When those who were asked are reminded; None: never."""
    amount: Mapped[str | None] = mapped_column(String(40))
    """Decimal text; None: no money goes through this."""
    currency: Mapped[str | None] = mapped_column(String(3))
    workflow_id: Mapped[UUID | None] = mapped_column(Uuid())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), index=True)
    wait_id: Mapped[UUID | None] = mapped_column(Uuid(), index=True)
    """The wait of that run which the end of this request resolves."""
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    """Names for the page: workflow_name, run_title, node_name."""
    calendar_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The calendar that `due_at` was counted by, for saying what is left; None: by no calendar."""
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    """Who decides, and how many of them, as it was when they were asked; see `rule.py`."""
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """Answers beside yes, no and changes, with their forms; see `options.py`."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """What is asked about one by one; see `items.py`."""
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Which wording of the question this is."""
    stage: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Index of the stage of the rule that is running, or was when it ended."""
    editor_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Who last edited what is to be approved, where the asker says so."""
    stuck_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when too few people are left for the rule; None: enough are."""
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
    pauses: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many there were: each leaves the deadline's job under a name of its own."""

    @validates("due_at")
    def _sorted(self, _name: str, due_at: datetime | None) -> datetime | None:
        self.sort_at = policy.sort_at(due_at)
        return due_at

    @property
    def open(self) -> bool:
        """It has not ended: somebody may decide, or a new version is awaited."""
        return self.closed_at is None

    @property
    def shown(self) -> str:
        """What a page of this moment posts back: the payload's hash, or that of its later stage or revision."""
        return policy.shown(self.payload_hash, self.revision, self.stage)


class Assignment(Tenant, Model):
    """One person's share of a request: what the inbox shows."""

    __tablename__ = "approval_assignment"
    __table_args__ = (
        Index(
            "ix_approval_assignment_delegated",
            "workspace_id",
            "request_id",
            sqlite_where=_DELEGATED,
            postgresql_where=_DELEGATED,
        ),
        Index("ix_approval_assignment_request_id", "request_id", "id"),
        Index(
            "ix_approval_assignment_live",
            "workspace_id",
            "user_id",
            "sort_at",
            "id",
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "ix_approval_assignment_snoozed",
            "workspace_id",
            "user_id",
            "snoozed_until",
            "id",
            sqlite_where=_SNOOZED,
            postgresql_where=_SNOOZED,
        ),
        Index("ix_approval_assignment_closed_at", "workspace_id", "user_id", "closed_at", "id"),
        Index(
            "uq_approval_assignment_live",
            "request_id",
            "user_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    user_id: Mapped[UUID] = mapped_column(Uuid())
    state: Mapped[str] = mapped_column(String(20))
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=_NEVER)
    """The request's, here too so that a person's list is read in order from an index. Right while it is live."""
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set while snoozed. A moment that has passed means open again, with no job in between."""
    why: Mapped[dict[str, str]] = mapped_column(Json)
    """Why this person: {"kind": "named" | "group" | "handed", "name": group or who handed it on}."""
    handed_from: Mapped[UUID | None] = mapped_column(ForeignKey("approval_assignment.id"))
    """The assignment that was handed on; None: asked at the start."""
    stage: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Index of the stage of the rule in which it may be decided."""
    place_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Whose place in the rule it holds: `user_id`, or who held it before it was handed on. None: `user_id`."""
    delegation_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The absence by which it was given to whoever stands in; `handed_from` is then the owner's, who keeps it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@event.listens_for(Request, "after_update")
def _shares_follow(_mapper: Mapper[Request], connection: Connection, request: Request) -> None:
    """Whoever moves a deadline: the inboxes of those who were asked are in its order when that is committed."""
    if inspect(request).attrs.sort_at.history.has_changes():
        live = Assignment.request_id == request.id, Assignment.workspace_id == request.workspace_id, _LIVE
        connection.execute(update(Assignment).where(*live).values(sort_at=request.sort_at))


class Delegation(Tenant, Model):
    """Somebody is away, and somebody else gets their approvals as well."""

    __tablename__ = "approval_delegation"
    __table_args__ = (Index("ix_approval_delegation_ends_at", "workspace_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid())
    """Who is away."""
    to_user_id: Mapped[UUID] = mapped_column(Uuid())
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """As planned; once it was ended earlier, when that was."""
    open_items: Mapped[bool] = mapped_column(Boolean())
    """Whether what is open when it begins goes over, too."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())


class Vote(Tenant, Model):
    """What one person said. Never changed or taken away; it may only stop counting."""

    __tablename__ = "approval_vote"
    __table_args__ = (
        Index(
            "uq_approval_vote_standing",
            "request_id",
            "revision",
            "stage",
            "place_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("approval_assignment.id"))
    user_id: Mapped[UUID] = mapped_column(Uuid())
    """Who pressed the button."""
    place_id: Mapped[UUID] = mapped_column(Uuid())
    """Whose place in the rule it fills."""
    stage: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    option: Mapped[str | None] = mapped_column(String(40))
    """The key of one of the request's own answers; None: one that every request has."""
    option_label: Mapped[str | None] = mapped_column(String(60))
    """The same in words."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was filled in with it."""
    items: Mapped[list[str] | None] = mapped_column(Json)
    """Keys of the items that this approves; None: it approves none, or the request has none."""
    payload_hash: Mapped[str] = mapped_column(String(64))
    """Of what was asked."""
    reason: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it no longer counts; None: it counts."""
    void_reason: Mapped[str | None] = mapped_column(String(20))


class Decision(Tenant, Model):
    """The end of a request. One row a request: that is the exactly-once rule."""

    __tablename__ = "approval_decision"
    __table_args__ = (UniqueConstraint("request_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    option: Mapped[str | None] = mapped_column(String(40))
    """The key of the answer that those who settled it agree on; None: one that every request has, or several."""
    option_label: Mapped[str | None] = mapped_column(String(60))
    """The same in words."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What whoever settled it filled in with it."""
    items: Mapped[list[str] | None] = mapped_column(Json)
    """Keys of the items that were approved; None: the request has none, or was not approved."""
    by_user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: the deadline."""
    by_name: Mapped[str] = mapped_column(String(120))
    by_email: Mapped[str | None] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    reason: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(20))
    payload_hash: Mapped[str] = mapped_column(String(64))
    """What the decider saw."""


class Comment(Tenant, Model):
    """A remark. Never changes a state; asking for changes leaves one beside its decision."""

    __tablename__ = "approval_comment"
    __table_args__ = (Index("ix_approval_comment_request_id", "request_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    author: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class Link(Tenant, Model):
    """An e-mail link: it finds an assignment and proves nothing about who follows it."""

    __tablename__ = "approval_link"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("approval_assignment.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set on reassign, decision and withdrawal."""
    codes_sent: Mapped[int] = mapped_column(Integer, default=0)
    wrong_codes: Mapped[int] = mapped_column(Integer, default=0)
    """Over all codes of this link, so that asking for a new one gives no new guesses."""


class LinkCode(Tenant, Model):
    """A six-digit code, mailed to the person whom the link names, good in one browser."""

    __tablename__ = "approval_link_code"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("approval_link.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    """Over link, browser and code: the digits of a dump cannot be tried without the cookie."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class MailboxSession(Tenant, Model):
    """A browser whose user reads a person's mail. Low assurance: good for decisions, nothing else."""

    __tablename__ = "approval_mailbox_session"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid())
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: until it expires."""
