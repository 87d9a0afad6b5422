"""A matrix tried on what was asked before: which row it would have been, and whom it would have asked. Nobody is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import people, saying
from studio.approvals.models import Request
from studio.approvals.rule import Rule, from_json
from studio.approvals.tables import choosing, document
from studio.approvals.tables.choosing import Chosen
from studio.approvals.tables.document import Matrix
from studio.contract.tables import Column, Kind, cells
from studio.core import ids
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork

MOST = 200
AMOUNT, WORKFLOW, REQUESTER, TOLD = "amount", "workflow", "requester", "told"
"""Sources of a column beside the facts of a request, `fact:<label>`; TOLD is what its step told a matrix of it."""
FACT = "fact:"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Tried:
    """One request of before."""

    request: Request
    facts: str
    """What the columns would have compared."""
    rows: str
    """Which rows would have counted; empty: none could be told."""
    would_ask: str
    asked: str
    """Who was asked, as people read it."""
    same: bool
    """The same people and groups would have been asked at first."""
    problem: str = ""
    """Why nothing can be told of it."""


def sources(uow: UnitOfWork, workflow_id: UUID | None = None, most: int = 50) -> list[str]:
    """From what a column may be taken: the amount, and each label of the facts of the last requests."""
    rows = _requests(uow, workflow_id, most)
    labels = dict.fromkeys(str(label) for row in rows for label, _value in row.facts)
    told = [TOLD] if any("matrix" in row.context for row in rows) else []
    return [AMOUNT, *(f"{FACT}{label}" for label in labels), WORKFLOW, REQUESTER, *told]


def guessed(columns: Sequence[Column], offered: Sequence[str]) -> dict[str, str]:
    """For each column its most likely source: what steps told a matrix, a fact of its name, the amount for numbers."""
    if TOLD in offered:
        return {one.name: TOLD for one in columns}
    by_label = {cells.key(one.removeprefix(FACT)): one for one in offered if one.startswith(FACT)}
    return {
        one.name: by_label.get(cells.key(one.name)) or (AMOUNT if one.kind is Kind.NUMBER else WORKFLOW)
        for one in columns
    }


def on_past(
    uow: UnitOfWork, matrix: Matrix, taken: Mapping[str, str], workflow_id: UUID | None = None, most: int = 50
) -> list[Tried]:
    """The last requests, newest first, of one workflow or of all. `taken`: the source of each column, by its name.

    Raises InvalidInput where a column has no source that there is, or for a number out of bounds.
    """
    if not 1 <= most <= MOST:
        raise InvalidInput(_("Try it on 1 to %(most)s requests.", most=MOST), code="out_of_range", field="most")
    known = {cells.key(name): source for name, source in taken.items()}
    for place, column in enumerate(matrix.columns):
        source = known.get(cells.key(column.name), "")
        if source not in (AMOUNT, WORKFLOW, REQUESTER, TOLD) and not source.startswith(FACT):
            said = _("Say what “%(name)s” is taken from.", name=column.name)
            raise InvalidInput(said, code="matrix.source", field=f"sources.{place}")
    names = _names(uow, matrix)
    return [_tried(matrix, known, names, row) for row in _requests(uow, workflow_id, most)]


def _requests(uow: UnitOfWork, workflow_id: UUID | None, most: int) -> list[Request]:
    query = select(Request).order_by(Request.id.desc()).limit(most)
    if workflow_id is not None:
        query = query.where(Request.workflow_id == workflow_id)
    return list(uow.session.scalars(query))


def _tried(matrix: Matrix, taken: Mapping[str, str], names: Mapping[str, str], request: Request) -> Tried:
    rule = from_json(request.rule) if "stages" in request.rule or "any_of" in request.rule else Rule(())
    asked = saying.rule_words(rule) if rule.stages else ""
    values = {one.name: _value(request, taken[cells.key(one.name)], one) for one in matrix.columns}
    units = {one.name: request.currency or "" for one in matrix.columns if taken[cells.key(one.name)] == AMOUNT}
    try:
        chosen = choosing.choose(matrix, values, units)
    except InvalidInput as error:
        return Tried(request, "", "", "", asked, same=False, problem=error.message)
    would = choosing.people_words(chosen)
    return Tried(request, chosen.facts, choosing.labels(matrix, chosen), would, asked, same=_same(rule, chosen, names))


def _value(request: Request, source: str, column: Column) -> Any:
    if source == WORKFLOW:
        return request.context.get("workflow_name") or ""
    if source == REQUESTER:
        return request.requester_email or ""
    if source == AMOUNT:
        return request.amount
    if source == TOLD:
        told = (request.context.get("matrix") or {}).get("told", {})
        return next((value for name, value in told.items() if cells.key(name) == cells.key(column.name)), None)
    wanted = cells.key(source.removeprefix(FACT))
    found = next((value for label, value in request.facts if cells.key(str(label)) == wanted), None)
    return _amount(str(found)) if column.kind is Kind.NUMBER and found is not None else found


def _amount(text: str) -> str | None:
    """The number in a fact such as "€1,420.00" or "420.00 EUR"; None: there is none, or more than one reading."""
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text)
    found = re.findall(r"-?\d+(?:\.\d+)?", plain)
    if len(found) != 1 or not _NUMBER.match(found[0]):
        return None
    try:
        return str(Decimal(found[0]))
    except InvalidOperation:
        return None


def _names(uow: UnitOfWork, matrix: Matrix) -> dict[str, str]:
    """What people read of each person whom a matrix names; groups and schedules are read as they are named."""
    refs = {ref for _path, row in document.everybody(matrix) for ref in row.approvers if ref.startswith("user:")}
    found = {}
    for ref in refs:
        name = ref.removeprefix("user:")
        user_id = ids.parse_id(name)
        person = people.by_id(uow, user_id) if user_id else people.by_email(uow, name)
        found[ref] = person.name if person else name
    return found


def _same(rule: Rule, chosen: Chosen, names: Mapping[str, str]) -> bool:
    """Whether the first stage names the same."""
    if not rule.stages:
        return False
    named = {(name.kind, cells.key(name.name)) for part in rule.stages[0].parts for name in part.names}
    wanted = set()
    for row in chosen.asked:
        for ref in row.approvers:
            kind, _colon, name = ref.partition(":")
            wanted.add((kind, cells.key(names.get(ref, name))))
    return named == wanted
