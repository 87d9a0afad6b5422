"""Which rows of a matrix some facts hit, and what a request asks then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.approvals.deadlines import Duration
from studio.approvals.tables import document
from studio.approvals.tables.document import Matrix, Row
from studio.contract import tables
from studio.contract.tables import FactError, words
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

_MINUTES = {"minutes": 1, "hours": 60, "days": 1440, "working_hours": 180, "working_days": 2880}
"""About how long a unit lasts, to tell which of several deadlines is the nearest."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is asked, and why they."""

    rows: tuple[int, ...]
    """From 0; empty: the row for all other cases."""
    asked: tuple[Row, ...]
    """Each of them has to agree; the first one's deadline is the nearest of all."""
    why: str
    """What those rows ask, for people to read."""
    facts: str
    """What they were compared with, for people to read."""


def choose(matrix: Matrix, values: Mapping[str, Any], units: Mapping[str, str] | None = None) -> Chosen:
    """By values of columns, by name. Raises InvalidInput at `compare` for facts that do not compare, or no row."""
    table = document.table(matrix)
    try:
        facts = tables.facts_of(matrix.columns, values, units)
    except FactError as error:
        raise InvalidInput(error.message, code=error.code, field="compare") from None
    said = words.facts(matrix.columns, facts)
    rows = tables.hit(table, facts)
    if not rows:
        return otherwise(matrix, said)
    why = "; ".join(words.why(table, row) for row in rows[:5])
    return Chosen(tuple(rows), tuple(matrix.rows[row] for row in rows), why, said)


def otherwise(matrix: Matrix, facts: str) -> Chosen:
    """The row for all other cases. Raises InvalidInput where there is none."""
    if matrix.otherwise is None:
        said = _(
            "No row of the matrix fits %(facts)s, and none is for all other cases, so it asks nobody.", facts=facts
        )
        raise InvalidInput(said, code="matrix.no_row", field="matrix")
    return Chosen((), (matrix.otherwise,), "", facts)


def due(chosen: Chosen) -> Duration | None:
    """The nearest of their deadlines; working time counts three times as long. None: no end."""
    found = [one for one in map(document.due_of, chosen.asked) if one is not None]
    return min(found, key=lambda one: one.amount * _MINUTES[one.unit.value], default=None)


def label(matrix: Matrix, row: int) -> str:
    """A row, for people to read."""
    name = matrix.rows[row].name
    return _("row %(row)s (%(name)s)", row=row + 1, name=name) if name else _("row %(row)s", row=row + 1)


def labels(matrix: Matrix, chosen: Chosen) -> str:
    """All of them: "row 2 (Large refunds)", or "otherwise"."""
    return ", ".join(label(matrix, row) for row in chosen.rows) or _("otherwise")


def people_words(chosen: Chosen) -> str:
    """Who is asked: "2 of group:Finance, then group:Legal and all of group:Board"."""
    said = []
    for row in chosen.asked:
        names = document.refs_text(row.approvers)
        first = _("%(n)s of %(names)s", n=row.needed, names=names) if row.needed else names
        then = document.refs_text(row.then)
        said.append(_("%(first)s, then %(next)s", first=first, next=then) if then else first)
    return _(" and ").join(said)
