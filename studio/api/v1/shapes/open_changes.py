"""Groups and policies, applied to what is open."""

from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.outcomes import Outcome
from studio.approvals.service.reruling import BATCH, Change


class OpenChange(Shape):
    """What following the group, or the policy, does to one open request."""

    request_id: Id
    title: str
    came: list[str] = Field(description="Names of people who are asked then, now or in a later stage.")
    went: list[str] = Field(description="Names of people who no longer count.")
    votes: int = Field(description="How many votes no longer count.")
    outcome: Outcome | None = Field(description="How counting again ends its running stage. None: it stays open.")
    next_stage: bool = Field(description="That stage is not the last one: others are asked then.")
    refused: str | None = Field(description="Why it stays as it is.")


def change_view(one: Change) -> OpenChange:
    """What becomes of one request."""
    return OpenChange(
        request_id=one.request.id, title=one.request.title, came=list(one.came), went=list(one.went), votes=one.votes,
        outcome=one.outcome, next_stage=one.goes_on, refused=one.refused or None,
    )  # fmt: skip


class OpenChanges(Shape):
    """Open requests that do not follow the group, or the policy, as it is now."""

    shown: str = Field(description="Of what it is now: send it back to apply it.")
    data: list[OpenChange]
    more: bool = Field(description="There are others, which follow once these are done.")


class OpenApply(Body):
    """Which requests shall follow."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"shown": "9f2c", "requests": ["01954f6e-7a31-7c56-9a40-2f1d3c0b9e11"]}],
        }
    )

    shown: str = Field(max_length=64)
    requests: list[UUID] = Field(min_length=1, max_length=BATCH)
