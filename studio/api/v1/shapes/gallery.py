"""Templates of the gallery, and what a workflow is made of."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Shape
from studio.contract.node import Kind as NodeKind
from studio.gallery.template import Kind


class TemplateLine(Shape):
    """One template."""

    slug: str = Field(examples=["high-value-refunds"])
    name: str
    value: str = Field(description="What it does for a merchant, in a sentence.")
    categories: list[str]
    needs: list[str] = Field(description="What has to be there for it to work, in words.")
    number: int | None = Field(
        default=None, description="Of the workspace's own templates: the version. Null: one of Studio's."
    )
    archived: bool = Field(default=False, description="Of the workspace's own: whether it is offered no more.")
    facets: list[str] = Field(
        default_factory=list,
        description="What it needs, for programs: `approval`, `gate`, `flag`, `export`, `connection:<kind>`, `alone`.",
        examples=[["approval", "connection:shopify"]],
    )


class TemplateQuery(Query):
    """Which templates."""

    needs: str = Field(default="", max_length=80, description="One facet that has to hold.", examples=["approval"])
    archived: bool = Field(default=False, description="The workspace's own that are archived, instead of all others.")


class Templates(Shape):
    """All of them, in the gallery's order: the workspace's own, at most 200, then Studio's."""

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
    kind: Kind
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


class KeepTemplate(Body):
    """A workflow as a template, or as the next version of one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Refunds", "value": "Asks.", "category": "Own"}]}
    )

    name: str = Field(max_length=80)
    value: str = Field(max_length=300, description="What it does for somebody, in a sentence.")
    category: str = Field(max_length=40)
    number: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="Which version of the workflow; null: its draft."
    )
    asked: dict[Annotated[str, Field(max_length=300)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict,
        max_length=20,
        description="By the key of an askable value, what the wizard calls it; empty: as its step and field.",
    )
    note: str = Field(default="", max_length=500, description="What is new, for whoever uses an older version.")
    template: str | None = Field(
        default=None, max_length=80, description="The slug of the template that gets a version."
    )


class AskableView(Shape):
    """One value of a workflow that a template may ask for."""

    key: str = Field(examples=["large.condition@22"])
    kind: Literal["number", "text", "email", "duration", "people"]
    step: str
    field: str
    value: Any


class Askables(Shape):
    """All of them, in the order of the steps."""

    data: list[AskableView]


class AskableQuery(Query):
    """Of which version."""

    number: int | None = Field(default=None, ge=1, le=2**31 - 1, description="Null: the draft.")


class ImportQuery(Query):
    """What becomes of a file."""

    template: str | None = Field(
        default=None, max_length=80, description="The slug of the template that gets a version."
    )
    note: str = Field(default="", max_length=500, description="What is new, for whoever uses an older version.")


class TemplateNews(Shape):
    """A newer version of the template that a workflow follows."""

    template: str = Field(description="Its slug.")
    was: int | None = Field(description="The version that the workflow follows; null: Studio's have no numbers.")
    number: int | None
    note: str
    revision: int = Field(description="Of the draft: taking it names the one that was seen.")
    changes: list[str] = Field(description="What would change in the draft, in words.")
    kept: list[str] = Field(description="Steps in which the draft's own changes stay over the template's.")
    ways: list[str] = Field(description="Where both sides lead on differently, in words; the draft's way stays.")


class TakeUpdate(Body):
    """The draft that was seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 3}]})

    revision: int = Field(ge=0)


class NodeTypeInfo(Shape):
    """One kind of node that a workflow may have."""

    key: str = Field(examples=["condition.if"])
    version: int
    kind: NodeKind
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
