"""Which kinds of value operators and functions go with, and what they give.

Pure: shapes in, a shape and perhaps a sentence out. The same table as ``library``, read before
any data is known.
"""

from collections.abc import Callable, Sequence

from studio.core.i18n import gettext as _
from studio.expressions.arithmetic import is_numeric_text
from studio.expressions.catalogue import Function
from studio.expressions.kinds import Kind, words_of
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
    left, right = (words_of(shape.kind) for shape in shapes)
    return _("“%(signs)s” does not work between %(left)s and %(right)s.", signs=_SIGNS[name], left=left, right=right)


def _is_text_amount(shapes: Sequence[Schema]) -> bool:
    return all(shape.kind == "string" and shape.money for shape in shapes)


def _sum(name: str, shapes: Sequence[Schema], _operands: Sequence[Node]) -> Verdict:
    left, right = shapes[0].kind, shapes[1].kind
    if _is_text_amount(shapes):
        return Schema("string"), (
            _(
                "Both amounts come as texts, so “+” would write them one after the other. Write double(…) "
                "around each to add them."
            )
        )
    if (left, right) in _SUMS:
        entries = shapes[0].entries if left == "list" else None
        return Schema(_SUMS[left, right], entries=entries), None
    if "any" in (left, right):
        other = right if left == "any" else left
        if other in ("any", "number", "string", "list", "timestamp", "duration"):
            sure: Kind = other if other in ("number", "list") else "any"
            return Schema(sure), None
        return Schema(), _("“+” does not work with %(words)s.", words=words_of(other))
    if {left, right} == {"number", "string"}:
        return Schema(), (
            _(
                "“+” cannot add a number to a text. Write double(…) around the text to add, or string(…) "
                "around the number to join."
            )
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
            return _("A number is needed here, but this text is not a number.")
        return None
    if shape.kind in ("any", "number", "string"):
        return None
    return _("A number is needed here, but this is %(words)s.", words=words_of(shape.kind))


def _order(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> Verdict:
    return Schema("bool"), _disorder(name, shapes, operands)


def _disorder(name: str, shapes: Sequence[Schema], operands: Sequence[Node]) -> str | None:
    kinds = {shape.kind for shape in shapes}
    strange = next((kind for kind in kinds if kind != "any" and kind not in _ORDERED), None)
    if strange is not None:
        return _("“%(signs)s” cannot order %(words)s.", signs=_SIGNS[name], words=words_of(strange))
    if _is_text_amount(shapes):
        return _("Both amounts come as texts and would be compared letter by letter. Write double(…) around each.")
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
    return result, (
        _(
            "%(words)s never equals %(words_2)s, so this is %(answer)s true.",
            words=words_of(left).capitalize(),
            words_2=words_of(right),
            answer=answer,
        )
    )


def _within(shapes: Sequence[Schema]) -> Verdict:
    sought, kind = shapes[0].kind, shapes[1].kind
    if kind == "object" and sought in ("list", "object"):
        return Schema("bool"), _("An object is asked for the name of a field: a text, not a list or another object.")
    if kind in ("any", "list", "object"):
        return Schema("bool"), None
    if kind == "string":
        return Schema("bool"), _('To look inside a text, write text.contains("part").')
    return Schema("bool"), _("“in” looks into a list, but this is %(words)s.", words=words_of(kind))


def _index(shapes: Sequence[Schema]) -> Verdict:
    owner, key = shapes
    if owner.kind == "list":
        if key.kind in ("any", "number"):
            return owner.entry(), None
        return owner.entry(), _("An entry of a list is asked for by its number, such as [0].")
    if owner.kind in ("any", "object", "optional"):
        return Schema(known=owner.known), None
    return Schema(), _("%(words)s has no entries to ask for.", words=words_of(owner.kind).capitalize())


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
        wanted = " or ".join(words_of(kind) for kind in known.takes)
        return result, _(
            "“%(name)s” needs %(wanted)s, but this is %(words)s.",
            name=known.name,
            wanted=wanted,
            words=words_of(first.kind),
        )
    return result, None
