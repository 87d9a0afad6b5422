"""One thing done with many runs."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.batches.wanted import MOST_PER_MINUTE, ItemState, State, Verb, Wanted

_EXAMPLE: JsonDict = {
    "filter": "state=failed&error=http.status_503&since=24h",
    "do": {"verb": "rerun", "from_failed": True},
}


class BatchWish(Body):
    """Which runs, and what is done with each."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    filter: str = Field(max_length=2_000, description="As the list of runs has it in its address.")
    do: Wanted


class NewBatch(BatchWish):
    """The same, under the hash of the preview."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {**_EXAMPLE, "name": "ERP outage, 27 November", "per_minute": 60, "plan": "0" * 64}
    ]})  # fmt: skip

    name: str = Field(max_length=200, description="After the incident.")
    per_minute: int = Field(60, description=f"Runs a minute, spread over time; at most {MOST_PER_MINUTE}.")
    plan: str = Field(max_length=64, description="The preview's `hash`.")


class BatchChange(Body):
    """Where it shall be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})

    state: Literal["paused", "running", "cancelled"]


class RefusedRun(Shape):
    """A run with which it cannot be done."""

    run_id: Id
    why: str


class BatchPreview(Shape):
    """What would happen. Nothing has."""

    hash: str = Field(description="Send it as `plan` to do exactly this with exactly these runs.")
    runs: int
    looked_at: int = Field(description="The plans of so many are told below; each other is made when its turn comes.")
    again: dict[str, int] = Field(description="Effects that have happened and would happen again, by step.")
    tried: dict[str, int] = Field(description="Effects that did not happen yet, by step.")
    kept: int = Field(description="Effects that are not repeated.")
    asks: dict[str, int] = Field(description="Steps that ask people, or guard.")
    refused: list[RefusedRun]


class BatchInfo(Shape):
    """A batch and how far it is."""

    id: Id
    name: str
    verb: Verb
    options: dict[str, Any]
    filter: str
    per_minute: int
    state: State
    total: int
    done: int
    refused: int
    by_name: str
    created_at: datetime
    finished_at: datetime | None


class BatchItem(Shape):
    """One of its runs."""

    run_id: Id
    state: ItemState
    again_id: Id | None = Field(description="The new run.")
    reason: str | None = Field(description="Why it was refused.")


class BatchDetail(BatchInfo):
    """With its runs: those that were refused first, 200 at most."""

    items: list[BatchItem]
