"""What the API is sent: read by orjson, which refuses deep nesting, and checked by pydantic."""

from typing import Annotated, Any, TypeVar

import orjson
from flask import request
from flask_babel import gettext as _
from pydantic import ConfigDict, Field, ValidationError

from studio.contract.wording import field_problems
from studio.core.deferred import Deferred
from studio.core.errors import InvalidInput, TooLarge
from studio.runtime.document.bounds import MAX_BYTES
from studio.runtime.stages.policy import MIN_RUNS, POINTS

LARGEST = 4 * MAX_BYTES
"""Bytes of one request: a document with its indentation, and a sample."""


class Body(Deferred):
    """Base of every body."""

    model_config = ConfigDict(strict=True, extra="forbid")


Seen = Annotated[int, Field(ge=0, le=2**31 - 2)]
Key = Annotated[str, Field(max_length=40)]
Source = Annotated[str, Field(max_length=100_000)]
Sent = TypeVar("Sent", bound=Body)


class Save(Body):
    revision: Seen
    document: Any


class Check(Body):
    document: Any


class AtStep(Body):
    document: Any
    node: Key


class Complete(AtStep):
    source: Source
    position: Annotated[int, Field(ge=0, le=200_000)]
    template: bool = False


class Preview(AtStep):
    source: Source
    template: bool = False
    sample: Any = None


class Test(Body):
    document: Any
    trigger: Key
    sample: Any = None
    live: Annotated[list[Key], Field(max_length=1_000)] = Field(default_factory=list)
    only: Key | None = None
    outputs: Annotated[dict[Key, Any], Field(max_length=1_000)] = Field(default_factory=dict)


class Backtest(Body):
    trigger: Key | None = None
    last: Annotated[int, Field(ge=1, le=10_000)] | None = None
    approvals: Annotated[str, Field(pattern="^(recorded|approved|declined)$")] = "recorded"
    answers: Annotated[str, Field(pattern="^(recorded|sample)$")] = "recorded"


class Stage(Body):
    share: int
    min_runs: int = MIN_RUNS
    points: int = POINTS


class Publish(Body):
    revision: Seen
    note: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""
    stage: Stage | None = None


class Restore(Body):
    revision: Seen


class Enabled(Body):
    enabled: bool


def read(model: type[Sent]) -> Sent:
    """The request's body. Raises InvalidInput with the fields that are wrong."""
    data = request.get_data()
    if len(data) > LARGEST:
        raise TooLarge(_("A request may have at most %(most)d KiB.", most=LARGEST // 1024))
    try:
        sent = orjson.loads(data)
    except (ValueError, UnicodeError):
        raise InvalidInput(_("The body is not JSON, or is nested too deeply."), code="body.not_json") from None
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        found = field_problems(error, "body")
        raise InvalidInput(found[0].message, code="body.invalid", problems=found) from None
