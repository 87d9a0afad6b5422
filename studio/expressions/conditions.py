"""Conditions as rows of a form, and the expression they stand for.

A group is ``{"match": "all" | "any", "rows": [row or group, …]}``. A row is one of

- ``{"field": "trigger.order.total", "operator": "greater_than", "value": 100}``, where the value
  is a JSON scalar, a list of them for ``one_of``, or ``{"field": "trigger.limit"}``; operators of
  ``UNARY`` take no value; ``"ignore_case": true`` goes with text operators;
- ``{"list": "trigger.order.lines", "holds_for": "any" | "all" | "none", "where": group}``, where
  fields of one entry are written ``entry.sku``. “All” wants at least one entry.

``cel_to_conditions(conditions_to_cel(rows))`` gives ``normal(rows)``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studio.core.i18n import gettext as _
from studio.expressions.errors import ExpressionError
from studio.expressions.limits import MAX_SOURCE
from studio.expressions.paths import quoted
from studio.expressions.problems import Problem
from studio.expressions.program import compile_expression

Row = dict[str, Any]
ENTRY = "entry"
"""The name of a list's entry in the rows of ``where``."""
_MAX_DEPTH = 6

COMPARISONS = {
    "equals": "==",
    "not_equals": "!=",
    "greater_than": ">",
    "at_least": ">=",
    "less_than": "<",
    "at_most": "<=",
}
TEXT = {
    "contains": "contains",
    "starts_with": "startsWith",
    "ends_with": "endsWith",
    "matches": "matches",
}
"""Operators that are methods of a text; each also as ``not_…``."""
DATES = {"before": "<", "after": ">"}
NOW = "timestamp(run.started_at)"
RELATIVE = frozenset({"in_last", "in_next", "longer_ago"})
"""Operators that compare a date with the beginning of the run; their value is an amount of a unit."""
_MINUTES = {"days": 24 * 60, "hours": 60, "minutes": 1}
_LONGEST = 1_000 * 366 * 24 * 60
ZONE = "workspace.time_zone"
WEEKDAYS = (1, 2, 3, 4, 5)
ON_WEEKDAY = "on_weekday"
"""By the workspace's clock."""
UNARY = frozenset({"is_present", "is_missing", "is_empty", "is_not_empty", ON_WEEKDAY, f"not_{ON_WEEKDAY}"})
CASELESS = frozenset({"equals", "not_equals", "contains", "starts_with", "ends_with"})
"""Operators that ``ignore_case`` goes with (and the ``not_…`` of each)."""


def conditions_to_cel(rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """The expression of a group (a bare list means “all”); no rows at all are ``true``.

    Raises ExpressionError (``expression.condition``, or a code of Problem) for rows that cannot
    be written.
    """
    group = normal(rows)
    source = _group(group) if group["rows"] else "true"
    if len(source) > MAX_SOURCE:
        raise _refused(
            _("There are too many conditions for one step. Split them over two."),
            "expression.too_long",
        )
    compile_expression(source)
    return source


def normal(rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Row:
    """The same conditions in the one form that a round trip keeps.

    Groups within a group of the same kind, and groups of one row, are dissolved; values that
    ignore case are in small letters. Raises ExpressionError for what is no group of rows.
    """
    group = rows if isinstance(rows, Mapping) else {"match": "all", "rows": list(rows)}
    flat = _flat(group, 0)
    if len(flat["rows"]) == 1 and "rows" in flat["rows"][0]:
        return _flat(flat["rows"][0], 0)
    return {"match": flat["match"] if len(flat["rows"]) > 1 else "all", "rows": flat["rows"]}


def _flat(group: Mapping[str, Any], depth: int) -> Row:
    match, rows = group.get("match", "all"), group.get("rows")
    if match not in ("all", "any") or not isinstance(rows, list):
        raise _refused(_("A group of conditions is “all” or “any” of its rows."))
    if depth > _MAX_DEPTH:
        raise _refused(_("The conditions are nested too deeply."))
    found: list[Row] = []
    for row in rows:
        if not isinstance(row, Mapping):
            raise _refused(_("A condition has a field, an operator and a value."))
        found += _flat_rows(row, match, depth)
    return {"match": match, "rows": found}


def _flat_rows(row: Mapping[str, Any], match: str, depth: int) -> list[Row]:
    if "list" in row:
        where = row.get("where")
        if not isinstance(where, Mapping | list):
            raise _refused(_("A condition on a list says what holds for its entries."))
        inner = normal(where)
        if not inner["rows"]:
            raise _refused(_("A condition on a list says what holds for its entries."))
        return [{"list": _path(row["list"]), "holds_for": row.get("holds_for"), "where": inner}]
    if "rows" not in row:
        return [_row(row)]
    inner = _flat(row, depth + 1)
    if not inner["rows"]:
        raise _refused(_("A group of conditions is empty. Remove it or add a row."))
    if len(inner["rows"]) == 1 or inner["match"] == match:
        rows: list[Row] = inner["rows"]
        return _dissolved(rows, match)
    return [inner]


def _dissolved(rows: list[Row], match: str) -> list[Row]:
    return [inner for row in rows for inner in (row["rows"] if "rows" in row and row["match"] == match else [row])]


def _row(row: Mapping[str, Any]) -> Row:
    operator = row.get("operator")
    found: Row = {"field": _path(row.get("field")), "operator": operator}
    if operator in UNARY:
        return found
    value = row.get("value")
    if operator in RELATIVE:
        return {**found, "value": _span(value)}
    if isinstance(value, Mapping):
        value = {"field": _path(value.get("field"))}
    if row.get("ignore_case") is True:
        if not isinstance(value, str) or str(operator).removeprefix("not_") not in CASELESS | {"equals"}:
            raise _refused(_("Only a comparison with a text can ignore capital letters."))
        return {**found, "value": value.lower(), "ignore_case": True}
    return {**found, "value": value}


def _span(value: object) -> Row:
    """An amount in the largest unit that takes it whole: 48 hours are written as 2 days are."""
    given = value if isinstance(value, Mapping) else {}
    amount, minutes = given.get("amount"), _MINUTES.get(str(given.get("unit")))
    if type(amount) is not int or minutes is None or not 0 < amount * minutes <= _LONGEST:
        raise _refused(_("A length of time is a whole number of minutes, hours or days."))
    return next(
        {"amount": amount * minutes // size, "unit": unit}
        for unit, size in _MINUTES.items()
        if amount * minutes % size == 0
    )


def _path(field: object) -> str:
    if not isinstance(field, str) or not field:
        raise _refused(_("A condition names a field, such as trigger.order.total."))
    program = compile_expression(field)
    if program.path is None:
        raise _refused(_("“%(field)s” is not the path of a field, such as trigger.order.total.", field=field[:80]))
    return program.uses[0].text


def _refused(message: str, code: str = "expression.condition") -> ExpressionError:
    return ExpressionError(Problem(code, message, ""))


# Writing


def _group(group: Row) -> str:
    glue = " && " if group["match"] == "all" else " || "
    return glue.join(f"({_group(row)})" if "rows" in row else _written(row) for row in group["rows"])


def _written(row: Row) -> str:
    if "list" in row:
        return _quantified(row)
    field, operator = row["field"], row["operator"]
    if operator in UNARY:
        return _unary(field, operator)
    value = row["value"]
    if operator in RELATIVE:
        return _relative(field, operator, value)
    left = f"lower({field})" if row.get("ignore_case") else field
    if operator in COMPARISONS:
        return f"{left} {COMPARISONS[operator]} {_value(value)}"
    if operator in DATES:
        return f"timestamp({field}) {DATES[operator]} timestamp({_value(value)})"
    positive = str(operator).removeprefix("not_")
    text = _positive(left, positive, value)
    if text is None:
        raise _refused(_("There is no condition “%(operator)s”.", operator=str(operator)[:40]))
    return text if positive == operator else f"!({text})"


def _positive(left: str, operator: str, value: object) -> str | None:
    if operator in TEXT:
        return f"{left}.{TEXT[operator]}({_value(value)})"
    if operator == "one_of":
        if not isinstance(value, list):
            raise _refused(_("“One of” needs a list of values."))
        return f"{left} in [{', '.join(_value(one) for one in value)}]"
    if operator == "includes":
        return f"{_value(value)} in {left}"
    return None


def _relative(field: str, operator: str, value: Row) -> str:
    """Both ends are asked for: a date to come is not in the last week."""
    amount, unit = value["amount"], value["unit"]
    span = f'duration("{amount}m")' if unit == "minutes" else f'duration("{amount * _MINUTES[unit] // 60}h")'
    date = f"timestamp({field})"
    if operator == "longer_ago":
        return f"{date} < {NOW} - {span}"
    first, last = (f"{NOW} - {span}", NOW) if operator == "in_last" else (NOW, f"{NOW} + {span}")
    return f"({date} >= {first} && {date} <= {last})"


def _unary(field: str, operator: str) -> str:
    if operator.endswith(ON_WEEKDAY):
        within = f"timestamp({field}).getDayOfWeek({ZONE}) in [{', '.join(map(str, WEEKDAYS))}]"
        return within if operator == ON_WEEKDAY else f"!({within})"
    if operator in ("is_empty", "is_not_empty"):
        return f"size({field}) {'==' if operator == 'is_empty' else '!='} 0"
    if field.endswith("]"):
        start = field.rindex("[") if '"' not in field else _last_bracket(field)
        present = f"{field[:start]}[?{field[start + 1 :]}.hasValue()"
    elif "." not in field:
        raise _refused(_("Whether it is there can only be asked of a field, such as trigger.note."))
    else:
        present = f"has({field})"
    return present if operator == "is_present" else f"!{present}"


def _last_bracket(field: str) -> int:
    segments = compile_expression(field).uses[0].segments
    return len(field) - len(quoted(segments[-1])) - 2


def _quantified(row: Row) -> str:
    inner = _group(row["where"])
    path, holds_for = row["list"], row["holds_for"]
    if holds_for == "all":
        return f"(size({path}) != 0 && {path}.all({ENTRY}, {inner}))"
    if holds_for not in ("any", "none"):
        raise _refused(_("A condition on a list holds for “any”, “all” or “none” of its entries."))
    return f"{'!' if holds_for == 'none' else ''}{path}.exists({ENTRY}, {inner})"


_LITERALS: list[tuple[type, Callable[[Any], str]]] = [
    (bool, lambda value: "true" if value else "false"),
    (int, str),
    (float, repr),
    (str, quoted),
]


def _value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return str(value["field"])
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refused(_("The value holds a character that cannot be stored.")) from None
    too_large = isinstance(value, int) and not -(2**63) <= value < 2**63
    if too_large or (isinstance(value, float) and not math.isfinite(value)):
        raise _refused(_("The number is too large. Compare it as a text."))
    for kind, write in _LITERALS:
        if isinstance(value, kind):
            return write(value)
    raise _refused(_("A condition compares with a text, a number, yes or no, or another field."))
