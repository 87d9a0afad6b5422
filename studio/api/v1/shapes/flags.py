"""Feature flags, what holds of them in each environment, their versions, segments and environments."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Paged, Query
from studio.api.v1.shapes.common import Id, Shape

_KIND = Literal["boolean", "string", "number", "json"]
_PURPOSE = Literal["release", "experiment", "operational", "kill-switch", "permission"]
_PLACE = Literal["production", "staging", "development"]
_BETA: Any = {
    "name": "flexibleRollout", "title": "Beta",
    "parameters": {"rollout": "25", "stickiness": "default", "groupId": "new-checkout"},
    "constraints": [{"contextName": "country", "operator": "IN", "values": ["DE", "AT"]}],
}  # fmt: skip
_CONSTRAINT: Any = {"contextName": "plan", "operator": "IN", "values": ["pro"]}

Documents = Annotated[list[dict[str, Any]], Field(max_length=200)]
Note = Annotated[str, Field(max_length=500, description="Why, for whoever reads its history.")]
Seen = Annotated[
    int | None,
    Field(ge=1, le=2**31 - 2, description="The version that you have seen: a newer one refuses this. Null: whatever."),
]


class Held(Shape):
    """What holds of a flag in one environment."""

    environment: str = Field(examples=["production"])
    enabled: bool
    percent: float = Field(description="The largest share that gets it, in per cent.", examples=[25.0])


class FlagLine(Shape):
    """One flag of the list."""

    key: str = Field(description="What code asks for.", examples=["new-checkout"])
    description: str
    kind: _KIND = Field(description="What it gives.")
    purpose: _PURPOSE
    version: int = Field(description="Its newest; it and what holds in its environments count together.")
    environments: list[Held]
    stale: Literal["old", "one-sided"] | None = Field(description="Why it has probably outlived its purpose.")
    workflows: list[str] = Field(description="Names of those that ask for it or set it.")
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None


class Setting(Shape):
    """All that holds of a flag in one environment, in Unleash's form."""

    environment: str = Field(examples=["production"])
    enabled: bool
    strategies: list[dict[str, Any]] = Field(
        description="The first that holds decides; none: on for everybody.", examples=[[_BETA]]
    )
    variants: list[dict[str, Any]]
    percent: float = Field(description="The largest share that gets it, in per cent.", examples=[25.0])
    version: int = Field(description="Of the flag: send it with the next change.")


class FlagInfo(Shape):
    """One flag with what holds everywhere and in each environment."""

    id: Id
    key: str = Field(examples=["new-checkout"])
    description: str
    kind: _KIND
    purpose: _PURPOSE
    value_schema: dict[str, Any] | None = Field(description="JSON Schema of its values, where it gives JSON.")
    off_value: Any = Field(description="What it gives where it is off; a yes-or-no flag: null.")
    dependencies: list[dict[str, Any]] = Field(examples=[[{"feature": "checkout", "enabled": True, "variants": []}]])
    impression_data: bool
    owner_id: UUID | None
    version: int
    settings: list[Setting]
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None


class FlagList(Paged):
    """Which flags."""

    q: str = Field("", max_length=120, description="Part of the key or the description.")
    kind: _KIND | None = None
    purpose: _PURPOSE | None = None
    environment: str = Field("", max_length=60, description="Where `state` holds; empty: in any.")
    state: Literal["on", "off"] | None = None
    stale: bool = Field(False, description="Those alone that have probably outlived their purpose.")
    archived: bool = Field(False, description="The archived ones instead.")


class _About(Body):
    description: str = Field("", max_length=4_000)
    purpose: _PURPOSE = "release"
    value_schema: dict[str, Any] | None = None
    off_value: Any = None
    dependencies: Documents = Field(default_factory=list)
    impression_data: bool = Field(False, description="Clients tell their own analytics each time it is asked for.")
    owner_id: Annotated[UUID, Field(strict=False)] | None = Field(None, description="A member of the workspace.")
    note: Note = ""


class NewFlag(_About):
    """A flag that is off everywhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"key": "new-checkout", "kind": "boolean"}]})

    key: str = Field(min_length=1, max_length=100, description="What code asks for; never changes.")
    kind: _KIND = "boolean"


class FlagChange(_About):
    """All that is the flag's own. What is left out becomes empty."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"description": "The new checkout", "version": 1}]})

    version: Seen = None


class SettingChange(Body):
    """All that shall hold in one environment, in Unleash's form."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "enabled": True, "strategies": [_BETA], "variants": [], "note": "A quarter of Germany", "version": 1,
    }]})  # fmt: skip

    enabled: bool
    strategies: Documents
    variants: Documents = Field(default_factory=list)
    note: Note = ""
    version: Seen = None


class Why(Body):
    """Why, and what was seen before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Ready for everybody", "version": 1}]})

    note: Note = ""
    version: Seen = None


class Archive(Why):
    """Why a flag goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Everybody has it", "version": 1}]})

    even_if_named: bool = Field(False, description="Also where workflows name it: their steps take it as off.")


class FlagVersions(Paged):
    """Which versions."""

    environment: str = Field("", max_length=60, description="Of it and of the flag itself; empty: all.")


class Difference(Shape):
    """One field before and after."""

    field: str = Field(examples=["strategies.Beta.parameters.rollout"])
    before: Any = Field(examples=["10"])
    after: Any = Field(examples=["25"])


class FlagVersionInfo(Shape):
    """What was changed, why and by whom."""

    number: int
    environment: str | None = Field(description="Null: what is the flag's own.", examples=["production"])
    changes: list[Difference]
    note: str
    restored: int | None = Field(description="The version that was brought back.")
    cause: str = Field(description="A person, or the run, rollout or experiment that did it.", examples=["Anna"])
    run_id: UUID | None
    at: datetime


class FlagVersionState(FlagVersionInfo):
    """The same with all that held after it."""

    state: dict[str, Any]


class Ask(Body):
    """For whom a flag is looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "context": {"userId": "4711", "properties": {"country": "DE"}},
    }]})  # fmt: skip

    context: dict[str, Any] = Field(description="As clients of Unleash send it.")


class FlagAnswer(Shape):
    """What a flag gives, and how that came about."""

    flag: str
    environment: str
    enabled: bool
    variant: str | None = Field(description="Null: none.")
    value: Any = Field(description="Of the flag's kind; its off value where it is off.")
    facts: list[dict[str, Any]] = Field(
        description="What was looked at, in its order; `code` names the kind.",
        examples=[[{"code": "switched_off", "feature": "new-checkout"}]],
    )


class SegmentInfo(Shape):
    """Constraints with a name."""

    id: Id
    number: int = Field(description="What strategies name it by.", examples=[1])
    name: str = Field(examples=["Professionals"])
    description: str
    constraints: list[dict[str, Any]] = Field(description="All have to hold.", examples=[[_CONSTRAINT]])
    version: int
    flags: list[str] = Field(description="Keys of those that mean it.")
    changed_at: datetime
    archived_at: datetime | None


class SegmentList(Query):
    """Which segments."""

    archived: bool = Field(False, description="The archived ones as well.")


class NewSegment(Body):
    """A segment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Pros", "constraints": [_CONSTRAINT]}]})

    name: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=4_000)
    constraints: Documents
    note: Note = ""


class SegmentChange(NewSegment):
    """All of a segment. Flags that name it mean others from then on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "name": "Professionals", "constraints": [_CONSTRAINT], "version": 1,
    }]})  # fmt: skip

    version: Seen = None


class EnvironmentInfo(Shape):
    """A place in which flags are evaluated."""

    id: Id
    name: str = Field(description="What keys, steps and addresses name it by; never changes.", examples=["production"])
    title: str = Field(examples=["Production"])
    kind: _PLACE = Field(description="In production, changes are a protected action.")
    position: int
    revision: int = Field(description="Grows with each change that its clients would see.")
    created_at: datetime
    retired_at: datetime | None


class NewEnvironment(Body):
    """Another place."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"name": "staging", "title": "Staging", "kind": "staging"},
    ]})  # fmt: skip

    name: str = Field(min_length=1, max_length=60)
    title: str = Field("", max_length=80, description="Empty: as its name.")
    kind: _PLACE


class EnvironmentChange(Body):
    """Another title."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Live"}]})

    title: str = Field(min_length=1, max_length=80)


class EnvironmentOrder(Body):
    """In which order pages show them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"names": ["production", "development"]}]})

    names: list[Annotated[str, Field(max_length=60)]] = Field(max_length=50, description="Each once.")
