"""Two runs side by side."""

from typing import Any, Literal

from pydantic import Field

from studio.api.v1.reading import Query
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.outcomes import RunState


class ComparisonQuery(Query):
    """With which run."""

    other_id: Id | None = Field(
        None, description="The other run; without it the run that this one repeats, else the last success before it."
    )


class ComparedRun(Shape):
    """One of the two."""

    id: Id
    title: str
    state: RunState
    workflow_id: Id
    version: int


class DifferenceView(Shape):
    """One field that only one of the two has, or that differs."""

    path: str = Field(description="Empty: the whole.", examples=["body.lines[2].sku"])
    kind: Literal["added", "removed", "changed"]
    before: Any = Field(description="In this run; null where only the other has it.")
    after: Any = Field(description="In the other run; null where only this one has it.")


class ComparedView(Shape):
    """How two values differ."""

    differences: list[DifferenceView] = Field(description="The first 20.")
    more: bool = Field(description="There are more.")
    alike: int = Field(description="Fields that are the same in both, as far as it was looked.")


class ComparedStep(Shape):
    """One step at one iteration, in both runs."""

    node: str
    name: str
    path: str = Field(description="Iteration such as `0.3`; empty outside of loops.")
    differs: bool = Field(description="In how it ended, its port, or what it gave.")
    state: str | None = Field(description="In this run; null: it did not come there.")
    other_state: str | None = Field(description="In the other run; null: it did not come there.")
    output: ComparedView | None = Field(
        description="How what it gave differs; null where one of them gave nothing, or beyond the first MiB of a run."
    )


class ComparisonView(Shape):
    """A run beside another one."""

    one: ComparedRun
    other: ComparedRun
    received: ComparedView = Field(description="What started them.")
    differing: int = Field(description="Steps that differ.")
    steps: list[ComparedStep]
    cut: bool = Field(description="One of them has more steps than are compared.")
