"""Templates of the gallery, and what a workflow is made of."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Shape
from studio.contract.node import Kind


class TemplateLine(Shape):
    """One template."""

    slug: str = Field(examples=["high-value-refunds"])
    name: str
    value: str = Field(description="What it does for a merchant, in a sentence.")
    categories: list[str]
    needs: list[str] = Field(description="What has to be there for it to work, in words.")


class Templates(Shape):
    """All of them, in the gallery's order: a release has few."""

    data: list[TemplateLine]


class OptionView(Shape):
    """One answer to choose."""

    value: str
    label: str


class QuestionView(Shape):
    """What a template asks."""

    key: str
    label: str
    help: str
    kind: Literal["money", "number", "text", "email", "people", "group", "choice", "duration", "connection", "flag"]
    default: Any = Field(description="The answer where none is given, as this workspace would have it.")
    options: list[OptionView] = Field(description="Of a choice.")
    connectors: list[str] = Field(
        description="Of a connection: the kinds of system that it may be; empty otherwise.", examples=[["vendure"]]
    )
    optional: bool = Field(description="Of a connection: the template works without one as well.")
    least: int | float | None
    most: int | float | None


class SampleView(Shape):
    """A realistic event of one trigger."""

    title: str
    trigger: str
    data: dict[str, Any]


class TemplateDetail(TemplateLine):
    """One template with what it asks."""

    questions: list[QuestionView]
    samples: list[SampleView]


class UseTemplate(Body):
    """Answers by the question's key; those left out are the defaults.

    People are a list of their ids, a group is `{"group": name}` or, to make one, `{"name": …, "people": […]}`, a
    duration is `{"amount": 2, "unit": "days"}`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"answers": {}}]})

    answers: dict[str, Any] = Field(default_factory=dict)


class NodeTypeInfo(Shape):
    """One kind of node that a workflow may have."""

    key: str = Field(examples=["condition.if"])
    version: int
    kind: Kind
    effect: Literal["pure", "local", "outside"] = Field(description="What it touches: nothing, Studio, other systems.")
    title: str
    help: str
    ports: list[str] = Field(description="Ways on, before any set-up: a switch has more.")
    port_names: dict[str, str]
    config_schema: dict[str, Any] = Field(alias="schema", description="JSON Schema of its set-up.")
    sample: Any = Field(description="An output such as it gives.")
    is_loop: bool
    is_join: bool
    waits: bool = Field(description="Whether it may pause its run.")


class NodeTypes(Shape):
    """All of them, in the palette's order."""

    data: list[NodeTypeInfo]
