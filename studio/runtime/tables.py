"""Pure: CSV as rows of names and values, and back."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from studio.core.figures import separated
from studio.core.i18n import gettext as _

SEPARATORS = (",", ";", "\t", "|")
MOST_ROWS = 10_000
MOST_COLUMNS = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheets would work out."""


class TableError(ValueError):
    """What is no table; its text is a sentence for people."""


def read(text: str, separator: str = "", *, named: bool = True) -> list[dict[str, str]]:
    """Rows of a CSV text by the names of its columns, which its first line says; else they are column_1 and on.

    `separator` "": whichever stands most often in the first line. Rows that are too short or too long are refused:
    a comma too many would move values into columns of another name. Empty lines are passed over. Raises TableError.
    """
    plain = text.removeprefix("\ufeff").replace("\0", "\ufffd")
    mark = separator or _separator(plain)
    lines = _lines(plain, mark)
    first = next(lines, None)
    if first is None:
        return []
    names = _names(first[1]) if named else [f"column_{number}" for number in range(1, len(first[1]) + 1)]
    if len(names) > MOST_COLUMNS:
        raise TableError(_("It has more than %(most)s columns.", most=MOST_COLUMNS))
    rows: list[dict[str, str]] = []
    for line, values in lines if named else chain([first], lines):
        if len(values) != len(names):
            raise TableError(
                _("Line %(line)s has %(count)s values, and there are %(columns)s columns.",
                  line=line, count=len(values), columns=len(names))
            )  # fmt: skip
        if len(rows) == MOST_ROWS:
            raise TableError(_("It has more than %(most)s rows.", most=separated(MOST_ROWS)))
        rows.append(dict(zip(names, values, strict=True)))
    return rows


def write(
    rows: Sequence[Any], columns: Sequence[str] = (), separator: str = ",", *, named: bool = True, safe: bool = True
) -> str:
    """A CSV text as RFC 4180 has it. Without `columns`: all that the rows have, in the order they come.

    `safe` puts an apostrophe before texts that spreadsheets would take for formulas. Raises TableError.
    """
    wrong = next((number for number, row in enumerate(rows, 1) if not isinstance(row, Mapping)), None)
    if wrong is not None:
        raise TableError(_("Row %(number)s is no object of names and values.", number=wrong))
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    if len(names) > MOST_COLUMNS:
        raise TableError(_("It has more than %(most)s columns.", most=MOST_COLUMNS))
    written = io.StringIO()
    out = csv.writer(written, delimiter=separator)
    if named and names:
        out.writerow([_cell(name, safe=safe) for name in names])
    out.writerows([_cell(row.get(name), safe=safe) for name in names] for row in rows)
    return written.getvalue()


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for values in reader:
            if values:
                yield reader.line_num, values
    except csv.Error as error:
        raise TableError(_("Line %(line)s is no CSV: %(error)s.", line=reader.line_num, error=error)) from None


def _separator(text: str) -> str:
    line = text.lstrip("\r\n").partition("\n")[0]
    return max(SEPARATORS, key=line.count)


def _names(values: Sequence[str]) -> list[str]:
    names = [value.strip() for value in values]
    for number, name in enumerate(names, 1):
        if not name:
            raise TableError(_("Column %(number)s has no name in the first line.", number=number))
        if names.count(name) > 1:
            raise TableError(_("Two columns are called “%(name)s”.", name=name[:80]))
    return names


def _cell(value: Any, *, safe: bool) -> str:
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if safe and value.startswith(_FORMULA) and not _is_number(value) else value
        case bool():
            return "true" if value else "false"
        case _:
            return orjson.dumps(value).decode()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
