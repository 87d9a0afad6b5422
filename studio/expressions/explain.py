"""The engine's errors in people's words: which field is missing, and what was there instead."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.expressions.errors import EvaluationError
from studio.expressions.kinds import Kind, kind_of, words_of
from studio.expressions.library import NO_DATE
from studio.expressions.limits import MAX_ITERATIONS
from studio.expressions.paths import PathUse, chain, quoted, written
from studio.expressions.patterns import WRONG, in_words
from studio.expressions.program import Program
from studio.expressions.suggest import closest, listing
from studio.expressions.syntax import Call, Const, Ident, Loop, Node, Select, walk
from studio.expressions.undated import undated
from studio.expressions.work import Fault

if TYPE_CHECKING:
    from studio.expressions.scope import Scope

_KEY = re.compile(r'Key not found in map : (?:"(.*)"|(\S+))', re.DOTALL)
_OVERLOAD = re.compile(r"No matching overloads found : (?P<name>[^\s(]+)(?:\((?P<kinds>[^)]*)\))?")
_METHOD = re.compile(r"No matching overloads found : \((?P<kinds>[^)]*)\)\.(?P<name>\w+)\(")
_INDEX = re.compile(r"index=(-?\d+) size=(\d+)")
_ENGINE_KINDS: dict[str, Kind] = {
    "int64": "number",
    "double": "number",
    "uint64": "number",
    "string": "string",
    "bool": "bool",
    "list": "list",
    "map": "object",
    "null_type": "null",
    "timestamp": "timestamp",
    "duration": "duration",
    "bytes": "bytes",
    "type": "type",
    "optional_type": "optional",
}
_SIGNS = {"@+_": "+", "@-_": "-", "@*_": "*", "@/_": "/", "@%_": "%", "@in": "in"}


def fault(program: Program, raised: Fault) -> EvaluationError:
    """A fault of our own functions or bounds."""
    code, message = Fault.read(str(raised)) or ("expression.value", str(raised))
    return EvaluationError(code, message, program.source)


def engine_fault(program: Program, scope: "Scope", text: str) -> EvaluationError:
    """What the engine said, as an EvaluationError."""
    ours = Fault.read(text)
    if (ours is not None and ours[0] == NO_DATE) or "Timestamp conversion" in text:
        return undated(program, scope, ours[1] if ours else _(_NO_DATE))
    if ours is not None:
        return EvaluationError(*ours, program.source)
    key = _KEY.search(text)
    if key is not None:
        return _absent_key(program, scope, key[1] if key[1] is not None else key[2])
    if "found in Activation" in text or "SELECT to non-message" in text:
        return _broken_path(program, scope)
    code, message = _words(text)
    return EvaluationError(code, message, program.source)


def missing(program: Program, scope: "Scope", path: tuple[str, ...]) -> EvaluationError:
    """Why following ``path`` through the scope ends before its end."""
    value: object = scope.values
    for at, segment in enumerate(path):
        if isinstance(value, Mapping):
            if segment in value:
                value = value[segment]
                continue
            message = _no_root(segment, value) if at == 0 else _no_field(written(path[:at]), segment, value)
        else:
            message = _no_object(written(path[:at]), segment, value)
        return EvaluationError("expression.missing_path", message, program.source, written(path[: at + 1]))
    return EvaluationError("expression.value", _("The expression failed."), program.source)


def _no_root(name: str, roots: Mapping[str, object]) -> str:
    near = closest(name, roots)
    hint = _(" Did you mean %(near)s?", near=near) if near else ""
    known = _(" There is %(roots)s.", roots=listing(sorted(roots))) if roots else ""
    return _("There is nothing called “%(name)s” here.%(known)s%(hint)s", name=name[:80], known=known, hint=hint)


def _no_field(owner: str, name: str, value: Mapping[str, object]) -> str:
    if not value:
        return _("%(owner)s has no field “%(name)s”. It is empty.", owner=owner, name=name[:80])
    near = closest(name, map(str, value))
    hint = _(" Did you mean %(near)s?", near=near) if near else ""
    return _(
        "%(owner)s has no field “%(name)s”. It has %(listing)s.%(hint)s",
        owner=owner,
        name=name[:80],
        listing=listing(value),
        hint=hint,
    )


def _no_object(owner: str, name: str, value: object) -> str:
    kind = kind_of(value)
    if kind == "list":
        return _(
            "%(owner)s is a list, so it has no field “%(name)s”. Write %(owner)s[0].%(name)s for its "
            "first entry, or %(owner)s.map(x, x.%(name)s).",
            owner=owner,
            name=name[:80],
        )
    return _(
        "%(owner)s is %(words)s, so it has no field “%(name)s”.", owner=owner, words=words_of(kind), name=name[:80]
    )


def _breaks(use: PathUse, scope: "Scope") -> str | None:
    """The segment at which a use ends too early, None where it does not."""
    value: object = scope.values
    last = len(use.segments) - 1
    for at, segment in enumerate(use.segments):
        if not isinstance(value, Mapping):
            return segment
        if segment not in value:
            return None if (use.presence and at == last) or (use.optional and at) else segment
        value = value[segment]
    return None


def _absent_key(program: Program, scope: "Scope", key: str) -> EvaluationError:
    for use in program.uses:
        if _breaks(use, scope) == key:
            return missing(program, scope, use.segments)
    for node in walk(program.tree):
        if isinstance(node, Select) and node.field == key:
            found = look(node.operand, scope)
            if isinstance(found, Mapping) and key not in found:
                owner = spelled(node.operand)
                message = _no_field(owner, key, found)
                path = f"{owner}.{key}"
                return EvaluationError("expression.missing_path", message, program.source, path)
    message, path = _loop_field(program, scope, key)
    return EvaluationError("expression.missing_path", message, program.source, path)


def _loop_field(program: Program, scope: "Scope", key: str) -> tuple[str, str]:
    """“Entry 2 of trigger.order.lines has no field “sku”.”, with what that entry has; the path."""
    for loop in (node for node in walk(program.tree) if isinstance(node, Loop)):
        if not _selects(loop.step, loop.variable, key):
            continue
        owner = spelled(loop.range)
        entries = look(loop.range, scope)
        for number, entry in enumerate(entries if isinstance(entries, list | tuple) else (), 1):
            if isinstance(entry, Mapping) and key not in entry:
                return _no_field(
                    _("Entry %(number)s of %(owner)s", number=number, owner=owner), key, entry
                ), f"{owner}[].{key}"
        if entries is None:
            return _("An entry of the list has no field “%(key)s”.", key=key[:80]), key
    return _("An object in this expression has no field “%(key)s”.", key=key[:80]), key


def look(node: Node, scope: "Scope") -> object:
    """The value that a node without calculations stands for, None where there is none."""
    match node:
        case Ident(name):
            return scope.values.get(name)
        case Select(operand, field):
            owner = look(operand, scope)
            return owner.get(field) if isinstance(owner, Mapping) else None
        case Call("_[_]", None, (operand, Const(index))):
            owner = look(operand, scope)
            if isinstance(owner, Mapping):
                return owner.get(index)
            if isinstance(owner, list | tuple) and type(index) is int and 0 <= index < len(owner):
                return owner[index]
            return None
        case _:
            return None


def spelled(node: Node) -> str:
    """A node without calculations as it is written: ``trigger.order.lines[0]``."""
    path = chain(node)
    if path is not None:
        return path.text
    match node:
        case Select(operand, field):
            return f"{spelled(operand)}.{field}"
        case Call("_[_]", None, (operand, Const(index))):
            return f"{spelled(operand)}[{quoted(index) if isinstance(index, str) else index}]"
        case _:
            return _("the list")


def _selects(node: Node, variable: str, key: str) -> bool:
    return any(
        isinstance(below, Select)
        and below.field == key
        and isinstance(below.operand, Ident)
        and below.operand.name == variable
        for below in walk(node)
    )


def _broken_path(program: Program, scope: "Scope") -> EvaluationError:
    for use in program.uses:
        if _breaks(use, scope) is not None:
            return missing(program, scope, use.segments)
    return EvaluationError(
        "expression.missing_path",
        _("A field is taken from something that has no fields."),
        program.source,
    )


def _words(text: str) -> tuple[str, str]:
    overload = _OVERLOAD.search(text) or _METHOD.search(text)
    if overload is not None:
        return "expression.type", _overload(overload["name"], overload["kinds"] or "")
    index = _INDEX.search(text)
    if index is not None:
        return "expression.value", _position(int(index[1]), int(index[2]))
    if "Iteration budget" in text:
        message = _(
            "The expression goes through more than %(max_iterations)s entries. Filter the list first, or "
            "use a loop step.",
            max_iterations=separated(MAX_ITERATIONS),
        )
        return "expression.too_complex", message
    if "regular expression" in text:
        return WRONG, in_words(text)
    for mark, message in _PHRASES.items():
        if mark in text:
            return "expression.value", _(message)
    return "expression.value", _("The expression cannot be computed with this data.")


_NO_DATE = marked("The text is not a date such as 2026-03-31T09:00:00Z.")
_PHRASES = {
    "Duration conversion": marked("The text is not a length of time such as 90s, 30m or 36h."),
    "cannot convert string to bool": marked("The text is neither true nor false."),
    "expected integer type": marked("A list is asked for an entry by something that is not a number."),
    "container type": marked("An entry is asked of something that is neither a list nor an object."),
    "overflow": marked("The number is too large to compute with."),
    "timezone": marked("There is no such time zone. Write one such as Europe/Paris."),
    "time zone": marked("There is no such time zone. Write one such as Europe/Paris."),
    "bad_alloc": marked("The expression needs too much memory."),
    "memory": marked("The expression needs too much memory."),
    "Non-CEL value type": marked("A list cannot hold dates here. Write string(…) around the date."),
    "convert function return value": marked("A field that may be missing needs .orValue(…) at the end."),
}


def _position(index: int, size: int) -> str:
    if size == 0:
        return _("The list is empty, so it has no entries to take.")
    return _(
        "The list has %(size)s entries, so there is none at [%(index)s]; [0] is the first.", size=size, index=index
    )


def _overload(name: str, kinds: str) -> str:
    if name in ("!_", "<jump_condition>") or name in ("_&&_", "_||_"):
        return _("A condition needs yes or no (true or false) here.")
    if name == "_?_:_":
        return _("The part before “?” must be yes or no (true or false).")
    named = [
        words_of(_ENGINE_KINDS.get(kind.strip().split("(")[0], "any")) for kind in kinds.split(",") if kind.strip()
    ]
    shown = _SIGNS.get(name) or name.replace("@tring", "string").replace("@nt", "int").replace(
        "@ouble", "double"
    ).strip("_@")
    if len(named) == 2 and not shown[:1].isalpha():
        return _(
            "“%(shown)s” does not work between %(named)s and %(named_2)s.",
            shown=shown,
            named=named[0],
            named_2=named[1],
        )
    return _("“%(shown)s” does not work on %(value)s.", shown=shown, value=" and ".join(named) or "this value")
