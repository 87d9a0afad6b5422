"""Who acts: carried by every unit of work, recorded with every audit event."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ActorType(StrEnum):
    """The kinds of actor that the audit trail tells apart."""

    USER = "user"
    APPROVER = "approver"
    API_TOKEN = "api_token"  # noqa: S105 - a kind of actor, no secret
    SYSTEM = "system"
    WORKFLOW = "workflow"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action came from. All None where it came from inside."""

    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None
    session_id: str | None = None
    run_id: str | None = None
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class Elevation:
    """More than an actor's own seat allows, in one session and for a time."""

    id: UUID
    ends_at: datetime
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor. `user_id` is the person behind it: a token acts for its owner."""

    type: ActorType
    id: str
    name: str
    user_id: UUID | None = None
    role: str | None = None
    on_behalf_of: str | None = None
    origin: Origin = field(default_factory=Origin)
    elevation: Elevation | None = None
    """What is allowed beside the seat's own permissions now; None: nothing."""


SYSTEM = Actor(ActorType.SYSTEM, "system", "Studio")
