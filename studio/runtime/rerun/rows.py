"""The steps that a re-run begins with: what it keeps of the old run, and what was said in place of running."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Finding, Past
from studio.runtime.rerun.planner import Plan, port_of
from studio.runtime.rerun.reading import StepLike, reopened


class Recorded(StepLike, Protocol):
    """An attempt with everything that is kept of it."""

    attempt: int
    input: object
    output: object
    error: dict[str, object] | None
    note: str | None
    started_at: datetime
    finished_at: datetime | None


def rows_of(
    plan: Plan, find: Callable[[Past], Recorded], run_id: UUID, workspace_id: UUID, now: datetime, by: str
) -> Iterator[StepRow]:
    """In the order in which the old run had them. `find` gives the whole row of a step; `by` is whoever acts."""
    loops = {past.id for past in plan.loops}
    for past in sorted((*plan.kept, *plan.loops), key=lambda past: past.id):
        yield _kept(find(past), run_id, workspace_id, now, is_open=past.id in loops)
    for place, given in plan.given.items():
        found, row_id = plan.facts.past.get(place), new_id()
        arrived = place not in plan.choice.given and plan.choice.settled.get(place) is Finding.ARRIVED
        said = _("%(name)s looked there: it had arrived", name=by) if arrived else _(
            "%(name)s skipped it, and gave this in its place", name=by
        )  # fmt: skip
        old = find(found) if arrived and found is not None else None
        yield StepRow(
            row_id, run_id, workspace_id, place[0], place[1], 1, StepState.SUCCEEDED, plan.facts.steps[place[0]].type,
            now, port=port_of(plan.facts, place[0], given), input=old.input if old else None,
            output=old.output if old else given.output, note=said,
            reused_from=old.id if old else row_id, finished_at=now,
        )  # fmt: skip


def _kept(step: Recorded, run_id: UUID, workspace_id: UUID, now: datetime, *, is_open: bool) -> StepRow:
    output, state, port, finished_at = step.output, step.state, step.port, step.finished_at or now
    if is_open:
        output = reopened(step, (step.input, step.output)) or step.output
    return StepRow(
        new_id(), run_id, workspace_id, step.node_key, step.path, step.attempt,
        StepState.RUNNING if is_open else state, step.type, step.started_at, port=None if is_open else port,
        input=step.input, output=output, error=step.error, note=None if is_open else step.note, reused_from=step.id,
        finished_at=None if is_open else finished_at,
    )  # fmt: skip
