"""Fitting the columns of a file to the fields of a form, and each row's cells to their kinds. Pure: no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.contract.form import Form, Question, answers
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime.rows import numbers
from studio.runtime.rows.numbers import Mark
from studio.runtime.rows.reading import Table

NUMBERS = ("number", "money")
"""Kinds of fields whose cells are numbers."""
MOST_SHOWN = 100
"""Problems that are told: whoever mends the first sees the rest."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, or with a row."""

    line: int
    """Of the file."""
    column: str
    """As the file names it; empty: the row as a whole."""
    message: str
    path: str
    """Of the run's data, such as `rows.3.price`."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rows as a run gets them."""

    rows: tuple[dict[str, Any] | None, ...]
    """None: the row does not fit."""
    problems: tuple[Problem, ...]
    """The first MOST_SHOWN."""
    faulty: int
    """Rows that do not fit."""
    mark: Mark | None
    """What stands before the decimals of its numbers; None: nothing says."""


def columns_for(table: Table, fields: Sequence[Question], chosen: Mapping[str, int | None]) -> dict[str, int | None]:
    """Which column fills which field: as chosen, else the one of the field's name or label. None: none does."""
    names = {name.casefold(): index for index, name in reversed(list(enumerate(table.header))) if name}
    found: dict[str, int | None] = {}
    for field in fields:
        same = names.get(field.name.casefold(), names.get(field.label.strip().casefold()) if field.label else None)
        wanted = chosen.get(field.name, same) if field.name in chosen else same
        found[field.name] = wanted if wanted is not None and 0 <= wanted < len(table.header) else None
    return found


def fit(table: Table, form: Form, columns: Mapping[str, int | None], mark: Mark | None = None) -> Fitted:
    """Every row's cells as the form's answers. `mark`: before the decimals of numbers; None: by what the file says."""
    counted = _numbers(form, columns)
    mark = mark or numbers.found(cells[at].strip() for cells in table.rows for _name, at in counted if at < len(cells))
    rows: list[dict[str, Any] | None] = []
    problems: list[Problem] = []
    for index, (cells, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        found = _row(_Row(cells, index, line), form, columns, table, mark)
        if isinstance(found, list):
            problems += found[: MOST_SHOWN - len(problems)]
            rows.append(None)
        else:
            rows.append(found)
    return Fitted(tuple(rows), tuple(problems), sum(row is None for row in rows), mark)


def _numbers(form: Form, columns: Mapping[str, int | None]) -> list[tuple[str, int]]:
    """The fields that are numbers, with the column that fills each."""
    kinds = {field.name: field.type for field in form.fields}
    return [(name, at) for name, at in columns.items() if at is not None and kinds[name] in NUMBERS]


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Sequence[str]
    index: int
    line: int


def _row(
    row: _Row, form: Form, columns: Mapping[str, int | None], table: Table, mark: Mark | None
) -> dict[str, Any] | list[Problem]:
    path = f"rows.{row.index}"
    if any(cell.strip() for cell in row.cells[len(table.header) :]):
        return [Problem(row.line, "", _("This row has more cells than the first line has names."), path)]
    given = {
        name: row.cells[column].strip()
        for name, column in columns.items()
        if column is not None and column < len(row.cells)
    }  # fmt: skip
    unclear = []
    for name in [name for name, _at in _numbers(form, columns) if name in given]:
        if mark is None and numbers.ambiguous(given[name]):
            said = _("“%(cell)s” is one number with a decimal point and another with a comma. Choose the decimal mark.",
                     cell=given[name])  # fmt: skip
            unclear.append(Problem(row.line, _named(name, columns, table), said, f"{path}.{name}"))
        given[name] = numbers.plain(given[name], mark or Mark.POINT)
    try:
        return unclear or answers(form, given, path)
    except InvalidInput as error:
        return [
            Problem(row.line, _named(one.path, columns, table), one.message, one.path) for one in error.problems
        ]  # fmt: skip


def _named(path: str, columns: Mapping[str, int | None], table: Table) -> str:
    column = columns.get(path.rpartition(".")[2])
    return table.header[column] if column is not None else ""
