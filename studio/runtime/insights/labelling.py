"""Labels that a workflow's rules give its runs, from what started them.

Nothing of it happens while an order is taken: whoever walks through the runs a minute later evaluates the rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, func, select
from sqlalchemy.orm import Session

from studio.expressions import EvaluationError, ExpressionError, Scope, evaluate
from studio.expressions.filters import text_of
from studio.runtime.labels import LONGEST_VALUE, MOST
from studio.runtime.models import Run, RunLabel

LARGEST = 262_144
"""Characters of a run's data: a larger one is not read for its labels."""


def values(rules: Mapping[str, str], data: Any) -> dict[str, str]:
    """By key, of the rules that give a text, a number or a truth for this data; others give none. Pure."""
    scope, made = Scope({"trigger": data}), dict[str, str]()
    for key, source in rules.items():
        try:
            value = evaluate(source, scope)
        except (EvaluationError, ExpressionError):
            continue
        if isinstance(value, list | tuple | dict):
            continue
        text = text_of(value).replace("\0", "").strip()
        if 0 < len(text) <= LONGEST_VALUE:
            made[key] = text
    return made


def label(session: Session, rows: Sequence[Row[Any]], rules: Mapping[UUID, Mapping[str, str]]) -> None:
    """Runs, each with id, workspace_id and version_id, by the rules of their versions. What a step said stays."""
    ruled = {row.id: row for row in rows if rules.get(row.version_id)}
    if not ruled:
        return
    known: dict[UUID, set[str]] = {run_id: set() for run_id in ruled}
    for run_id, key in session.execute(select(RunLabel.run_id, RunLabel.key).where(RunLabel.run_id.in_(ruled))):
        known[run_id].add(key)
    small = func.length(cast(Run.input, Text)) <= LARGEST
    for run_id, data in session.execute(select(Run.id, Run.input).where(Run.id.in_(ruled), small)):
        row, has = ruled[run_id], known[run_id]
        for key, value in values(rules[row.version_id], data).items():
            if key not in has and len(has) < MOST:
                has.add(key)
                session.add(RunLabel(run_id=run_id, workspace_id=row.workspace_id, key=key, value=value))
