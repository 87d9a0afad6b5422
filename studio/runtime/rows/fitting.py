"""Fitting the columns of a file to the fields of a form, and each row's cells to their kinds. Pure: no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.contract.form import Form, Question, answers
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime.rows.reading import Table

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


def columns_for(table: Table, fields: Sequence[Question], chosen: Mapping[str, int | None]) -> dict[str, int | None]:
    """Which column fills which field: as chosen, else the one of the field's name or label. None: none does."""
    names = {name.casefold(): index for index, name in reversed(list(enumerate(table.header))) if name}
    found: dict[str, int | None] = {}
    for field in fields:
        same = names.get(field.name.casefold(), names.get(field.label.strip().casefold()) if field.label else None)
        wanted = chosen.get(field.name, same) if field.name in chosen else same
        found[field.name] = wanted if wanted is not None and 0 <= wanted < len(table.header) else None
    return found


def fit(table: Table, form: Form, columns: Mapping[str, int | None]) -> Fitted:
    """Every row's cells as the form's answers."""
    rows: list[dict[str, Any] | None] = []
    problems: list[Problem] = []
    for index, (cells, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        found = _row(cells, form, columns, index, line, table)
        if isinstance(found, list):
            problems += found[: MOST_SHOWN - len(problems)]
            rows.append(None)
        else:
            rows.append(found)
    return Fitted(tuple(rows), tuple(problems), sum(row is None for row in rows))


def _row(
    cells: Sequence[str], form: Form, columns: Mapping[str, int | None], index: int, line: int, table: Table
) -> dict[str, Any] | list[Problem]:
    if any(cell.strip() for cell in cells[len(table.header) :]):
        return [Problem(line, "", _("This row has more cells than the first line has names."), f"rows.{index}")]
    given = {
        name: cells[column].strip()
        for name, column in columns.items()
        if column is not None and column < len(cells)
    }  # fmt: skip
    try:
        return answers(form, given, f"rows.{index}")
    except InvalidInput as error:
        return [
            Problem(line, _named(one.path, columns, table), one.message, one.path) for one in error.problems
        ]  # fmt: skip


def _named(path: str, columns: Mapping[str, int | None], table: Table) -> str:
    column = columns.get(path.rpartition(".")[2])
    return table.header[column] if column is not None else ""
