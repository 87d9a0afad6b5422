"""Cuts a text into its literal parts and its ``{{ expression | filter: arg }}``."""

import re
from dataclasses import dataclass, field

from studio.core.i18n import gettext as _

OPEN, CLOSE = "{{", "}}"
Argument = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class FilterCall:
    """One filter with its literal arguments; ``position`` is where its name begins in the text."""

    name: str
    arguments: tuple[Argument, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{ … }}``; ``position`` is where its expression begins in the text."""

    expression: str
    filters: tuple[FilterCall, ...]
    position: int


class TemplateFault(ValueError):
    """The text's braces or filters cannot be read; ``position`` is an offset in the text."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def cut(text: str) -> list[str | Placeholder]:
    """Literal texts and placeholders in order. Raises TemplateFault."""
    parts: list[str | Placeholder] = []
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        end = _close(text, start + 2)
        if end is None:
            raise TemplateFault(_("“{{” is not closed: “}}” is missing."), start)
        if start > at:
            parts.append(text[at:start])
        parts.append(_placeholder(text[start + 2 : end], start + 2))
        at = end + 2
    if at < len(text):
        parts.append(text[at:])
    return parts


def _close(text: str, at: int) -> int | None:
    """Where the ``}}`` begins that closes a placeholder; quotes and inner braces are skipped."""
    depth = 0
    while at < len(text):
        character = text[at]
        if character in "'\"":
            at = _after_quote(text, at)
            continue
        if character == "{":
            depth += 1
        elif character == "}":
            if depth == 0:
                return at if text.startswith(CLOSE, at) else None
            depth -= 1
        at += 1
    return None


def _after_quote(text: str, at: int) -> int:
    """The offset behind the quoted text that begins at ``at`` (the end, where it is not closed)."""
    quote = text[at]
    at += 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return at + 1


def _placeholder(inner: str, position: int) -> Placeholder:
    expression, *rest = split(inner, "|")
    lead = len(expression) - len(expression.lstrip())
    where = position + len(expression)
    filters = []
    for piece in rest:
        filters.append(_filter(piece, where + 1))
        where += len(piece) + 1
    return Placeholder(expression.strip(), tuple(filters), position + lead)


def split(text: str, separator: str) -> list[str]:
    """Cut at a separator outside quotes and brackets; ``||`` is not a ``|``."""
    pieces: list[str] = []
    start = at = depth = 0
    while at < len(text):
        character = text[at]
        if character in "'\"":
            at = _after_quote(text, at)
            continue
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == separator and depth == 0:
            if separator == "|" and text.startswith("||", at):
                at += 2
                continue
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    pieces.append(text[start:])
    return pieces


_FILTER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?::(.*))?", re.DOTALL)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_WORDS: dict[str, Argument] = {"true": True, "false": False, "null": None}


def _filter(piece: str, position: int) -> FilterCall:
    found = _FILTER.fullmatch(piece)
    if found is None:
        raise TemplateFault(_('After “|” comes a filter, such as upper or money: "EUR".'), position)
    arguments = split(found[2], ",") if found[2] is not None else []
    given = tuple(_argument(one.strip(), position) for one in arguments)
    return FilterCall(found[1], given, position + found.start(1))


def _argument(text: str, position: int) -> Argument:
    if len(text) >= 2 and text[0] in "'\"" and _after_quote(text, 0) == len(text):
        return re.sub(r"\\(.)", _unescape, text[1:-1], flags=re.DOTALL)
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    raise TemplateFault(
        _("“%(text)s” cannot be given to a filter. Write a text in quotation marks or a number.", text=text[:40]),
        position,
    )


def _unescape(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])
