"""Tables of access reviews (a review, and one line of it for each seat), and sums of days of approval load.

Alerts, evidence packs and monthly reports have theirs beside their code.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant
from studio.oversight.alerts.tables import Alert, AlertNote, AlertRule, AlertTold
from studio.oversight.evidence.tables import EvidencePack, EvidencePart
from studio.oversight.reports.tables import ReportDay, ReportSetting
from studio.oversight.run_exports.tables import RunExport, RunExportPart

__all__ = [
    "AccessReview",
    "AccessReviewItem",
    "Alert",
    "AlertNote",
    "AlertRule",
    "AlertTold",
    "ApprovalLoadDay",
    "ApprovalLoadFolded",
    "EvidencePack",
    "EvidencePart",
    "ReportDay",
    "ReportSetting",
    "RunExport",
    "RunExportPart",
]

_GOING_ON = text("state in ('open', 'handed')")


class AccessReview(Tenant, Model):
    """Somebody asked whether people shall keep their seats."""

    __tablename__ = "access_review"
    __table_args__ = (
        Index("ix_access_review_going_on", "workspace_id", sqlite_where=_GOING_ON, postgresql_where=_GOING_ON),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(String(20))
    """`outcomes.Scope`: which seats it is about."""
    silence: Mapped[str] = mapped_column(String(20))
    """`outcomes.Silence`: what happens to seats that nobody answers about."""
    reviewers: Mapped[dict[str, Any]] = mapped_column(Json)
    """Whom it asks, as `policy.Reviewers` writes it: what a repetition asks anew."""
    state: Mapped[str] = mapped_column(String(20))
    """`outcomes.State`."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_by: Mapped[UUID | None] = mapped_column(Uuid())
    """None: it began by itself, as the repetition of another."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When silence is counted; later than at first once the owners were asked."""
    days: Mapped[int] = mapped_column(Integer)
    """From its start to its first due date; a repetition takes as many."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    every_months: Mapped[int | None] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it is to be repeated; None: not, or it has been."""


class AccessReviewItem(Tenant, Model):
    """One seat of a review, and what was answered."""

    __tablename__ = "access_review_item"
    __table_args__ = (UniqueConstraint("review_id", "seat_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("access_review.id"))
    seat_id: Mapped[UUID] = mapped_column(Uuid())
    user_id: Mapped[UUID] = mapped_column(Uuid())
    """Whose seat it is."""
    role: Mapped[str] = mapped_column(String(20))
    """What the seat was when the review began; once answered, what it was before the answer."""
    reviewers: Mapped[list[str]] = mapped_column(Json)
    """Ids of the people who may answer, each for all; empty: nobody could be found."""
    answer: Mapped[str | None] = mapped_column(String(20))
    """`outcomes.Answer`; None: nobody has answered."""
    cause: Mapped[str | None] = mapped_column(String(20))
    """`outcomes.Cause`: by what it came to that."""
    role_after: Mapped[str | None] = mapped_column(String(20))
    """Of a changed seat."""
    reason: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(Uuid())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    facts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was known of the seat when it was answered, as `facts.Facts` writes it: proof of what was looked at."""


class ApprovalLoadDay(Tenant, Model):
    """What one person, group or workflow did on a day of UTC; see `folding.py`."""

    __tablename__ = "approval_load_day"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    by: Mapped[str] = mapped_column(String(10), primary_key=True)
    """`counting.By`."""
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Id of a person or workflow; name of a group."""
    answered: Mapped[int] = mapped_column(Integer)
    waited: Mapped[dict[str, int]] = mapped_column(Json)
    """How many answers lie in which bucket of `sketch`, by how long they were waited for."""
    worked: Mapped[dict[str, int]] = mapped_column(Json)
    """The same in working time."""
    reassigned: Mapped[int] = mapped_column(Integer)
    escalated: Mapped[int] = mapped_column(Integer)
    expired: Mapped[int] = mapped_column(Integer)


class ApprovalLoadFolded(Tenant, Model):
    """Up to which day a workspace's days are added up."""

    __tablename__ = "approval_load_folded"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    until: Mapped[date] = mapped_column(Date())
