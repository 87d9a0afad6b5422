"""What all answers share: lists with a cursor, problems, and a list that is cut out of a short one."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import ConfigDict, Field

from studio.core.deferred import Deferred
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id

Item = TypeVar("Item")
Row = TypeVar("Row")

Id = Annotated[UUID, Field(examples=["019a0000-0000-7000-8000-000000000000"])]


class Shape(Deferred):
    """Base of every answer. It may be filled from a row of the same names."""

    model_config = ConfigDict(from_attributes=True)


class ListOf(Shape, Generic[Item]):
    """One page of a list."""

    data: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null: this was the last.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`RunLineList` reads better in the document than what pydantic would call it."""
        return f"{params[0].__name__}List"


class FieldError(Shape):
    """What is wrong with one field."""

    path: str = Field(description="Dotted path into what was sent.", examples=["document.nodes.3.config.url"])
    code: str = Field(examples=["document.required"])
    message: str = Field(examples=["This field is required."])


class Problem(Shape):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    code: str = Field(description="For programs; stays the same when sentences change.", examples=["body.invalid"])
    detail: str = Field(description="A sentence for people.", examples=["This field is required."])
    resource: str | None = Field(examples=["workflow:019a0000-0000-7000-8000-000000000000"])
    errors: list[FieldError]
    request_id: str | None = Field(description="Names this request in Studio's log and audit trail.")


def cursor_id(cursor: str | None) -> UUID | None:
    """The id that a cursor names. Raises InvalidInput where it is no cursor of ours."""
    if cursor is None:
        return None
    found = parse_id(cursor)
    if found is None:
        raise _no_cursor()
    return found


def cursor_number(cursor: str | None) -> int | None:
    """The number that a cursor names. Raises InvalidInput where it is no cursor of ours."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise _no_cursor()
    return int(cursor)


def written(cursor: UUID | None) -> str | None:
    """An id as a cursor."""
    return cursor.hex if cursor is not None else None


def cut(
    rows: Sequence[Row], key: Callable[[Row], UUID], cursor: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """A page of a list that is short enough to be read whole, in the order of its ids."""
    after = cursor_id(cursor)
    rest = sorted((row for row in rows if after is None or key(row) > after), key=key)
    page = rest[:limit]
    return page, written(key(page[-1])) if len(rest) > limit else None


def _no_cursor() -> InvalidInput:
    return InvalidInput(_("This is no cursor of this list."), code="query.cursor", field="cursor")
