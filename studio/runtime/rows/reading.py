"""Reading a CSV file: its encoding and its delimiter found or chosen, its rows bounded while they are read."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO

from studio.core.errors import InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _

MOST_ROWS = 10_000
"""As many as a “For each” takes."""
MOST_COLUMNS = 100
MOST_BYTES = 8 * 1024 * 1024
LONGEST = 32_000
"""Characters of one cell."""
_LOOKED_AT = 65_536
"""Bytes or characters by which encoding and delimiter are found."""


class Encoding(StrEnum):
    """How the bytes of a file are letters."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS = "windows-1252"
    LATIN_1 = "iso-8859-1"


class Delimiter(StrEnum):
    """What stands between two cells."""

    COMMA = ","
    SEMICOLON = ";"
    TAB = "\t"
    BAR = "|"


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of texts."""

    encoding: Encoding
    delimiter: Delimiter
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Without empty lines."""
    lines: tuple[int, ...]
    """In which line of the file each row ends, counted from 1."""


def read(content: IO[bytes], encoding: Encoding | None = None, delimiter: Delimiter | None = None) -> Table:
    """The whole file. `content` can be read again from its beginning.

    Raises InvalidInput, with a code that begins with `csv.`, as soon as it is known that the file cannot be taken: one
    of a million rows is left where its first row too many begins.
    """
    found = encoding or detected(content)
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=_codec(found), errors="strict", newline="")
    try:
        sample = text.read(_LOOKED_AT)
        text.seek(0)
        between = delimiter or guessed(sample)
        header, rows, lines = _rows(text, between)
    except UnicodeError:
        raise _refused("csv.encoding", found.value) from None
    finally:
        text.detach()
    return Table(found, between, header, rows, lines)


def detected(content: IO[bytes]) -> Encoding:
    """By its mark, by where its zeros stand, or by whether it is UTF-8 to its end; else Windows' own."""
    content.seek(0)
    head = content.read(_LOOKED_AT)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding.UTF_16
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        while head:
            decoder.decode(head)
            head = content.read(_LOOKED_AT)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Encoding.WINDOWS
    return Encoding.UTF_8


def guessed(sample: str) -> Delimiter:
    """The one by which most of the first lines have as many cells as the first has; of several, the one with most."""
    lines = sample.splitlines()[:20]

    def fits(one: Delimiter) -> tuple[int, int]:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=one.value) if row]
        except csv.Error:
            return 0, 0
        if not counts or counts[0] < 2:
            return 0, 0
        return sum(count == counts[0] for count in counts), counts[0]

    return max(Delimiter, key=fits)


def _codec(encoding: Encoding) -> str:
    return "utf-8-sig" if encoding is Encoding.UTF_8 else encoding.value


def _rows(text: io.TextIOWrapper, delimiter: Delimiter) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...],
                                                                 tuple[int, ...]]:  # fmt: skip
    found = _filled(text, delimiter)
    header = next((cells for _line, cells in found), None)
    if header is None:
        raise _refused("csv.empty")
    names = [cell.strip() for cell in header]
    if len(names) > MOST_COLUMNS:
        raise _refused("csv.too_many_columns")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _refused("csv.named_twice", twice[0])
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for line, cells in islice(found, MOST_ROWS + 1):
        if len(rows) == MOST_ROWS:
            raise _refused("csv.too_many_rows")
        rows.append(tuple(cells))
        lines.append(line)
    if not rows:
        raise _refused("csv.no_rows")
    return tuple(names), tuple(rows), tuple(lines)


def _filled(text: io.TextIOWrapper, delimiter: Delimiter) -> Iterator[tuple[int, list[str]]]:
    """Each line that holds something, with its number."""
    reader = csv.reader(text, delimiter=delimiter.value, strict=True)
    try:
        for cells in reader:
            if any(len(cell) > LONGEST for cell in cells):
                raise _refused("csv.too_long", str(reader.line_num))
            if any("\0" in cell for cell in cells):
                raise _refused("csv.binary", str(reader.line_num))
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        raise _refused("csv.broken", str(reader.line_num)) from None


def _refused(code: str, what: str = "") -> InvalidInput:
    words = {
        "csv.empty": _("This file is empty."),
        "csv.no_rows": _("This file has a first line of names, and no row below it."),
        "csv.encoding": _("This file cannot be read as %(encoding)s. Choose another encoding.", encoding=what),
        "csv.too_many_rows": _("This file has more than %(most)s rows, which is as many as one run takes. Divide it.",
                               most=separated(MOST_ROWS)),
        "csv.too_many_columns": _("This file has more than %(most)s columns.", most=MOST_COLUMNS),
        "csv.named_twice": _("Two columns are named “%(name)s”.", name=what[:80]),
        "csv.too_long": _("A cell of line %(line)s is too long.", line=what),
        "csv.binary": _("Line %(line)s holds a zero character: this is no text, or of another encoding.", line=what),
        "csv.broken": _("Line %(line)s cannot be read: a quotation mark is left open or stands in the wrong place.",
                        line=what),
    }  # fmt: skip
    return InvalidInput(words[code], code=code, field="file")
