"""A filter as a condition of the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from studio.api.scim.errors import ScimError
from studio.api.scim.filters import BadFilter, Both, Compare, Either, Negated, Node, Present, parse
from studio.core.i18n import gettext as _

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a filter may ask for: how a value compares, and whether there is one."""

    compared: Callable[[str, Any], Condition | None]
    """None: that operator or value does not go with it."""
    present: Condition


def condition(text: str | None, attributes: Mapping[str, Attribute]) -> Condition:
    """What a filter asks for; none: everything. Names of `attributes` are in lower case. Raises ScimError."""
    if not text:
        return true()
    try:
        return _of(parse(text), attributes)
    except BadFilter as error:
        raise _bad(str(error)) from None


def text(column: ColumnElement[Any] | InstrumentedAttribute[Any], *, exact: bool = False) -> Attribute:
    """A text, compared in any case unless it is an exact one."""
    held = column if exact else func.lower(column)

    def compared(operator: str, value: Any) -> Condition | None:
        if not isinstance(value, str):
            return {"eq": column.is_(None), "ne": column.is_not(None)}.get(operator) if value is None else None
        said = value if exact else value.lower()
        return {
            "eq": lambda: held == said, "ne": lambda: or_(held != said, column.is_(None)),
            "co": lambda: held.contains(said, autoescape=True),
            "sw": lambda: held.startswith(said, autoescape=True),
            "ew": lambda: held.endswith(said, autoescape=True),
            "gt": lambda: held > said, "ge": lambda: held >= said, "lt": lambda: held < said,
            "le": lambda: held <= said,
        }[operator]()  # fmt: skip

    return Attribute(compared, and_(column.is_not(None), column != ""))


def truth(is_true: Condition) -> Attribute:
    """Yes or no."""

    def compared(operator: str, value: Any) -> Condition | None:
        said = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(said, bool) or operator not in ("eq", "ne"):
            return None
        return is_true if said is (operator == "eq") else not_(is_true)

    return Attribute(compared, true())


def fixed(value: str) -> Attribute:
    """A text that is the same for all."""
    return text(literal(value))


def key(matching: Callable[[str], Condition]) -> Attribute:
    """An id, which is equal or not."""

    def compared(operator: str, value: Any) -> Condition | None:
        if not isinstance(value, str) or operator not in ("eq", "ne"):
            return None
        return matching(value) if operator == "eq" else not_(matching(value))

    return Attribute(compared, true())


def _of(node: Node, attributes: Mapping[str, Attribute]) -> Condition:
    match node:
        case Both(left, right):
            return and_(_of(left, attributes), _of(right, attributes))
        case Either(left, right):
            return or_(_of(left, attributes), _of(right, attributes))
        case Negated(inner):
            return not_(func.coalesce(_of(inner, attributes), false()))
        case Present(name):
            return _known(name, attributes).present
        case Compare(name, operator, value):
            found = _known(name, attributes).compared(operator, value)
            if found is None:
                raise _bad(f"{name} does not go with {operator} and that value")
            return found


def _known(name: str, attributes: Mapping[str, Attribute]) -> Attribute:
    found = attributes.get(name)
    if found is None:
        raise _bad(f"{name} cannot be asked for")
    return found


def _bad(why: str) -> ScimError:
    return ScimError(_("The filter cannot be read: %(why)s.", why=why), "invalidFilter")
