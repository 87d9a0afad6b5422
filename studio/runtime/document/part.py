"""What every part of a workflow document has in common."""

from typing import Annotated

from pydantic import ConfigDict, Field

from studio.core.deferred import Deferred

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"

Key = Annotated[str, Field(pattern=KEY_PATTERN)]
Number = int | float


class Part(Deferred):
    """Base of every part: nothing is coerced, nothing unknown is let in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)
