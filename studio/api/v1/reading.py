"""What a request carries: its body and its query, bounded first and then checked by pydantic.

Everything wrong is a 4xx that names the field: no JSON, another content type, too large, too deep, a field that does
not exist, a value that the database could not hold.
"""

import math
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar, get_origin

from flask import request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from studio.contract.wording import field_problems
from studio.core import unstorable
from studio.core.deferred import Deferred
from studio.core.errors import FieldProblem, InvalidInput, StudioError, TooLarge
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.moments import reached

LARGEST = 4 * 1_048_576
"""Bytes of one body: a workflow document with its indentation, and some."""
MAX_DEPTH = 80
"""Levels of one body; a document's own bound lies below."""
JSON = ("application/json",)

Sent = TypeVar("Sent", bound=BaseModel)


Moment = Annotated[AwareDatetime, AfterValidator(reached)]
"""A moment in a body or a query."""


class NotJson(StudioError):
    """The body does not parse."""

    status = 400
    code = "body.not_json"


class WrongType(StudioError):
    """The body is of a type that this operation does not read."""

    status = 415
    code = "body.content_type"


class Body(Deferred):
    """Base of every body: nothing is coerced, nothing unknown is let in."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Query(Deferred):
    """Base of every query: its values are texts, so they are read as what the field wants."""

    model_config = ConfigDict(extra="forbid")


class Paged(Query):
    """The query of a list."""

    limit: int = Field(50, ge=1, le=100, description="How many at most.", examples=[50])
    cursor: str | None = Field(
        None,
        max_length=300,
        pattern=r"^[A-Za-z0-9_=-]+$",
        description="`next_cursor` of the page before. None: the beginning.",
    )


def body_bytes(types: Iterable[str], largest: int = LARGEST) -> bytes:
    """The raw body. Raises WrongType or TooLarge."""
    if (request.content_length or 0) > largest:
        raise _too_large(largest)
    data = request.get_data()
    if len(data) > largest:
        raise _too_large(largest)
    if request.mimetype not in types:
        raise WrongType(
            _(
                "Send this as %(types)s; it came as %(value)s.",
                types=" or ".join(types),
                value=request.mimetype or "nothing",
            )
        )
    return data


def read_body(model: type[Sent]) -> Sent:
    """The JSON body as a model. Raises InvalidInput with the fields that are wrong."""
    data = body_bytes(JSON)
    try:
        plain = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(_("The body is not JSON, or is nested too deeply: %(error)s.", error=error)) from None
    look_over(plain)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _refused(error, "body") from None


def read_nothing() -> None:
    """An operation without a body takes none, or an empty object, so that nobody believes a field was read."""
    data = request.get_data()
    if data.strip() not in (b"", b"{}"):
        raise InvalidInput(_("This operation takes no body."), code="body.unexpected", field="body")


def read_query(model: type[Sent]) -> Sent:
    """The query as a model. A name that does not exist is refused: a filter that is ignored shows too much."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = model.model_fields.get(name)
        is_list = field is not None and get_origin(field.annotation) in (list, tuple)
        if not is_list and len(values) > 1:
            raise InvalidInput(_("This may be given once."), code="query.repeated", field=name)
        given[name] = values if is_list else values[0]
    look_over(given)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refused(error, "query") from None


def look_over(value: object) -> None:
    """Raise InvalidInput for what is too deep, or what no column can hold."""
    stack: list[tuple[object, int, str]] = [(value, 1, "")]
    while stack:
        here, depth, path = stack.pop()
        if depth > MAX_DEPTH:
            words = _("The body is nested more than %(max_depth)s levels deep.", max_depth=MAX_DEPTH)
            raise InvalidInput(words, code="body.too_deep", field=path[:200])
        if isinstance(here, dict):
            for name in here:
                unstorable.check(name, path)
            stack.extend((below, depth + 1, f"{path}.{name}".lstrip(".")) for name, below in here.items())
        elif isinstance(here, list):
            stack.extend((below, depth + 1, f"{path}.{index}".lstrip(".")) for index, below in enumerate(here))
        elif isinstance(here, str):
            unstorable.check(here, path)
        elif isinstance(here, int | float) and not _fits(here):
            raise InvalidInput(_("This number is too large."), code="body.number", field=path[:200])


def below(prefix: str, error: InvalidInput) -> InvalidInput:
    """The same refusal with its paths below a field of the body: `nodes.3.config.url` of a document sent in it."""
    problems = [FieldProblem(_below(prefix, one.path), one.code, one.message) for one in error.problems]
    return InvalidInput(error.message, code=error.code, resource=error.resource, problems=problems)


def _below(prefix: str, path: str) -> str:
    return prefix if path in ("", prefix) else f"{prefix}.{path}"


def _fits(number: float) -> bool:
    """Whether JSON columns keep it: 64 bits as a whole number, finite as a float."""
    return math.isfinite(number) if isinstance(number, float) else -(2**63) <= number < 2**63


def _too_large(largest: int) -> TooLarge:
    return TooLarge(
        _("A body may have at most %(largest)s KiB.", largest=separated(largest // 1024)), code="body.too_large"
    )


def _refused(error: ValidationError, family: str) -> InvalidInput:
    found = field_problems(error, family)
    return InvalidInput(found[0].message, code=f"{family}.invalid", problems=found)
