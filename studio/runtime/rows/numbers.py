"""Numbers as people write them in files, with a point or a comma before the decimals. Pure: no I/O."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Mark(StrEnum):
    """What stands before the decimals."""

    POINT = "point"
    COMMA = "comma"


_SIGNS = {Mark.POINT: ".", Mark.COMMA: ","}
_SPACES = " \u00a0\u202f'\u2019"
"""What else stands between thousands."""
_SWAPPED = str.maketrans(".,", ",.")


def _pattern(mark: Mark) -> re.Pattern[str]:
    sign = re.escape(_SIGNS[mark])
    between = re.escape(_SIGNS[Mark.POINT if mark is Mark.COMMA else Mark.COMMA] + _SPACES)
    return re.compile(rf"[+-]?(?:\d+|[1-9]\d{{0,2}}([{between}])\d{{3}}(?:\1\d{{3}})*)(?:{sign}\d+)?", re.ASCII)


_PATTERNS = {mark: _pattern(mark) for mark in Mark}
_BETWEEN = {mark: dict.fromkeys(map(ord, _SPACES)) for mark in Mark}
_BETWEEN[Mark.POINT][ord(",")] = None
_BETWEEN[Mark.COMMA][ord(".")] = None


def found(cells: Iterable[str]) -> Mark | None:
    """By the cells that can be read in one way only; None: there are none, or they say both."""
    said = set()
    for cell in cells:
        ways = [mark for mark in Mark if _PATTERNS[mark].fullmatch(cell)]
        if len(ways) == 1:
            said.add(ways[0])
    return said.pop() if len(said) == 1 else None


def ambiguous(cell: str) -> bool:
    """Whether it means two numbers: 1.234 is one and a bit, or a thousand and more."""
    return all(_PATTERNS[mark].fullmatch(cell) for mark in Mark) and plain(cell, Mark.POINT) != plain(cell, Mark.COMMA)


def plain(cell: str, mark: Mark) -> str:
    """As programs write it, such as 1234.56; what is no number of that mark stays one that no program reads."""
    if _PATTERNS[mark].fullmatch(cell) is None:
        return cell.translate(_SWAPPED) if mark is Mark.COMMA else cell
    return cell.translate(_BETWEEN[mark]).replace(",", ".")
