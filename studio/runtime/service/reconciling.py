"""After a backup was put back: which calls may have gone out since it was made, and that none is repeated blindly.

What happened after the backup's moment is not in it. Of each run that was under way then, the step in flight and the
ones behind it may have been performed already. A call under a key is repeated under the same key, and its target sees
one effect; for one that takes none, somebody has to look.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, select, text

from studio.contract.node import Effect
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.ahead import ahead
from studio.runtime.compiled import Compiled
from studio.runtime.models import Run, Step
from studio.runtime.outcomes import Mode, RunState, StepState

AT_ONCE = 200
UNDER_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)
Versions = Callable[[UUID, UUID], Compiled]
_FENCE = (
    """
    update run set epoch = epoch + 1, state = case when state = 'running' then 'queued' else state end,
      lease_until = null, lease_by = null
    where state in ('queued', 'running', 'waiting')
    """,
    "update outbox set lease_until = created_at where state = 'running'",
    "delete from loop_lease",
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call that may have gone out after the backup was made."""

    run_id: UUID
    workflow: str
    title: str
    step: str
    key: str | None
    """Under which it is repeated safely; None: its target takes none."""
    begun: bool
    """It was about to go out, or had, when the backup was made. Else it comes later in the run."""


def fence(connection: Connection) -> None:
    """Let nothing of the backup count as still to be called for the first time. As the owner of the tables.

    A call that was handed over carries the epoch that may perform it: from the next one on it is one of which nobody
    knows. Leases of processes that are gone are freed, and none is counted as lost.
    """
    if inspect(connection).has_table("run"):
        for statement in _FENCE:
            connection.execute(text(statement))


def doubts(uow: UnitOfWork, versions: Versions) -> Iterator[Doubt]:
    """Of all runs of a workspace that are under way, oldest first."""
    found = select(Run).where(Run.state.in_(UNDER_WAY), Run.mode == Mode.LIVE).order_by(Run.id)
    last = UUID(int=0)
    while runs := uow.session.scalars(found.where(Run.id > last).limit(AT_ONCE)).all():
        last = runs[-1].id
        steps = _steps(uow, [run.id for run in runs])
        for run in runs:
            yield from _of_run(run, versions(run.workspace_id, run.version_id), steps[run.id])


def _steps(uow: UnitOfWork, run_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    columns = (Step.run_id, Step.node_key, Step.path, Step.state, Step.port, Step.input, Step.effect_key)
    found = defaultdict[UUID, list[Any]](list)
    for row in uow.session.execute(select(*columns).where(Step.run_id.in_(run_ids)).order_by(Step.id)):
        found[row.run_id].append(row)
    return found


def _of_run(run: Run, compiled: Compiled, steps: Sequence[Any]) -> Iterator[Doubt]:
    open_ = [step for step in steps if step.state in (StepState.RUNNING, StepState.WAITING)]
    coming = ahead(
        compiled.graph, run.trigger_node, {step.node_key for step in steps}, {step.node_key for step in open_},
        {(step.node_key, step.port) for step in steps if step.port is not None},
    )  # fmt: skip
    for key in coming:
        node, node_type = compiled.graph.nodes[key], compiled.types[key]
        if node_type.effect is not Effect.OUTSIDE:
            continue
        flying = [step for step in open_ if step.node_key == key and step.effect_key is not None]
        for step in flying or [None]:
            config = node.config if step is None else step.input or {}
            effect_key = f"{run.id}:{key}" if step is None else step.effect_key
            yield Doubt(
                run.id, compiled.workflow_name, run.title, node.name,
                effect_key if node_type.is_keyed(config) else None, begun=step is not None,
            )  # fmt: skip
