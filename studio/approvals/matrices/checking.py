"""What is wrong with a matrix: with its table as a whole, and with what its rows name of the workspace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from studio.approvals import deadlines
from studio.approvals.nodes import checking, deciders
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.service import calendars, naming
from studio.approvals.service.named_policies import find
from studio.approvals.tables import document
from studio.approvals.tables.document import OUTCOMES, Matrix, Row
from studio.contract import tables
from studio.contract.tables import Hits, TooComplexError, words
from studio.core.errors import FieldProblem
from studio.core.unit_of_work import UnitOfWork

_CELLS = {"approvers": "approvers", "number": "needed", "need": "needed", "also": "then", "due_in": "due"}
"""In which of a row's cells a field of an approval step is written."""
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a matrix that people should know."""

    path: str
    """`rows`, `rows.<n>`, `rows.<n>.<cell>` or `otherwise.<cell>`."""
    code: str
    message: str
    refused: bool
    """It keeps the matrix from being published."""


def findings(uow: UnitOfWork, matrix: Matrix) -> list[Finding]:
    """All of it; the worst first."""
    found = [*whole(matrix), *_named(uow, matrix)]
    return sorted(found, key=lambda one: not one.refused)


def whole(matrix: Matrix) -> Iterator[Finding]:
    """Gaps, rows that are never chosen, rows of which the order decides. Pure."""
    if not matrix.columns:
        return
    table = document.table(matrix)
    try:
        report = tables.check(table)
    except TooComplexError:
        yield Finding("rows", "table.too_complex", words.too_complex(), refused=True)
        return
    for row in report.unreachable:
        yield Finding(f"rows.{row}", "table.unreachable_row", words.unreachable(row), refused=True)
    for gap in report.gaps[:MOST_TOLD]:
        said, covered = words.gap(report.space, gap), matrix.otherwise is not None
        if covered:
            said = _("%(gap)s It is decided by “otherwise”.", gap=said)
        yield Finding("rows", "table.gap", said, refused=not covered)
    for pair in report.overlaps[:MOST_TOLD]:
        said = words.overlap(report.space, pair)
        first = table.hits is Hits.FIRST
        ending = _("Row %(row)s counts, since it stands above.", row=pair.first + 1) if first else _("Both are asked.")
        yield Finding(f"rows.{pair.second}", "table.overlap", f"{said} {ending}", refused=False)


def rule_of(row: Row) -> dict[str, Any]:
    """A row as the fields of an approval step."""
    need, number = document.need_of(row)
    due = document.due_of(row)
    also = [{"when": "afterwards", "approvers": list(row.then)}] if row.then else []
    return {
        "approvers": list(row.approvers), "need": need, "number": number, "also": also,
        "due_in": due.model_dump(mode="json") if due else None,
    }  # fmt: skip


def _named(uow: UnitOfWork, matrix: Matrix) -> Iterator[Finding]:
    """Each distinct row's people, calendar and policy: what leads nowhere, and what could never come together."""
    known: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for path, row in document.everybody(matrix):
        if row.outcome not in known:
            known[row.outcome] = list(_of_row(uow, row))
        first = len(matrix.columns)
        for cell, code, message in known[row.outcome]:
            yield Finding(f"{path}.{first + OUTCOMES.index(cell)}", code, message, refused=True)


def _of_row(uow: UnitOfWork, row: Row) -> Iterator[tuple[str, str, str]]:
    raw = rule_of(row)
    missing = [*_missing(uow, raw)]
    yield from missing
    if row.escalation and find(uow, row.escalation) is None:
        said = _("There is no approval policy “%(name)s”.", name=row.escalation)
        yield "escalation", "policy.unknown", said
    if missing:
        return
    try:
        rule = PolicyRule.model_validate(raw)
    except ValidationError as error:
        yield "needed", "matrix.rule", error.errors()[0]["msg"].removeprefix("Value error, ")
        return
    for problem in checking.problems(uow, rule):
        yield _cell(problem), problem.code, problem.message


def _missing(uow: UnitOfWork, raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in (*deciders.references(raw), *deadlines.references(raw)):
        gone = calendars.missing(uow, one.name) if one.kind == calendars.KIND else naming.missing(uow, one)
        if gone is not None:
            yield _CELLS.get(one.field.split(".")[1], "approvers"), gone.code, gone.message


def _cell(problem: FieldProblem) -> str:
    return _CELLS.get(problem.path.split(".")[0], "approvers")
