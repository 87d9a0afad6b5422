"""Runs, their steps and notes; events; signals."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from studio.api.v1.reading import Body, Moment, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime import notes
from studio.runtime.history.filters import RunFilter, read
from studio.runtime.outcomes import RunState, Verdict
from studio.runtime.service.settling import Finding

Json = Annotated[Any, Field(description="Any JSON value.")]


class RunQuery(Paged):
    """Which runs."""

    workflow_id: Id | None = Field(None, description="Of one workflow.")
    state: list[RunState] = Field([], max_length=8, description="In one of these states; may be repeated.")
    since: Moment | None = Field(None, description="Started at this moment or later.")
    until: Moment | None = Field(None, description="Started before this moment.")
    q: str = Field(
        "",
        max_length=120,
        description="Words of the title or of the trigger's data, or their beginnings; a run's whole id.",
    )
    version: int | None = Field(None, ge=1, description="Number of a version of that workflow; with `workflow_id`.")
    error: str | None = Field(None, max_length=80, description="The error's code.", examples=["http.status"])
    fingerprint: str | None = Field(None, description="Errors of one cause, as top errors name it.")
    node: str | None = Field(None, max_length=40, description="Key of the step that the error came from.")
    trigger: str | None = Field(None, max_length=80, description="Type of the trigger.", examples=["trigger.webhook"])
    connection: str | None = Field(None, max_length=60, description="Name of a connection that a step used.")
    approver_id: Id | None = Field(None, description="Who answered for it.")
    label: list[str] = Field([], max_length=5, description="`key:value` of a label; all that are given must be there.")
    after: Id | None = Field(
        None,
        description="A run's id: those just newer than it, newest first, for following the list; instead of `cursor`. "
        "Where nothing is new it costs one look at an index.",
    )

    def wanted(self) -> RunFilter:
        """As the page's address would say it, and checked like it. Raises InvalidInput."""
        single = {
            "workflow": self.workflow_id, "q": self.q or None, "version": self.version, "error": self.error,
            "fingerprint": self.fingerprint, "node": self.node, "trigger": self.trigger,
            "connection": self.connection, "approver": self.approver_id,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }  # fmt: skip
        pairs = [(name, str(value)) for name, value in single.items() if value is not None]
        pairs += [("state", state) for state in self.state] + [("label", one) for one in self.label]
        found, problems = read(pairs)
        if problems:
            raise InvalidInput(problems[0].message, code="query.invalid", problems=[_named(one) for one in problems])
        return found


def _named(problem: FieldProblem) -> FieldProblem:
    """By the name that the API has for it."""
    own = {"workflow": "workflow_id", "approver": "approver_id"}
    return FieldProblem(own.get(problem.path, problem.path), problem.code, problem.message)


class RunLine(Shape):
    """One run in a list."""

    id: Id
    title: str = Field(examples=["Order 6021"])
    state: RunState
    workflow_id: Id
    workflow_name: str
    waiting_for: str | None = Field(description="Kind of what it waits for, such as `approval`.")
    error: dict[str, Any] | None = Field(description="Of what ended it: `code`, `message`, `node`, `path`.")
    rerun_of: Id | None
    version: int | None = Field(description="Number of its version.")
    created_at: datetime
    finished_at: datetime | None


class HeldView(Shape):
    """Why a run has not started, or not gone on, though nothing but a limit is in its way."""

    why: Literal["turn", "place", "rate", "soon"] = Field(
        description="Another run of its key is going; so many execute already; so many have started; not for long."
    )
    run_id: Id | None = Field(description="The run whose turn it is.")
    limit: int
    per_s: float
    at: datetime | None = Field(description="When it starts, as far as that is known.")


class StepLine(Shape):
    """One attempt of one node in one iteration."""

    id: Id
    node: str = Field(description="The node's key.", examples=["call"])
    name: str
    type: str = Field(examples=["action.http"])
    path: str = Field(description="Iteration path such as `0.3`; empty outside of loops.")
    attempt: int
    state: str = Field(examples=["succeeded"])
    port: str | None = Field(description="The port behind which the run went on.")
    note: str | None
    input: Json
    output: Json
    payloads_left_out: bool = Field(
        description="Input and output are null here because all together are too much for one answer: "
        "ask for the step itself."
    )
    error: dict[str, Any] | None
    approval_id: Id | None = Field(description="The request that it waits or waited for.")
    started_at: datetime
    finished_at: datetime | None


class NoteView(Shape):
    """A remark on a run."""

    id: Id
    text: str
    author: str
    created_at: datetime


class RunDetail(RunLine):
    """One run with its steps, in the order of the first attempts. Secrets are redacted."""

    version: int
    version_id: Id
    mode: str = Field(examples=["live"])
    held: HeldView | None = Field(description="What it waits for at its workflow's limits; null: it does not.")
    trigger: str = Field(description="The key of the trigger that it started at.")
    input: Json
    rerun_from: str | None = Field(description="The step that it started again from; null: the beginning.")
    reruns: list[Id] = Field(description="Runs that repeat this one.")
    parent_run_id: Id | None = Field(description="The run that called this one.")
    called: list[Id] = Field(description="Runs that this one called, oldest first; 200 at most.")
    started_at: datetime | None
    steps: list[StepLine]
    steps_cut: bool = Field(description="More steps exist than are shown.")
    notes: list[NoteView]
    labels: dict[str, str] = Field(description="What steps said about it, and by which it is found.")


class StartRun(Body):
    """Data for a run that is started by hand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"data": {"order": {"id": "6021"}}}]})

    trigger: str | None = Field(
        None, max_length=40, description="The key of the trigger. Left out: the one “by hand”, else the first."
    )
    data: dict[str, Any] = Field(default_factory=dict, description="What the trigger brings.")


class CancelRun(Body):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The order was withdrawn."}]})

    reason: str = Field("", max_length=500)


class Settle(Body):
    """What somebody found out about a run that needs a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"finding": "arrived"}]})

    finding: Finding


class NewNote(Body):
    """A remark."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The carrier confirmed the loss."}]})

    text: str = Field(min_length=1, max_length=notes.LONGEST)

    @field_validator("text")
    @classmethod
    def _something(cls, text: str) -> str:
        if not text.strip():
            raise ValueError(_("Write something: a note of blanks alone says nothing."))
        return text


class EventLine(Shape):
    """Something that a workflow received."""

    id: Id
    type: str = Field(description="The trigger's type.", examples=["trigger.webhook"])
    verdict: Verdict
    reason: str | None = Field(description="Why it started nothing.")
    run_id: Id | None = Field(description="The run that it started, or that it repeats.")
    dedup_key: str | None
    received_at: datetime


class Signal(Body):
    """What runs are waiting to hear."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"key": "6021", "payload": {"tracking": "JD0002"}}]}
    )  # fmt: skip

    key: str = Field(min_length=1, max_length=160, description="Tells one run's signal from another's.")
    payload: Json = None


class Heard(Shape):
    """What came of a signal."""

    heard: int = Field(description="So many waits ended. 0: nobody waited for it, and it is not kept.", examples=[1])
