"""Elevated access."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from studio.accounts.outcomes import Role
from studio.api.v1.reading import Body, Moment
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.limits import Who
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.elevation.policy import TEXT, TICKET

_SOMEBODY = "019a0000-0000-7000-8000-000000000000"


class EligibilityView(Shape):
    """Who may ask for a role, and on which terms."""

    id: Id
    user_id: Id | None = Field(description="null: a group.")
    group_id: Id | None = Field(description="null: a person.")
    who: str = Field(description="The name of either, as it was when it was granted.")
    role: Role
    most_minutes: int = Field(description="The longest time that may be asked for.")
    justification: bool
    ticket: bool
    approvers: list[str] = Field(description="Who has to agree; empty: nobody.")
    needed: int = Field(description="How many of them.")
    step_up: bool = Field(description="Whether whoever asks, or starts it, proves once more who they are.")
    ends_at: datetime | None
    created_at: datetime
    created_by: Id
    withdrawn_at: datetime | None


class EligibilitySave(Body):
    """An eligibility as it shall be. Name either a person or a group."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"role": "admin", "user_id": _SOMEBODY, "most_minutes": 240, "approvers": ["user:mira@example.com"]}
            ]
        }
    )

    role: Role
    user_id: Id | None = None
    group_id: Id | None = Field(None, description="Of approvers. Somebody has to agree then.")
    most_minutes: int = Field(240, ge=0, le=1_000_000, description="From 15 minutes to a day: 1440.")
    justification: bool = True
    ticket: bool = False
    approvers: list[Who] = Field(
        [], max_length=50, description="`user:<email or id>`, `group:<name>` or `schedule:<name>`."
    )
    needed: int = Field(1, ge=0, le=1_000)
    step_up: bool = True
    ends_at: Moment | None = Field(None, description="null: until it is withdrawn.")


class ElevationView(Shape):
    """An elevation and how far it is."""

    id: Id
    eligibility_id: Id
    user_id: Id
    user_name: str
    role: Role
    permissions: list[str] = Field(description="Those of the role that were asked for.")
    whole: bool = Field(description="Whether these are all of the role's.")
    minutes: int
    justification: str
    ticket: str
    starts_at: datetime | None = Field(description="null: it begins when its person starts it.")
    state: State
    ending: Ending | None
    reason: str = Field(description="What was said at its decision or its end.")
    request_id: Id | None = Field(description="The approval request; null: nobody had to agree.")
    created_at: datetime
    use_by: datetime | None = Field(description="Once it was agreed to: it has to be started by then.")
    started_at: datetime | None
    ends_at: datetime | None = Field(description="Once it was started.")
    ended_at: datetime | None


class ElevationSave(Body):
    """What somebody asks for, for themselves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"eligibility_id": _SOMEBODY, "minutes": 60, "justification": "Restore the payout export"}]
        }
    )

    eligibility_id: Id
    minutes: int = Field(ge=0, le=1_000_000, description="From 15 to the eligibility's most.")
    justification: str = Field("", max_length=TEXT)
    ticket: str = Field("", max_length=TICKET)
    starts_at: Moment | None = Field(None, description="Its end is fixed then. null: when its person starts it.")
    scope: list[Annotated[str, Field(max_length=80)]] | None = Field(
        None, max_length=200, description="Permissions of the role; null: all of them."
    )


class ElevationEnd(Body):
    """Why an admin ends somebody's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The incident is over"}]})

    reason: str = Field(min_length=1, max_length=TEXT)
