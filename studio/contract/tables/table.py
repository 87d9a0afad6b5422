"""A table of rules: columns, rows of cells, and which rows some facts hit. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from studio.contract.tables import cells
from studio.contract.tables.cells import Cell, CellError, Kind
from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _

MOST_COLUMNS = 8
MOST_ROWS = 500
LARGEST = Decimal(10) ** 15


class Hits(StrEnum):
    """Which of the rows that fit count."""

    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that rows compare."""

    name: str
    kind: Kind
    unit: str = ""
    """Currency or unit of its numbers, for people and to be compared with the fact's; may be empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each as long as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    hits: Hits = Hits.FIRST


@dataclass(frozen=True, slots=True)
class Judged:
    """What a row makes of some facts."""

    row: int
    fits: bool
    failed: int | None = None
    """The first column whose cell asks for something else; None: the row fits."""


Facts = Sequence[Decimal | str]
"""One a column: a number, or the key of a text."""


class FactError(ValueError):
    """A fact that a column cannot compare."""

    def __init__(self, code: str, message: str, column: int) -> None:
        """`code` is one of `table.fact_missing`, `table.fact_number`, `table.fact_text`, `table.fact_unit`."""
        super().__init__(message)
        self.code, self.message, self.column = code, message, column


def read(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], hits: Hits = Hits.FIRST, most: int = MOST_ROWS
) -> tuple[Table, list[FieldProblem]]:
    """From texts to a table, and what is wrong with each cell, at `rows.<row>.<column>`.

    A cell that cannot be read asks nothing in the table that is given back.
    """
    problems: list[FieldProblem] = []
    if len(rows) > most:
        said = _("A table has at most %(most)s rows; this one has %(rows)s.", most=most, rows=len(rows))
        return Table(tuple(columns), (), hits), [FieldProblem("rows", "table.too_many_rows", said)]
    made = []
    for place, row in enumerate(rows):
        if len(row) != len(columns):
            said = _("Row %(row)s has %(cells)s cells, but there are %(columns)s columns.",
                     row=place + 1, cells=len(row), columns=len(columns))  # fmt: skip
            problems.append(FieldProblem(f"rows.{place}", "table.cells", said))
            continue
        made.append(tuple(_cell(column, text, f"rows.{place}.{at}", problems)
                          for at, (column, text) in enumerate(zip(columns, row, strict=True))))  # fmt: skip
    return Table(tuple(columns), tuple(made), hits), problems


def column_problems(columns: Sequence[Column], path: str = "columns") -> list[FieldProblem]:
    """Columns that are too many, without a name, or named twice."""
    found: list[FieldProblem] = []
    if not 0 < len(columns) <= MOST_COLUMNS:
        said = _("A table compares 1 to %(most)s things.", most=MOST_COLUMNS)
        found.append(FieldProblem(path, "table.columns", said))
    names: set[str] = set()
    for place, one in enumerate(columns):
        if not one.name.strip() or len(one.name) > 60:
            said = _("Each column needs a name of up to 60 letters.")
            found.append(FieldProblem(f"{path}.{place}", "table.column_name", said))
        elif cells.key(one.name) in names:
            said = _("Two columns are called “%(name)s”.", name=one.name)
            found.append(FieldProblem(f"{path}.{place}", "table.column_twice", said))
        names.add(cells.key(one.name))
    return found


def fact(column: Column, value: Any, place: int, unit: str = "") -> Decimal | str:
    """A value as a column compares it. `unit`: what its number counts, where that is known. Raises FactError.

    A text that holds nothing is the empty text: it fits cells that ask nothing.
    """
    if column.kind is Kind.TEXT:
        return _text(column, value, place)
    if column.unit and unit and cells.key(unit) != cells.key(column.unit):
        said = _("“%(name)s” is counted in %(unit)s, but this one is in %(other)s.",
                 name=column.name, unit=column.unit, other=unit)  # fmt: skip
        raise FactError("table.fact_unit", said, place)
    number = _number(value)
    if number is None:
        said = _("“%(name)s” has to be a number, and it is none here.", name=column.name)
        raise FactError("table.fact_number", said, place)
    return number


def judge(table: Table, facts: Facts) -> list[Judged]:
    """Each row, in order: whether it fits, and else the first cell that does not."""
    found = []
    for place, row in enumerate(table.rows):
        failed = next((at for at, cell in enumerate(row) if not cells.fits(cell, facts[at])), None)
        found.append(Judged(place, failed is None, failed))
    return found


def hit(table: Table, facts: Facts) -> list[int]:
    """The rows that count, in order: the first that fits, or all that do. Empty: none does."""
    fitting = [one.row for one in judge(table, facts) if one.fits]
    return fitting[:1] if table.hits is Hits.FIRST else fitting


def facts_of(columns: Sequence[Column], values: Mapping[str, Any], units: Mapping[str, str] | None = None) -> Facts:
    """Values by the names of columns, as facts. Raises FactError for one that is not there or does not compare."""
    known = {cells.key(name): value for name, value in values.items()}
    counted = {cells.key(name): unit for name, unit in (units or {}).items()}
    made = []
    for place, column in enumerate(columns):
        at = cells.key(column.name)
        if at not in known:
            said = _("Nothing was said of “%(name)s”, which the table compares.", name=column.name)
            raise FactError("table.fact_missing", said, place)
        made.append(fact(column, known[at], place, counted.get(at, "")))
    return made


def _cell(column: Column, text: str, path: str, problems: list[FieldProblem]) -> Cell:
    try:
        return cells.parse(column.kind, text)
    except CellError as error:
        problems.append(FieldProblem(path, error.code, error.message))
        return cells.ANY


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < LARGEST else None


def _text(column: Column, value: Any, place: int) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return cells.key(value)
        case int() | float() | Decimal():
            number = _number(value)
            return cells.decimal_text(number) if number is not None else str(value)
        case _:
            said = _("“%(name)s” has to be one text, and it is a list or an object here.", name=column.name)
            raise FactError("table.fact_text", said, place)
