"""Running something again: what is wanted, and the plan of it."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.rerun.facts import Finding, Given
from studio.runtime.rerun.lines import Fate
from studio.runtime.service.rerun_plan import Edited, Wish

Key = Annotated[str, Field(min_length=1, max_length=40, examples=["call"])]
Path = Annotated[
    str, Field(max_length=120, pattern=r"^(\d{1,9}(\.\d{1,9})*)?$",
               description="Iteration path such as `0.3`; empty outside of loops.")
]  # fmt: skip


class Skip(Body):
    """A step that is not run, with what it is said to have given."""

    step: Key
    path: Path = ""
    output: Any = Field(None, description="Any JSON value.")
    port: str | None = Field(None, max_length=40, description="Where the run goes on. Left out: the first port.")


class SettleCall(Body):
    """What was found out about one call in doubt."""

    step: Key
    path: Path = ""
    finding: Finding


class RerunWish(Body):
    """What is run again, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"from_step": "call", "version": "original"}]})

    from_step: str | None = Field(None, max_length=40, description="Left out: from the beginning.")
    path: Path | None = Field(None, description="In this iteration of the loops around the step alone.")
    version: Literal["original", "newest"] = "original"
    data: Any = Field(None, description="In place of the data that started it. Left out: the same.")
    skip: list[Skip] = Field([], max_length=50, description="Steps that are not run.")
    settle: list[SettleCall] = Field([], max_length=200, description="What was found out about calls in doubt.")
    doubts: Finding | None = Field(None, description="The same, about all other calls in doubt.")

    def wish(self) -> Wish:
        """As the service takes it."""
        edited = Edited(self.data) if "data" in self.model_fields_set else None
        return Wish(
            self.from_step, self.path, self.version == "newest", edited,
            {(one.step, one.path): Given(one.output, one.port) for one in self.skip},
            {(one.step, one.path): one.finding for one in self.settle}, self.doubts,
        )  # fmt: skip


class Rerun(RerunWish):
    """The same, under the hash of the plan that was looked at."""

    plan: str | None = Field(
        None, max_length=64, pattern=r"^[0-9a-f]{64}$",
        description="The plan's `hash`. Needed where something that has happened would happen again.",
    )  # fmt: skip


class PlanLine(Shape):
    """What becomes of one step."""

    step: str = Field(examples=["call"])
    name: str
    type: str = Field(examples=["action.http"])
    path: str = Field(description="Iteration path such as `0.3`; empty outside of loops, or where all are meant.")
    fate: Fate = Field(
        description="`kept`: its result is reused. `goes_on`: a loop that goes on with its list. `skipped`: not run, "
        "its output is given. `again`: its effect has happened, and may happen once more. `retried`: its effect did "
        "not happen, it is tried again under its key. `in_doubt`: to be settled first. `first`: its effect may happen "
        "for the first time. `asks`, `asks_again`: it asks people or guard. `runs`: worked out anew, without effect."
    )
    protected: bool = Field(description="It reaches something protected: guard is asked again.")


class PlanProblem(Shape):
    """Something that is in the way."""

    path: str = Field(description="The field of the wish.", examples=["from_step"])
    code: str
    message: str


class RerunPlan(Shape):
    """What would happen. Nothing has."""

    hash: str = Field(description="Send it as `plan` to run exactly this.")
    possible: bool
    must_be_seen: bool = Field(description="It is refused without `plan`: something may happen a second time.")
    version: int = Field(description="The number of the version that it runs on.")
    repeated_by: list[Id] = Field(description="Runs that repeat this one already.")
    steps: list[PlanLine] = Field(description="In the order of the graph; 2,000 at most.")
    steps_cut: bool
    problems: list[PlanProblem]
