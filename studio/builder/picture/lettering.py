"""Texts that fit: SVG text neither cuts nor wraps itself. Pure.

Room is in units of the picture; a letter has one width for all, and wide ones (Chinese, Japanese, Korean) have two.
"""

import unicodedata

from markupsafe import Markup, escape

LETTER_NAME, LETTER_LINE, LETTER_NOTE = 8.2, 6.6, 7.0
"""Widths of one letter: of names, of what stands below them, and on notes."""


def cut(text: str, room: float, letter: float) -> Markup:
    """As much of a text as fits."""
    held = _held(text, room / letter)
    return escape(text) if held == len(text) else escape(text[: max(held - 1, 0)].rstrip() + "…")


def wrapped(text: str, room: float, letter: float, rows: int) -> list[str]:
    """At most so many lines of a text, broken at spaces; the last of them says where more follows."""
    letters, lines = room / letter, list[str]()
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if _held(longer, letters) == len(longer):
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while (held := max(_held(line, letters), 1)) < len(line):
                lines.append(line[:held])
                line = line[held:]
        lines.append(line)
        if len(lines) > rows:
            break
    if len(lines) <= rows:
        return lines
    last = lines[rows - 1 : rows]
    return lines[: rows - 1] + [one[: max(_held(one, letters - 1), 0)].rstrip() + "…" for one in last]


def _held(text: str, letters: float) -> int:
    """How many of its first characters fit."""
    for place, character in enumerate(text):
        letters -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if letters < 0:
            return place
    return len(text)
