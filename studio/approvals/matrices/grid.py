"""A matrix as comma-separated values, for spreadsheets and for its page: the same columns, there and back. Pure.

The head names what rows compare as `Amount: number EUR`, between `Row (first hit)` and the fixed columns. A cell that
a spreadsheet would take for a formula has an apostrophe before it.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from studio.approvals.tables import document
from studio.approvals.tables.document import OUTCOMES, Matrix, Read
from studio.contract import tables
from studio.contract.tables import Column, Hits, Kind
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _

MOST_BYTES = 2 * 1024 * 1024
HEADS = ("Approvers", "Needed", "Due", "Proof", "Then", "Escalation", "Name")
"""Of the fixed columns. They are the format's, so they are in no language."""
_CORNER = {Hits.FIRST: "Row (first hit)", Hits.ALL: "Row (all hits)"}
_OTHERWISE = "otherwise"
_CONDITION = re.compile(r"(.*\S)\s*:\s*(number|text)(?:\s+(\S{1,12}))?\s*\Z", re.IGNORECASE | re.DOTALL)
_FORMULA = re.compile(r"'*[=+\-@\t]")


def write(matrix: Matrix) -> str:
    """The whole of it."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow([_CORNER[matrix.hits], *map(_safe, (head(one) for one in matrix.columns)), *HEADS])
    for place, row in enumerate(matrix.rows):
        out.writerow([str(place + 1), *map(_safe, (*row.when, *row.outcome))])
    if matrix.otherwise is not None:
        out.writerow([_OTHERWISE, *([""] * len(matrix.columns)), *map(_safe, matrix.otherwise.outcome)])
    return buffer.getvalue()


def head(column: Column) -> str:
    """A column's head: its name, what it compares, in what."""
    return f"{column.name}: {column.kind.value} {column.unit}".rstrip()


def decoded(data: bytes) -> str:
    """A file's text. Raises InvalidInput for one that is too large or in another encoding than UTF-8, at its line."""
    if len(data) > MOST_BYTES:
        said = _("The file is larger than %(most)s MiB. A matrix has at most %(rows)s rows.",
                 most=MOST_BYTES // 1024**2, rows=tables.MOST_ROWS)  # fmt: skip
        raise InvalidInput(said, code="matrix.too_large", field="file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        said = _("Line %(row)s holds a letter that is not UTF-8. Save the file as “CSV UTF-8” and try again.", row=row)
        raise InvalidInput(said, code="matrix.encoding", field="file") from None


def read(text: str) -> Read:
    """Read it back. Raises InvalidInput where its columns are others, or where it has too many rows, with the line."""
    lines = _lines(text)
    first = next(lines, (1, []))[1]
    hits, columns = _head(first)
    rows: list[list[str]] = []
    otherwise: list[str] | None = None
    wide = len(columns) + len(OUTCOMES)
    for number, line in lines:
        if not any(one.strip() for one in line[1:]) and line[0].strip().casefold() != _OTHERWISE:
            continue  # a blank line, or a number alone
        if len(line) != wide + 1:
            said = _("Line %(row)s has %(cells)s cells, but the head has %(columns)s.",
                     row=number, cells=len(line), columns=wide + 1)  # fmt: skip
            raise InvalidInput(said, code="matrix.cells", field=f"rows.{len(rows)}")
        cells = [_plain(one) for one in line]
        if cells[0].strip().casefold() == _OTHERWISE:
            if otherwise is not None or any(one.strip() for one in cells[1 : 1 + len(columns)]):
                said = _("Line %(row)s: one line alone is for all other cases, and it has no conditions.", row=number)
                raise InvalidInput(said, code="matrix.otherwise", field="otherwise")
            otherwise = cells[1 + len(columns) :]
            continue
        if len(rows) >= tables.MOST_ROWS:
            said = _("Line %(row)s is one too many: a matrix has at most %(most)s rows.",
                     row=number, most=tables.MOST_ROWS)  # fmt: skip
            raise InvalidInput(said, code="table.too_many_rows", field=f"rows.{len(rows)}")
        rows.append(cells[1:])
    return document.read(columns, rows, otherwise, hits)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for line in reader:
            if line:
                yield reader.line_num, line
    except csv.Error as error:
        said = _("Line %(row)s is no CSV: %(why)s.", row=reader.line_num, why=str(error))
        raise InvalidInput(said, code="matrix.csv", field="file") from None


def _head(line: Sequence[str]) -> tuple[Hits, list[Column]]:
    names = [_plain(one).strip() for one in line]
    hits = next((hit for hit, name in _CORNER.items() if names and names[0].casefold() == name.casefold()), None)
    fixed = [one.casefold() for one in names[-len(HEADS) :]]
    if hits is None or fixed != [one.casefold() for one in HEADS]:
        said = _("The first line has to begin with “Row (first hit)” or “Row (all hits)” and end with: %(heads)s.",
                 heads=", ".join(HEADS))  # fmt: skip
        raise InvalidInput(said, code="matrix.head", field="columns")
    columns = []
    for place, name in enumerate(names[1 : -len(HEADS)]):
        found = _CONDITION.match(name)
        if found is None:
            said = _("Column %(column)s, “%(name)s”, is unknown. Write what it compares behind its name, such as "
                     "“Amount: number EUR” or “Country: text”.", column=place + 2, name=name[:60])  # fmt: skip
            problem = FieldProblem(f"columns.{place}", "matrix.column", said)
            raise InvalidInput(said, code=problem.code, problems=[problem])
        columns.append(Column(" ".join(found[1].split()), Kind(found[2].lower()), found[3] or ""))
    return hits, columns


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
