"""The decision table of a step: its raw config as a table, what is wrong with it, and what its rows give. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from studio.contract import tables
from studio.contract.references import Missing
from studio.contract.tables import Column, Hits, Kind, Table, TooComplexError, cells, words
from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _

KEY = "condition.decision_table"
MOST_ROWS = 200
MOST_OUTPUTS = 8
LONGEST_VALUE = 500
_TOLD = 3
"""Gaps that are told one by one."""
_YES, _NO = frozenset({"yes", "true"}), frozenset({"no", "false"})


class Gives(StrEnum):
    """What stands in an output's cells."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"


Row = tuple[str, ...]


@lru_cache(maxsize=64)
def read(columns: tuple[Column, ...], rows: tuple[Row, ...], hits: Hits) -> tuple[Table, tuple[FieldProblem, ...]]:
    """The cells of the inputs as a table; kept, since a workflow's rows are the same in each of its runs."""
    table, problems = tables.read(columns, [row[: len(columns)] for row in rows], hits, MOST_ROWS)
    return table, tuple(problems)


def value(gives: Gives, text: str) -> Any:
    """What an output's cell gives; None: nothing. Raises ValueError, with a sentence for people."""
    plain = text.strip()
    if len(plain) > LONGEST_VALUE:
        raise ValueError(_("A value has at most %(most)s letters.", most=LONGEST_VALUE))
    if not plain:
        return None
    match gives:
        case Gives.TEXT:
            return plain
        case Gives.YES_NO:
            word = plain.casefold()
            if word not in _YES | _NO:
                raise ValueError(_("Write yes or no, or leave it empty."))
            return word in _YES
        case Gives.NUMBER:
            cell = cells.parse(Kind.NUMBER, plain)
            if not isinstance(cell, cells.Range) or cell.low is None or cell.low != cell.high:
                raise ValueError(_("Write one number, with a point and no thousands sign, or leave it empty."))
            return _number(cell.low)


def unfit(_uow: Any, node_type: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Missing]]:
    """What is wrong with the table of a raw config: at its cells first, then as a whole."""
    if node_type != KEY:
        return
    inputs, outputs = _dicts(config.get("inputs")), _dicts(config.get("outputs"))
    columns = [_column(one) for one in inputs]
    rows = [_row(one) for one in config.get("rules") or () if isinstance(one, list)]
    hits = Hits.ALL if config.get("hits") == Hits.ALL else Hits.FIRST
    problems = [*_columns(columns, outputs), *_cells(columns, outputs, rows)]
    if problems:
        yield from ((f"config.{one.path}", Missing(one.code, one.message)) for one in problems)
    elif columns:
        yield from _whole(
            read(tuple(columns), tuple(rows), hits)[0], complete=config.get("complete", True) is not False
        )


def _columns(columns: Sequence[Column], outputs: Sequence[Mapping[str, Any]]) -> Iterator[FieldProblem]:
    for one in tables.column_problems(columns, "inputs"):
        yield FieldProblem(f"{one.path}.name" if "." in one.path else one.path, one.code, one.message)
    names = [str(one.get("name") or "") for one in outputs]
    for place, name in enumerate(names):
        if name in names[:place]:
            said = _("Two values are called “%(name)s”.", name=name)
            yield FieldProblem(f"outputs.{place}.name", "table.column_twice", said)


def _cells(
    columns: Sequence[Column], outputs: Sequence[Mapping[str, Any]], rows: Sequence[Row]
) -> Iterator[FieldProblem]:
    wide = len(columns) + len(outputs)
    for place, row in enumerate(rows):
        if len(row) != wide:
            said = _("Row %(row)s has %(cells)s cells, but there are %(columns)s columns.",
                     row=place + 1, cells=len(row), columns=wide)  # fmt: skip
            yield FieldProblem(f"rules.{place}", "table.cells", said)
            return
    for one in read(tuple(columns), tuple(rows), Hits.FIRST)[1]:
        yield FieldProblem(one.path.replace("rows", "rules", 1), one.code, one.message)
    for place, row in enumerate(rows):
        for at, output in enumerate(outputs):
            try:
                value(_gives(output), row[len(columns) + at])
            except ValueError as error:  # of which a cell's own is one
                yield FieldProblem(f"rules.{place}.{len(columns) + at}", "table.value", str(error))


def _whole(table: Table, *, complete: bool) -> Iterator[tuple[str, Missing]]:
    try:
        report = tables.check(table)
    except TooComplexError:
        yield "config.rules", Missing("table.too_complex", words.too_complex())
        return
    for row in report.unreachable:
        yield f"config.rules.{row}", Missing("table.unreachable_row", words.unreachable(row))
    if report.gaps and complete:
        said = " ".join(words.gap(report.space, one) for one in report.gaps[:_TOLD])
        yield "config.rules", Missing("table.gap", said)
    if report.overlaps and table.hits is Hits.FIRST:
        said = _("%(rows)s The upper row counts.", rows=words.overlap(report.space, report.overlaps[0]))
        yield "config.rules", Missing("table.overlap", said, warning=True)


def _column(raw: Mapping[str, Any]) -> Column:
    kind = Kind.NUMBER if raw.get("kind") == Kind.NUMBER else Kind.TEXT
    return Column(str(raw.get("name") or "").strip(), kind, str(raw.get("unit") or "").strip())


def _gives(raw: Mapping[str, Any]) -> Gives:
    kind = raw.get("kind")
    return Gives(kind) if kind in set(Gives) else Gives.TEXT


def _row(raw: Sequence[Any]) -> Row:
    return tuple(one if isinstance(one, str) else "" for one in raw)


def _dicts(raw: Any) -> list[Mapping[str, Any]]:
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
