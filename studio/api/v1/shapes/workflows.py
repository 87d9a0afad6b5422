"""Workflows, drafts, versions and triggers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, WithJsonSchema

from studio.api.v1.reading import Body, Paged, Query
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.stages.policy import LEAST_SHARE, MIN_RUNS, MOST_MIN_RUNS, MOST_POINTS, MOST_SHARE, POINTS

EXAMPLE: dict[str, Any] = {
    "schema": "studio.workflow/1",
    "name": "High-value refunds",
    "nodes": [
        {"key": "order", "type": "trigger.webhook", "version": 1, "name": "Order created", "config": {}},
        {
            "key": "large", "type": "condition.if", "version": 1, "name": "Total above €400?",
            "config": {"condition": "trigger.order.total > 400.0"},
        },
    ],
    "edges": [{"from": "order", "port": "next", "to": "large"}],
}  # fmt: skip

_REF = {"x-model": "Document"}
"""Becomes a reference when the document of the API is written."""
SentDocument = Annotated[Any, WithJsonSchema(_REF)]
"""A document in a body: read by the one reader of documents, which names each field that is wrong."""
KeptDocument = Annotated[dict[str, Any], WithJsonSchema(_REF)]
"""A document in an answer, exactly as it was saved."""

Revision = Annotated[int, Field(ge=0, le=2**31 - 2, description="The draft's revision that you have seen.")]
Named = Annotated[str, Field(min_length=1, max_length=120)]
Described = Annotated[str, Field(max_length=5_000)]
_Tag = Annotated[str, Field(max_length=200)]
"""A tag has 30 letters once it is tidied, which the service says."""


class WorkflowInfo(Shape):
    """One workflow, without its document."""

    id: Id
    name: str = Field(examples=["High-value refunds"])
    description: str
    enabled: bool = Field(description="Off: its triggers start nothing.")
    folder: str = Field(description="Empty: it stands outside of folders.", examples=["Refunds"])
    tags: list[str] = Field(examples=[["risk"]])
    owner_id: UUID | None = Field(description="Who is told when a run fails.")
    archived_at: datetime | None = Field(description="Set: hidden, its triggers off.")
    published_version: int | None = Field(description="Null: never published.")
    created_at: datetime
    updated_at: datetime


class WorkflowQuery(Paged):
    """Which workflows."""

    q: str = Field("", max_length=120, description="Part of the name.")
    enabled: bool | None = Field(None, description="Only those that are turned on, or off.")
    folder: str | None = Field(None, max_length=80, description="Only those in this folder; empty: in none.")
    tag: str | None = Field(None, max_length=30, description="Only those with this tag.")
    owner_id: UUID | None = Field(None, description="Only those of this person.")
    archived: bool = Field(False, description="Those that are archived, instead of the others.")


class NewWorkflow(Body):
    """A workflow with an empty draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "High-value refunds"}]})

    name: Named
    description: Described = ""


class WorkflowChange(Body):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Large refunds", "description": "Asks first."}]})

    name: Named | None = None
    description: Described | None = None
    folder: str | None = Field(None, max_length=200, description="Empty: out of any.")
    tags: list[_Tag] | None = Field(None, max_length=50, description="All that it shall have.")
    owner_id: UUID | None = Field(None, description="Somebody with a seat that may edit it.")


class BulkChange(Body):
    """One change of many workflows: of all, or of none. What is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"workflows": ["019a0000-0000-7000-8000-000000000000"], "folder": "Refunds"}]}
    )

    workflows: list[UUID] = Field(max_length=1_000, description="1 to 200.")
    folder: str | None = Field(None, max_length=200)
    add_tags: list[_Tag] = Field(default_factory=list, max_length=50)
    remove_tags: list[_Tag] = Field(default_factory=list, max_length=50)
    owner_id: UUID | None = None
    pause: str | None = Field(
        None, max_length=2_000, description="Why they are paused: events are held, runs that have begun finish."
    )
    archive: bool = False


class Changed(Shape):
    """How many workflows were changed."""

    workflows: int


class Draft(Shape):
    """What the builder shows and saves."""

    revision: int = Field(description="0: nothing was saved yet; this is the published version, or an empty document.")
    document: KeptDocument
    saved_by: str
    saved_at: datetime
    changed: bool = Field(description="Publishing it would change what runs.")


class DraftSave(Body):
    """A document, and the revision that it was made from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1, "document": EXAMPLE}]})

    revision: Revision
    document: SentDocument


class CheckAsk(Body):
    """A document; the draft where it is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": EXAMPLE}]})

    document: SentDocument = None


class FileAsk(Body):
    """A document that may be of a workflow, or of none yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": EXAMPLE}]})

    document: SentDocument
    workflow_id: UUID | None = Field(None, description="The workflow that it would become; left out: one to be made.")


class FixEdit(Shape):
    """One change of a document."""

    op: Literal["remove_step", "remove_edge", "add_edge", "set"] = Field(
        description="`remove_step` takes what stands inside, and its connections, with it."
    )
    node: str | None = Field(description="Of `remove_step` and `set`: the key of the step.")
    edge: dict[str, str] | None = Field(description="Of `remove_edge` and `add_edge`: `from`, `port`, `to`.")
    field: str | None = Field(description="Of `set`: dotted, within the step.", examples=["config.count"])
    value: Any = Field(None, description="Of `set`.")


class Mending(Shape):
    """What mends a problem."""

    title: str = Field(examples=["Try up to 5 times"])
    edits: list[FixEdit] = Field(description="To be done in this order.")


class Finding(Shape):
    """One problem of a document."""

    path: str = Field(description="Dotted path into the document.", examples=["nodes.3.config.url"])
    code: str
    message: str
    severity: Literal["error", "warning"]
    node: str | None = Field(description="The key of its node; null: the workflow as a whole.")
    way: list[str] = Field(description="Keys of the steps of the way that it is about, such as one past a gate.")
    fix: Mending | None = Field(description="Edits that mend it; null: what to do is for people to say.")


class Checked(Shape):
    """What is wrong with a document."""

    publishable: bool = Field(description="No problem is an error.")
    problems: list[Finding]


class Trial(Body):
    """What to try."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"document": EXAMPLE, "trigger": "order", "sample": {"order": {"total": 420}}}]}
    )

    document: SentDocument = Field(None, description="Left out: the draft.")
    trigger: str = Field(max_length=40, description="The key of the trigger that it starts at.")
    sample: Any = Field(None, description="What the trigger brings.")
    live: list[Annotated[str, Field(max_length=40)]] = Field(
        default_factory=list,
        max_length=1_000,
        description="Keys of the steps whose effects happen for real; all others are simulated.",
    )


class TrialStep(Shape):
    """One step of a test-run."""

    node: str
    path: str = Field(description="Iteration path such as `0.3`; empty at the top.")
    attempt: int
    state: str
    port: str | None
    input: Any
    output: Any
    whole: bool = Field(description="Whether `output` is all of it; too large, it is a sentence that says so.")
    error: dict[str, Any] | None
    note: str | None
    duration_ms: int


class TrialResult(Shape):
    """What happened. Nothing of it was kept."""

    state: str = Field(examples=["succeeded"])
    error: dict[str, Any] | None
    duration_ms: int
    steps: list[TrialStep]


class Publish(Body):
    """The revision that was seen, and a note for the history."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1, "note": "Ask above €400"}]})

    revision: Revision
    note: str = Field("", max_length=500)


class StageWish(Body):
    """What to publish to a share of the events, and when it goes back by itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1, "note": "Ask above €400", "share": 10}]})

    revision: Revision
    note: str = Field("", max_length=500)
    share: int = Field(ge=LEAST_SHARE, le=MOST_SHARE, description="Percent of the events that start it.")
    min_runs: int = Field(MIN_RUNS, ge=1, le=MOST_MIN_RUNS, description="It is judged once so many of its runs ended.")
    points: int = Field(
        POINTS, ge=1, le=MOST_POINTS,
        description="It goes back where its share of failed runs lies so many percentage points above the other's.",
    )  # fmt: skip


class StageShare(Body):
    """Another share of the events."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"share": 50}]})

    share: int = Field(ge=LEAST_SHARE, le=MOST_SHARE, description="Percent of the events that start it.")


class VersionFigures(Shape):
    """The runs of one version while both take events, among the workflow's newest 10,000."""

    number: int = Field(examples=[3])
    runs: int
    completed: int
    failed: int
    failing: float | None = Field(description="Percent of the ended runs that failed; null: none has ended.")


class Stage(Shape):
    """Two versions side by side: a new one takes a share of the events, the one from before takes the others."""

    share: int = Field(description="Percent of the events that start the new one.", examples=[10])
    new: VersionFigures
    old: VersionFigures
    min_runs: int
    points: int
    started_at: datetime
    started_by: str
    ended_at: datetime | None = Field(description="null: it goes on.")
    outcome: str | None = Field(
        description="`taken` to everybody, taken `back` by a person, `returned` by itself, `replaced` by another"
        " version, `archived` with its workflow; null: it goes on.",
    )


class Restore(Body):
    """The draft's revision that is overwritten."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 2}]})

    revision: Revision


class VersionInfo(Shape):
    """One published version, without its document."""

    number: int = Field(examples=[3])
    note: str
    published_by: str
    published_at: datetime
    current: bool = Field(description="Triggers start this one.")


class Version(VersionInfo):
    """One published version. It never changes."""

    document: KeptDocument


class VersionsQuery(Query):
    """Which two to compare."""

    before: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Left out: the version that runs, or the one before `after`."
    )
    after: int | None = Field(None, ge=1, le=2**31 - 1, description="Left out: the draft.")


class Difference(Shape):
    """One sentence about one step, connection or setting."""

    kind: str = Field(examples=["added"])
    node: str | None = Field(description="The key of the step that it is about.")
    text: str


class Differences(Shape):
    """What `after` does otherwise than `before`. Layout never counts."""

    before: int | None
    after: int | None = Field(description="null: the draft.")
    changes: list[Difference]


class ExportQuery(Query):
    """What to export."""

    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Left out: the draft.")


class Trigger(Shape):
    """What starts a published workflow."""

    key: str = Field(description="The key of its node.", examples=["order"])
    type: str = Field(examples=["trigger.webhook"])
    active: bool
    address: str | None = Field(
        description="Where to send to. Whoever knows it can start runs, so it is shown only with workflows:write;"
        " null too where the trigger has none."
    )
    next_due_at: datetime | None = Field(description="Of a schedule.")


class Triggers(Shape):
    """All of them: a workflow has few."""

    data: list[Trigger]
