"""The steps that a re-run begins with: what it keeps of the old run, and what was said in place of running."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Finding, Past
from studio.runtime.rerun.planner import Plan, port_of
from studio.runtime.rerun.reading import Payload, StepLike, reopened


class Recorded(StepLike, Protocol):
    """An attempt with all that its row says of it."""

    @property
    def attempt(self) -> int: ...
    @property
    def error(self) -> dict[str, Any] | None: ...
    @property
    def note(self) -> str | None: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime | None: ...


Find = Callable[[Past], tuple[Recorded, Payload]]
"""The row of a step, with what it got and gave."""


def rows_of(plan: Plan, find: Find, run_id: UUID, workspace_id: UUID, now: datetime, by: str) -> Iterator[StepRow]:
    """In the order in which the old run had them. `by` is whoever acts."""
    kept, loops = {past.id for past in plan.kept}, {past.id for past in plan.loops}
    for past in plan.facts.past.values():
        if past.id in kept or past.id in loops:
            yield _kept(*find(past), run_id, workspace_id, now, is_open=past.id in loops)
    for place, given in plan.given.items():
        found, row_id = plan.facts.past.get(place), new_id()
        arrived = place not in plan.choice.given and plan.choice.settled.get(place) is Finding.ARRIVED
        said = _("%(name)s looked there: it had arrived", name=by) if arrived else _(
            "%(name)s skipped it, and gave this in its place", name=by
        )  # fmt: skip
        old = find(found) if arrived and found is not None else None
        yield StepRow(
            row_id, run_id, workspace_id, place[0], place[1], 1, StepState.SUCCEEDED, plan.facts.steps[place[0]].type,
            now, port=port_of(plan.facts, place[0], given), input=old[1][0] if old else None,
            output=old[1][1] if old else given.output, note=said,
            reused_from=old[0].id if old else row_id, finished_at=now,
        )  # fmt: skip


def _kept(
    step: Recorded, payload: Payload, run_id: UUID, workspace_id: UUID, now: datetime, *, is_open: bool
) -> StepRow:
    given, output = payload
    state, port, finished_at = step.state, step.port, step.finished_at or now
    if is_open:
        output = reopened(step, payload) or output
    return StepRow(
        new_id(), run_id, workspace_id, step.node_key, step.path, step.attempt,
        StepState.RUNNING if is_open else state, step.type, step.started_at, port=None if is_open else port,
        input=given, output=output, error=step.error, note=None if is_open else step.note, reused_from=step.id,
        finished_at=None if is_open else finished_at,
    )  # fmt: skip
