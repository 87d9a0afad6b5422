"""What the editor offers while an expression is typed."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from studio.core.i18n import gettext as _
from studio.expressions.catalogue import FUNCTIONS, MACROS
from studio.expressions.filters import FILTERS
from studio.expressions.kinds import words_of
from studio.expressions.paths import RESERVED
from studio.expressions.placeholders import CLOSE, OPEN, split
from studio.expressions.schema import Environment, Schema

CompletionType = Literal["path", "function", "method", "filter", "variable"]

_TAIL = re.compile(r"((?:[A-Za-z_]\w*)(?:\??\.\w*|\[\d+\]|\[\"[^\"\n]*\"\])*)$", re.ASCII)
_STEP = re.compile(r"\??\.(\w*)|\[(\d+)\]|\[\"([^\"\n]*)\"\]", re.ASCII)
_BOUND = re.compile(
    r"((?:[A-Za-z_]\w*)(?:\.\w+|\[\d+\]|\[\"[^\"\n]*\"\])*)"
    r"\.(?:map|filter|all|exists|exists_one)\(\s*([A-Za-z_]\w*)\s*,",
    re.ASCII,
)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Completion:
    """One suggestion. ``insert`` takes the place of the last ``replace`` characters typed."""

    label: str
    insert: str
    type: CompletionType
    sample: str | None
    """An example value as short text, where one is known."""
    detail: str
    replace: int = 0


def complete(prefix: str, environment: Environment) -> list[Completion]:
    """Suggestions for the text left of the cursor; best first, at most fifty. Never raises.

    ``prefix`` is an expression, or a text whose last ``{{`` is still open.
    """
    expression, in_text = _open_expression(prefix[-2_000:])
    if expression is None:
        return []
    pieces = split(expression, "|")
    if in_text and len(pieces) > 1:
        return _filters(pieces[-1].strip())
    return _expression(pieces[-1], environment)


def _open_expression(prefix: str) -> tuple[str | None, bool]:
    start = prefix.rfind(OPEN)
    if start < 0:
        return prefix, False
    if CLOSE in prefix[start:]:
        return None, True
    return prefix[start + 2 :], True


def _filters(typed: str) -> list[Completion]:
    if ":" in typed:
        return []
    names = _ranked(typed, FILTERS)
    return [
        Completion(name, FILTERS[name].usage, "filter", None, _(FILTERS[name].detail), replace=len(typed))
        for name in names
    ]


def _expression(expression: str, environment: Environment) -> list[Completion]:
    if _inside_quotes(expression):
        return []
    roots = dict(environment.roots)
    for source, name in _BOUND.findall(expression):
        found = _resolve(source, roots)
        if found is not None:
            roots[name] = found.entry() if found.kind == "list" else Schema()
    tail = _TAIL.search(expression)
    typed = tail[1] if tail is not None else ""
    cut = max(typed.rfind("."), typed.rfind("]"))
    if cut < 0:
        return _roots(typed, roots)
    if typed[cut] == "]":
        return []
    owner = _resolve(typed[:cut].removesuffix("?"), roots)
    return _members(typed[cut + 1 :], owner) if owner is not None else []


def _inside_quotes(expression: str) -> bool:
    quote = ""
    skip = False
    for character in expression:
        if skip:
            skip = False
        elif character == "\\":
            skip = bool(quote)
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
    return bool(quote)


def _resolve(path: str, roots: dict[str, Schema]) -> Schema | None:
    root = _NAME.match(path)
    found = roots.get(root[0]) if root is not None else None
    at = root.end() if root is not None else 0
    while found is not None and at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        at = step.end()
        if step[2] is not None:
            found = found.entry() if found.kind in ("list", "any") else None
        else:
            found = found.field(step[1] if step[1] is not None else step[3])
    return found


def _ranked(typed: str, names: Iterable[str]) -> list[str]:
    """Names that begin with what is typed, then those that hold it."""
    wanted = typed.lower()
    listed = list(names)
    first = [name for name in listed if name.lower().startswith(wanted)]
    rest = [name for name in listed if wanted in name.lower() and name not in set(first)]
    return [*first, *rest][:_MOST]


def _roots(typed: str, roots: dict[str, Schema]) -> list[Completion]:
    found = [
        Completion(name, name, "variable", _sample(roots[name]), _kind(roots[name]), len(typed))
        for name in _ranked(typed, roots)
    ]
    found += [
        Completion(name, f"{name}(", "function", None, _(known.detail), len(typed))
        for name, known in FUNCTIONS.items()
        if known.style != "method" and typed and name.startswith(typed)
    ]
    if typed and "has".startswith(typed):
        found.append(Completion("has", "has(", "function", None, MACROS["has"], len(typed)))
    return found[:_MOST]


def _members(typed: str, owner: Schema) -> list[Completion]:
    found = [_field(name, owner.fields[name], typed) for name in _ranked(typed, owner.fields)]
    found += [one for one in _methods(owner) if one.label.startswith(typed)]
    replace = len(typed)
    return [
        Completion(one.label, one.insert, one.type, one.sample, one.detail, replace + one.replace)
        for one in found[:_MOST]
    ]


def _field(name: str, shape: Schema, _typed: str) -> Completion:
    if _NAME.fullmatch(name) and name not in RESERVED:
        return Completion(name, name, "path", _sample(shape), _kind(shape))
    insert = f"[{json.dumps(name, ensure_ascii=False)}]"
    return Completion(name, insert, "path", _sample(shape), _kind(shape), replace=1)


def _methods(owner: Schema) -> Iterator[Completion]:
    if owner.kind == "list":
        for name in ("map", "filter", "exists", "all", "exists_one"):
            yield Completion(name, f"{name}(x, x", "method", None, _(MACROS[name]))
    for name, known in FUNCTIONS.items():
        if known.style != "call" and owner.kind in known.takes:
            closing = ")" if known.counts == (1,) else ""
            yield Completion(name, f"{name}({closing}", "method", None, _(known.detail))


def _kind(shape: Schema) -> str:
    words = _("an amount") if shape.money else words_of("timestamp" if shape.date else shape.kind)
    return words if shape.known else _("%(words)s (from a sample)", words=words)


def _sample(shape: Schema) -> str | None:
    if shape.sample is None:
        return None
    try:
        text = json.dumps(shape.sample, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return None
    return text if len(text) <= 80 else text[:79] + "…"
