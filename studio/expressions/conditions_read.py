"""Reads an expression back into rows, where it is one that rows can say."""

import re
from typing import Any

from studio.expressions.conditions import (
    COMPARISONS,
    DATES,
    ENTRY,
    NOW,
    ON_WEEKDAY,
    TEXT,
    WEEKDAYS,
    ZONE,
    Row,
    normal,
)
from studio.expressions.errors import ExpressionError
from studio.expressions.paths import PathUse, chain
from studio.expressions.program import compile_expression
from studio.expressions.syntax import Call, Const, Ident, ListNode, Loop, Node, Select

_COMPARED = {f"_{sign}_": name for name, sign in COMPARISONS.items()}
_DATED = {f"_{sign}_": name for name, sign in DATES.items()}
_TEXTS = {method: name for name, method in TEXT.items()}
_SPAN = re.compile(r"([1-9]\d{0,8})([hm])", re.ASCII)
_GROUPS = {"_&&_": "all", "_||_": "any"}


class _Unsaid(Exception):
    """The expression says something that rows cannot."""


def cel_to_conditions(source: str) -> Row | None:
    """The group of rows for an expression (see ``conditions``), None where rows cannot say it."""
    try:
        tree = compile_expression(source).tree
        if isinstance(tree, Const) and tree.value is True:
            return {"match": "all", "rows": []}
        return normal(_group(tree, {}))
    except (ExpressionError, _Unsaid):
        return None


def _group(node: Node, bound: dict[str, str]) -> Row:
    rows = _rows(node, bound)
    return rows if "rows" in rows else {"match": "all", "rows": [rows]}


def _rows(node: Node, bound: dict[str, str]) -> Row:
    if isinstance(node, Call) and node.function in _GROUPS:
        whole = _every(node, bound) or _between(node, bound) if node.function == "_&&_" else None
        if whole is not None:
            return whole
        return {"match": _GROUPS[node.function], "rows": [_rows(arg, bound) for arg in node.args]}
    if isinstance(node, Call) and node.function == "!_":
        return _negated(node.args[0], bound)
    if isinstance(node, Loop):
        return _quantified(node, bound)
    return _row(node, bound)


def _row(node: Node, bound: dict[str, str]) -> Row:
    use = chain(node)
    if use is not None and use.presence:
        return {"field": _named(use, bound), "operator": "is_present"}
    if not isinstance(node, Call):
        raise _Unsaid
    if node.function == "hasValue" and node.target is not None:
        return {"field": _field(node.target, bound), "operator": "is_present"}
    if node.function in _TEXTS and node.target is not None:
        return _on(node.target, _TEXTS[node.function], node.args[0], bound)
    if node.function == "@in":
        return _within(node, bound)
    if node.function in _COMPARED:
        return _compared(node, bound)
    raise _Unsaid


def _on(left: Node, operator: str, value: Node, bound: dict[str, str]) -> Row:
    if isinstance(left, Call) and left.function == "lower" and left.target is None:
        text = _value(value, bound)
        if not isinstance(text, str) or text != text.lower():
            raise _Unsaid
        field = _field(left.args[0], bound)
        return {"field": field, "operator": operator, "value": text, "ignore_case": True}
    return {"field": _field(left, bound), "operator": operator, "value": _value(value, bound)}


def _compared(node: Call, bound: dict[str, str]) -> Row:
    left, right = node.args
    if isinstance(left, Call) and left.function == "size" and left.target is None:
        empty = {"_==_": "is_empty", "_!=_": "is_not_empty"}.get(node.function)
        if empty is None or not isinstance(right, Const) or right.value != 0:
            raise _Unsaid
        return {"field": _field(left.args[0], bound), "operator": empty}
    if _is_date(left) and node.function == "_<_" and (span := _from_now(right, "_-_")) is not None:
        return {"field": _field(_inside(left), bound), "operator": "longer_ago", "value": span}
    if _is_date(left) or _is_date(right):
        if node.function not in _DATED or not (_is_date(left) and _is_date(right)):
            raise _Unsaid
        field, value = _field(_inside(left), bound), _value(_inside(right), bound)
        return {"field": field, "operator": _DATED[node.function], "value": value}
    return _on(left, _COMPARED[node.function], right, bound)


def _is_date(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "timestamp" and node.target is None


def _inside(node: Node) -> Node:
    if not isinstance(node, Call):
        raise _Unsaid
    return node.args[0]


def _between(node: Call, bound: dict[str, str]) -> Row | None:
    """Both ends of a time that begins or ends with the run."""
    match node.args:
        case (Call("_>=_", None, (one, first)), Call("_<=_", None, (other, last))):
            pass
        case _:
            return None
    if not (_is_date(one) and _is_date(other)):
        return None
    field = _field(_inside(one), bound)
    if field != _field(_inside(other), bound):
        return None
    if _is_now(last) and (span := _from_now(first, "_-_")) is not None:
        return {"field": field, "operator": "in_last", "value": span}
    if _is_now(first) and (span := _from_now(last, "_+_")) is not None:
        return {"field": field, "operator": "in_next", "value": span}
    return None


def _is_now(node: Node) -> bool:
    use = chain(_inside(node)) if _is_date(node) else None
    return use is not None and f"timestamp({use.text})" == NOW


def _from_now(node: Node, way: str) -> Row | None:
    """An amount of time before or behind the beginning of the run."""
    match node:
        case Call(function, None, (now, Call("duration", None, (Const(str(text)),)))) if function == way:
            found = _SPAN.fullmatch(text)
            if found is not None and _is_now(now):
                return {"amount": int(found[1]), "unit": "hours" if found[2] == "h" else "minutes"}
    return None


def _weekday(day: Call, days: Node, bound: dict[str, str]) -> str:
    zone = chain(day.args[0]) if day.args else None
    wanted = [Const(number, "int") for number in WEEKDAYS]
    listed = (
        [Const(item.value, item.kind) for item in days.items if isinstance(item, Const)]
        if isinstance(days, ListNode)
        else []
    )
    if day.target is None or not _is_date(day.target) or zone is None or zone.text != ZONE or listed != wanted:
        raise _Unsaid
    return _field(_inside(day.target), bound)


def _within(node: Call, bound: dict[str, str]) -> Row:
    left, right = node.args
    if isinstance(left, Call) and left.function == "getDayOfWeek":
        return {"field": _weekday(left, right, bound), "operator": ON_WEEKDAY}
    if isinstance(right, ListNode):
        values = [_value(item, bound) for item in right.items]
        if any(isinstance(value, dict) for value in values):
            raise _Unsaid
        return {"field": _field(left, bound), "operator": "one_of", "value": values}
    return {"field": _field(right, bound), "operator": "includes", "value": _value(left, bound)}


_NEGATIONS = {
    "is_present": "is_missing",
    ON_WEEKDAY: f"not_{ON_WEEKDAY}",
    **{name: f"not_{name}" for name in (*TEXT, "one_of", "includes")},
}


def _negated(node: Node, bound: dict[str, str]) -> Row:
    row = _rows(node, bound)
    if row.get("holds_for") == "any":
        return {**row, "holds_for": "none"}
    if row.get("operator") not in _NEGATIONS:
        raise _Unsaid
    return {**row, "operator": _NEGATIONS[row["operator"]]}


def _every(node: Call, bound: dict[str, str]) -> Row | None:
    """``size(list) != 0 && list.all(…)``: “all” of a list that has entries."""
    first, second = node.args
    if not isinstance(second, Loop) or _macro(second) != "all":
        return None
    try:
        row = _row(first, bound)
    except _Unsaid:
        return None
    where = _body(second, bound)
    if row["operator"] != "is_not_empty" or row["field"] != _field(second.range, bound):
        return None
    return {"list": row["field"], "holds_for": "all", "where": where}


def _quantified(node: Loop, bound: dict[str, str]) -> Row:
    if _macro(node) != "exists":
        raise _Unsaid
    return {
        "list": _field(node.range, bound),
        "holds_for": "any",
        "where": _body(node, bound),
    }


def _macro(node: Loop) -> str | None:
    match node.step:
        case Call("_||_", None, (Ident(name), _)) if name == node.accumulator:
            return "exists"
        case Call("_&&_", None, (Ident(name), _)) if name == node.accumulator:
            return "all"
        case _:
            return None


def _body(node: Loop, bound: dict[str, str]) -> Row:
    step = node.step
    if bound or not isinstance(step, Call):
        raise _Unsaid
    return _group(step.args[1], {node.variable: ENTRY})


def _field(node: Node, bound: dict[str, str]) -> str:
    use = chain(node)
    if use is None or use.presence:
        raise _Unsaid
    return _named(use, bound)


def _named(use: PathUse, bound: dict[str, str]) -> str:
    root = use.segments[0]
    if root.startswith("@") or (root == ENTRY and root not in bound):
        raise _Unsaid
    return PathUse((bound.get(root, root), *use.segments[1:])).text


def _value(node: Node, bound: dict[str, str]) -> Any:
    match node:
        case Const(value):
            return value
        case Call("-_", None, (Const(int() | float() as number, "int" | "double"),)):
            return -number
        case Ident() | Select() | Call():
            return {"field": _field(node, bound)}
        case _:
            raise _Unsaid
