"""The parser's complaints in people's words."""

import re

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.expressions.engine import SyntaxFault
from studio.expressions.paths import RESERVED
from studio.expressions.problems import Problem

_TOKEN = re.compile(r"(?:mismatched|extraneous) input '(.*?)'|no viable alternative at input '(.*?)'")
_MISSING = re.compile(r"missing '(.*?)' at")
_UNKNOWN = marked("The expression cannot be read. Check its brackets and quotation marks.")
_PHRASES = {
    "has() argument": marked("has() takes a field, such as has(trigger.order.note)."),
    "variable name": (marked("The first value of a list function is a name of your own: list.map(x, x.price).")),
}


def syntax_problem(source: str, fault: SyntaxFault) -> Problem:
    """The problem of a text that does not parse, or is nested too deeply to."""
    if "recursion" in fault.reason:
        message = _("The expression is nested too deeply. Split it over two steps.")
        return Problem("expression.too_complex", message, source, position=fault.position)
    message = _words(fault.reason) if source.strip() else _("The expression is empty. Write a field or a condition.")
    return Problem("expression.syntax", message, source, position=fault.position)


def _words(reason: str) -> str:
    for mark, message in _PHRASES.items():
        if mark in reason:
            return _(message)
    if "token recognition error" in reason:
        return _unread(reason.split("at: '", 1)[-1].removesuffix("'"))
    if "reserved identifier" in reason:
        return _reserved(reason.split(": ", 1)[-1].split(" ", 1)[0])
    absent, found = _MISSING.search(reason), _TOKEN.search(reason)
    if absent is not None:
        return _("“%(absent)s” is missing.", absent=absent[1])
    return _unexpected(found[1] or found[2] or "") if found is not None else _(_UNKNOWN)


def _unexpected(token: str) -> str:
    if token == "<EOF>":  # noqa: S105 (what the parser calls the end)
        return _("The expression ends too early: something is missing at its end.")
    word = token.removeprefix(".")
    if word in RESERVED:
        return _reserved(word)
    return _("“%(token)s” is not expected here.", token=token[:40])


def _reserved(word: str) -> str:
    return _('“%(word)s” is a word of the language. For a field write order["%(word)s"].', word=word)


def _unread(token: str) -> str:
    if token[:1] in ("'", '"'):
        return _("A text is not closed: its last quotation mark is missing.")
    if token[:1] == "=":
        return _("To compare, write == (two equals signs).")
    return _("“%(token)s” has no meaning here.", token=token[:20])
