"""The functions an expression may call: the allow-list, and what the editor says about each."""

from dataclasses import dataclass

from studio.expressions.kinds import Kind

Style = str
"""``call``: ``f(x)``; ``method``: ``x.f()``; ``both``."""


@dataclass(frozen=True, slots=True)
class Function:
    """One callable. ``counts`` are the argument counts it takes, a method's target included."""

    name: str
    usage: str
    detail: str
    gives: Kind
    counts: tuple[int, ...]
    style: Style = "call"
    takes: tuple[Kind, ...] = ()
    """Kinds the first argument (or target) may have; empty for any."""


_TEXT: tuple[Kind, ...] = ("string",)
_NUMBER: tuple[Kind, ...] = ("number", "string")
_LIST: tuple[Kind, ...] = ("list",)
_DATE: tuple[Kind, ...] = ("timestamp",)


def _date_part(name: str, detail: str) -> Function:
    usage = f'timestamp(date).{name}("Europe/Paris")'
    return Function(name, usage, detail, "number", (1, 2), "method", ("timestamp", "duration"))


_ALL = [
    Function(
        "size",
        "size(list)",
        "How many entries or characters",
        "number",
        (1,),
        "both",
        ("string", "list", "object", "bytes"),
    ),
    Function(
        "contains",
        'text.contains("part")',
        "Whether a text holds another",
        "bool",
        (2,),
        "method",
        _TEXT,
    ),
    Function(
        "startsWith",
        'text.startsWith("start")',
        "Whether a text begins with another",
        "bool",
        (2,),
        "method",
        _TEXT,
    ),
    Function(
        "endsWith",
        'text.endsWith("end")',
        "Whether a text ends with another",
        "bool",
        (2,),
        "method",
        _TEXT,
    ),
    Function(
        "matches",
        'text.matches("^[0-9]+$")',
        "Whether a text matches a pattern (RE2)",
        "bool",
        (2,),
        "both",
        _TEXT,
    ),
    Function("lower", "lower(text)", "The text in small letters", "string", (1,), "both", _TEXT),
    Function("upper", "upper(text)", "The text in capital letters", "string", (1,), "both", _TEXT),
    Function("trim", "trim(text)", "The text without spaces around it", "string", (1,), "both", _TEXT),
    Function(
        "replace",
        'text.replace("old", "new")',
        "The text with a part replaced",
        "string",
        (3,),
        "both",
        _TEXT,
    ),
    Function(
        "substring",
        "text.substring(0, 3)",
        "A part of a text, from one position to before another",
        "string",
        (2, 3),
        "both",
        _TEXT,
    ),
    Function("split", 'text.split(",")', "The text cut into a list", "list", (2,), "both", _TEXT),
    Function("join", 'list.join(", ")', "A list as one text", "string", (1, 2), "both", _LIST),
    Function("sum", "sum(list)", "The total of a list of numbers", "number", (1,), "both", _LIST),
    Function(
        "min",
        "min(a, b)",
        "The smallest number",
        "number",
        (1, 2),
        "both",
        ("list", "number", "string"),
    ),
    Function(
        "max",
        "max(a, b)",
        "The largest number",
        "number",
        (1, 2),
        "both",
        ("list", "number", "string"),
    ),
    Function("round", "round(number, 2)", "The number rounded", "number", (1, 2), "call", _NUMBER),
    Function("floor", "floor(number)", "Rounded down", "number", (1,), "call", _NUMBER),
    Function("ceil", "ceil(number)", "Rounded up", "number", (1,), "call", _NUMBER),
    Function("abs", "abs(number)", "Without its sign", "number", (1,), "call", _NUMBER),
    Function(
        "int",
        "int(value)",
        "A whole number out of a number or text",
        "number",
        (1,),
        "call",
        ("number", "string", "timestamp"),
    ),
    Function(
        "double",
        "double(value)",
        "A number out of a text such as 150.00",
        "number",
        (1,),
        "call",
        _NUMBER,
    ),
    Function(
        "string",
        "string(value)",
        "A text out of a number, date or yes/no",
        "string",
        (1,),
        "call",
        ("string", "number", "bool", "timestamp", "duration", "null"),
    ),
    Function("bool", "bool(text)", "Yes or no out of a text", "bool", (1,), "call", ("bool", "string")),
    Function(
        "timestamp",
        'timestamp("2026-03-31T09:00:00Z")',
        "A date out of a text",
        "timestamp",
        (1,),
        "call",
        ("string", "timestamp", "number"),
    ),
    Function(
        "duration",
        'duration("36h")',
        "A length of time: 90s, 30m, 36h",
        "duration",
        (1,),
        "call",
        ("string", "duration"),
    ),
    Function("type", "type(value)", "What kind of value it is", "type", (1,)),
    Function("dyn", "dyn(value)", "The value itself, of any kind", "any", (1,)),
    _date_part("getFullYear", "The year"),
    _date_part("getMonth", "The month, 0 to 11"),
    _date_part("getDate", "The day of the month, 1 to 31"),
    _date_part("getDayOfMonth", "The day of the month, 0 to 30"),
    _date_part("getDayOfWeek", "The day of the week, 0 (Sunday) to 6"),
    _date_part("getDayOfYear", "The day of the year, 0 to 365"),
    _date_part("getHours", "The hour"),
    _date_part("getMinutes", "The minute"),
    _date_part("getSeconds", "The second"),
    _date_part("getMilliseconds", "The millisecond"),
    Function(
        "orValue",
        "order.?note.orValue(“none”)",
        "A stand-in for a field that is missing",
        "any",
        (2,),
        "method",
        ("optional",),
    ),
    Function(
        "hasValue",
        "order.?note.hasValue()",
        "Whether an optional field is there",
        "bool",
        (1,),
        "method",
        ("optional",),
    ),
]

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ALL}

MACROS: dict[str, str] = {
    "has": "has(order.note): whether a field is there",
    "all": "list.all(x, x.price > 10): whether it holds for every entry",
    "exists": "list.exists(x, x.price > 10): whether it holds for at least one entry",
    "exists_one": "list.exists_one(x, x.price > 10): whether it holds for exactly one entry",
    "filter": "list.filter(x, x.price > 10): the entries for which it holds",
    "map": "list.map(x, x.price): a new list made from each entry",
}
"""Macros, expanded by the parser: they never show up as calls."""

TYPE_NAMES = frozenset({"int", "double", "string", "bool", "list", "map", "null_type", "timestamp", "duration", "type"})
"""Names that stand for a kind of value, for ``type(x) == string``."""

OPERATORS = frozenset(
    {
        "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "!_", "_&&_", "_||_", "_?_:_",
        "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "@in", "_[_]", "_?._", "_[?_]",
        "@not_strictly_false",
    }
)  # fmt: skip
"""The parser's names for operators."""
