"""How long ended runs are kept."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape


class RetentionDays(Body):
    """Days that ended runs are kept, from their end, by how they ended. Null: as the next wider rule says."""

    succeeded: int | None = Field(None, description="From 7 to 3650.", examples=[30])
    failed: int | None = Field(None, description="From 7 to 3650.", examples=[180])
    cancelled: int | None = Field(None, description="From 7 to 3650.")


class RetentionRules(Body):
    """All rules of the workspace."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"everywhere": {"succeeded": 30, "failed": 180}, "workflows": {}}]}
    )

    everywhere: RetentionDays = Field(default_factory=RetentionDays, description="Of all workflows.")
    workflows: dict[Id, RetentionDays] = Field(
        default_factory=dict, max_length=500, description="Of single workflows, by their ids."
    )


class RetentionView(Shape):
    """The rules, and how far letting go has come."""

    days: int = Field(description="The workspace's, where no rule says otherwise (`PATCH /workspace`).", examples=[90])
    rules: RetentionRules
    due: int = Field(description="About how many ended runs are due now.")
    due_more: bool = Field(description="There are more than were counted.")
    looked_at: datetime | None = Field(description="When the last look over all runs began; null: none has ended yet.")
    deleted: int = Field(description="Runs that went in that look.")
    held: int = Field(description="Runs that were due then and that something still needed.")
    deleted_ever: int
    behind_since: datetime | None = Field(description="What was due then is being deleted; null: nothing is behind.")


class RetentionForeseen(Shape):
    """What rules would delete."""

    due: int = Field(description="About so many ended runs of all workflows.")
    due_more: bool = Field(description="There are more than were counted.")
