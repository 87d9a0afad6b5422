"""Somebody leaves: who takes over, and what becomes of everything."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Id, Shape


class LeavingQuery(Query):
    """Who would take over."""

    to: UUID | None = Field(None, description="User id of whoever takes over; none: what can end, ends.")
    fallback: UUID | None = Field(None, description="User id of whoever gets what `to` may not take.")


class LeavingWish(Body):
    """Who takes over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "01890a5d-ac96-774b-bcce-b302099a8057"}]})

    to: UUID | None = Field(None, description="User id of whoever takes over; none: what can end, ends.")
    fallback: UUID | None = Field(None, description="User id of whoever gets what `to` may not take.")


class LeavingHolding(Shape):
    """Some things of one kind."""

    kind: str = Field(examples=["shares"])
    count: int = Field(examples=[12])
    fate: Literal["handed", "ended", "kept"]
    names: list[str] = Field(description="The first few by name.")
    problem: str | None = Field(description="Why nobody can leave like this.")
    field: str | None = Field(description="What would mend that: `to` or `fallback`.")


class LeavingPlan(Shape):
    """What becomes of all that somebody holds."""

    user_id: Id
    name: str
    ready: bool = Field(description="Nothing stands in the way.")
    holdings: list[LeavingHolding]
