"""A person's share of a request, and who stands in for whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Connection, ForeignKey, Index, Integer, String, event, text, update
from sqlalchemy.orm import Mapped, Mapper, mapped_column
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.types import Uuid

from studio.approvals.models.request import BY_CLOCK, NEVER, Request
from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_LIVE, _SNOOZED = text("state in ('open', 'snoozed')"), text("state = 'snoozed'")
_PASSED_ON = text("state in ('reassigned', 'escalated_away')")
_DELEGATED = text("delegation_id is not null and state in ('open', 'snoozed')")


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
            "ix_approval_assignment_waiting",
            "workspace_id",
            "user_id",
            "counted_by",
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
            "ix_approval_assignment_passed_on",
            "workspace_id",
            "closed_at",
            sqlite_where=_PASSED_ON,
            postgresql_where=_PASSED_ON,
        ),
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
    sort_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=NEVER)
    """The request's, here too so that a person's list is read in order from an index. Right while it is live."""
    counted_by: Mapped[UUID] = mapped_column(Uuid(), default=BY_CLOCK, server_default=BY_CLOCK.hex)
    """The request's, for the same."""
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

    def stand(self, request: Request) -> None:
        """Take the request's place in lists: it opens, and may have missed that the deadline moved."""
        self.sort_at, self.counted_by = request.sort_at, request.counted_by


@event.listens_for(Request, "after_update")
def _shares_follow(_mapper: Mapper[Request], connection: Connection, request: Request) -> None:
    """Whoever moves a deadline: the inboxes of those who were asked are in its order when that is committed."""
    if any(get_history(request, name).has_changes() for name in ("sort_at", "counted_by")):
        live = Assignment.request_id == request.id, Assignment.workspace_id == request.workspace_id, _LIVE
        place = {"sort_at": request.sort_at, "counted_by": request.counted_by}
        connection.execute(update(Assignment).where(*live).values(place))


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
