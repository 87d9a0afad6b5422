"""Which kinds of value operators and functions go with, and what they give.

Pure: shapes in, a shape and perhaps a sentence out. The same table as ``library``, read before
any data is known.
"""

from collections.abc import Callable, Sequence

from studio.expressions.arithmetic import is_numeric_text
from studio.expressions.catalogue import Function
from studio.expressions.kinds import WORDS, Kind
from studio.expressions.problems import Severity
from studio.expressions.schema import Schema
from studio.expressions.syntax import Const, Node

Verdict = tuple[Schema, str | None]

DOUBTS = frozenset({"_==_", "_!=_"})
"""Operators that never fail: what looks wrong about them is only a warning."""

_SIGNS = {
    "_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%",
    "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "_==_": "==", "_!=_": "!=",
}  # fmt: skip
_SUMS: dict[tuple[Kind, Kind], Kind] = {
    ("number", "number"): "number",
    ("string", "string"): "string",
    ("list", "list"): "list",
    ("timestamp", "duration"): "timestamp",
    ("duration", "timestamp"): "timestamp",
    ("string", "duration"): "timestamp",
    ("duration", "duration"): "duration",
}
_DIFFERENCES: dict[tuple[Kind, Kind], Kind] = {
    ("timestamp", "timestamp"): "duration",
    ("timestamp", "string"): "duration",
    ("string", "timestamp"): "duration",
    ("timestamp", "duration"): "timestamp",
    ("string", "duration"): "timestamp",
    ("duration", "duration"): "duration",
}
_ORDERED: frozenset[Kind] = frozenset({"number", "string", "bool", "timestamp", "duration"})


def severity(*, certain: bool) -> Severity:
    """An error where the knowledge is certain, a warning where it is only a sample."""
    return "error" if certain else "warning"


def operator(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> Verdict:
    """What an operator gives, and what is wrong with its operands, if anything."""
    if name in _TWO:
        return _TWO[name](name, shapes, operands)
    if name == "-_":
        message = _not_numeric(shapes[0], operands[0])
        return Schema("number"), message
    if name == "@in":
        return _within(shapes)
    if name in ("_[_]", "_[?_]"):
        return _index(shapes)
    return Schema(), None


def _clash(name: str, shapes: Sequence[Schema]) -> str:
    left, right = (WORDS[shape.kind] for shape in shapes)
    return f"“{_SIGNS[name]}” does not work between {left} and {right}."


def _is_text_amount(shapes: Sequence[Schema]) -> bool:
    return all(shape.kind == "string" and shape.money for shape in shapes)


def _sum(name: str, shapes: Sequence[Schema], _operands: Sequence[Node]) -> Verdict:
    left, right = shapes[0].kind, shapes[1].kind
    if _is_text_amount(shapes):
        return Schema("string"), (
            "Both amounts come as texts, so “+” would write them one after the other. "
            "Write double(…) around each to add them."
        )
    if (left, right) in _SUMS:
        entries = shapes[0].entries if left == "list" else None
        return Schema(_SUMS[left, right], entries=entries), None
    if "any" in (left, right):
        other = right if left == "any" else left
        if other in ("any", "number", "string", "list", "timestamp", "duration"):
            sure: Kind = other if other in ("number", "list") else "any"
            return Schema(sure), None
        return Schema(), f"“+” does not work with {WORDS[other]}."
    if {left, right} == {"number", "string"}:
        return Schema(), (
            "“+” cannot add a number to a text. Write double(…) around the text to add, "
            "or string(…) around the number to join."
        )
    return Schema(), _clash(name, shapes)


def _calculation(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> Verdict:
    left, right = shapes[0].kind, shapes[1].kind
    if name == "_-_":
        if (left, right) in _DIFFERENCES:
            return Schema(_DIFFERENCES[left, right]), None
        if "any" in (left, right) and {left, right} & {"any", "timestamp", "duration"}:
            other = right if left == "any" else left
            if other in ("any", "timestamp", "duration"):
                return Schema(), None
    for shape, operand in zip(shapes, operands, strict=True):
        message = _not_numeric(shape, operand)
        if message is not None:
            clash = left not in ("any", "number", "string") and right != "any"
            return Schema("number"), _clash(name, shapes) if clash else message
    return Schema("number"), None


def _not_numeric(shape: Schema, operand: Node) -> str | None:
    if isinstance(operand, Const) and isinstance(operand.value, str):
        if not is_numeric_text(operand.value):
            return "A number is needed here, but this text is not a number."
        return None
    if shape.kind in ("any", "number", "string"):
        return None
    return f"A number is needed here, but this is {WORDS[shape.kind]}."


def _order(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> Verdict:
    return Schema("bool"), _disorder(name, shapes, operands)


def _disorder(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> str | None:
    kinds = {shape.kind for shape in shapes}
    strange = next((kind for kind in kinds if kind != "any" and kind not in _ORDERED), None)
    if strange is not None:
        return f"“{_SIGNS[name]}” cannot order {WORDS[strange]}."
    if _is_text_amount(shapes):
        return "Both amounts come as texts and would be compared letter by letter. Write double(…) around each."
    if kinds == {"number", "string"}:
        wrong = (_not_numeric(Schema("string"), one) for one in operands if _is_text(one))
        return next(wrong, None)
    free = "any" in kinds or len(kinds) == 1 or kinds == {"timestamp", "string"}
    return None if free else _clash(name, shapes)


def _is_text(operand: Node) -> bool:
    return isinstance(operand, Const) and isinstance(operand.value, str)


def _equality(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> Verdict:
    left, right = shapes[0].kind, shapes[1].kind
    result = Schema("bool")
    free = {"any", "null", "optional"}
    if left == right or left in free or right in free:
        return result, None
    if {left, right} == {"number", "string"}:
        texts = [operand.value for operand in operands if isinstance(operand, Const) and isinstance(operand.value, str)]
        if not texts or is_numeric_text(texts[0]):
            return result, None
    answer = "never" if name == "_==_" else "always"
    return result, (f"{WORDS[left].capitalize()} never equals {WORDS[right]}, so this is {answer} true.")


def _within(shapes: Sequence[Schema]) -> Verdict:
    sought, kind = shapes[0].kind, shapes[1].kind
    if kind == "object" and sought in ("list", "object"):
        return Schema("bool"), "An object is asked for the name of a field: a text, not a list or another object."
    if kind in ("any", "list", "object"):
        return Schema("bool"), None
    if kind == "string":
        return Schema("bool"), 'To look inside a text, write text.contains("part").'
    return Schema("bool"), f"“in” looks into a list, but this is {WORDS[kind]}."


def _index(shapes: Sequence[Schema]) -> Verdict:
    owner, key = shapes
    if owner.kind == "list":
        if key.kind in ("any", "number"):
            return owner.entry(), None
        return owner.entry(), "An entry of a list is asked for by its number, such as [0]."
    if owner.kind in ("any", "object", "optional"):
        return Schema(known=owner.known), None
    return Schema(), f"{WORDS[owner.kind].capitalize()} has no entries to ask for."


_TWO: dict[str, Callable[[str, Sequence[Schema], Sequence[Node]], Verdict]] = {
    "_+_": _sum,
    "_-_": _calculation,
    "_*_": _calculation,
    "_/_": _calculation,
    "_%_": _calculation,
    "_<_": _order,
    "_<=_": _order,
    "_>_": _order,
    "_>=_": _order,
    "_==_": _equality,
    "_!=_": _equality,
}


def function(known: Function, shapes: Sequence[Schema]) -> Verdict:
    """What a function gives, and what is wrong with what it is given, if anything."""
    result = Schema(known.gives)
    first = shapes[0]
    if known.name == "orValue":
        other = shapes[1]
        inner = first.entry() if first.kind == "optional" else Schema()
        result = inner if inner.kind == other.kind else Schema()
    elif known.name == "split":
        result = Schema.list_of(Schema("string"))
    elif known.name == "dyn":
        result = Schema()
    if known.takes and first.kind != "any" and first.kind not in known.takes:
        wanted = " or ".join(WORDS[kind] for kind in known.takes)
        return result, f"“{known.name}” needs {wanted}, but this is {WORDS[first.kind]}."
    return result, None
