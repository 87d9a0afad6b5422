"""Where in a text a problem stands: what an editor underlines. Pure."""

import re

from studio.expressions.placeholders import OPEN
from studio.expressions.problems import Problem

Span = tuple[int, int]
"""Begin and end, in UTF-16 units: browsers count so."""

_STRING = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_PATH = rf"[A-Za-z_]\w*(?:\s*\.\s*\??[A-Za-z_]\w*|\[(?:{_STRING}|\d+)\])*"
_TOKEN = re.compile(rf"(?P<path>{_PATH})|{_STRING}|\d[\w.]*|[=!<>&|]+|\S", re.DOTALL)


def span(text: str, problem: Problem, *, template: bool) -> Span | None:
    """The part of the text that a problem is about; None where nobody knows."""
    at = problem.position
    if at is None:
        return None
    tokens = list(_TOKEN.finditer(text, _begin(text, at) if template else 0))
    # a path's problem is told where its last dot stands, a function's behind its name
    found = next((one for one in tokens if one["path"] and one.start() <= at <= one.end()), None)
    found = found or next((one for one in tokens if one.end() > at), tokens[-1] if tokens else None)
    if found is None:
        return None
    begin, end = found.span()
    if problem.path is not None and found[0].startswith(problem.path):
        end = begin + len(problem.path)
    elif problem.code == "expression.unknown_function":
        begin = max(begin, text.rfind(".", begin, end) + 1)
    return _units(text[:begin]), _units(text[:end])


def mention(text: str, path: str) -> Span | None:
    """Where a text names a path first."""
    found = re.search(rf"(?<![\w.]){re.escape(path)}\b", text)
    return (_units(text[: found.start()]), _units(text[: found.end()])) if found else None


def _begin(text: str, at: int) -> int:
    """Behind the braces that open before a place: the words around placeholders are no expressions."""
    opened = text.rfind(OPEN, 0, at + len(OPEN))
    return opened + len(OPEN) if opened >= 0 else 0


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
