"""What caused an event: through how many runs that started one another, so that circles of workflows end."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.contract.node import TriggerType, node_type
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, Run

LONGEST_CHAIN = 3
"""Runs that may start one after the other by what happened in the one before."""
DEEPEST = 12
"""Workflows that call one another: more than may."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where it happened."""

    workflow_id: UUID | None
    chain: int = 0
    """How many runs before it were started by one another."""
    above: frozenset[UUID] = frozenset()
    """The workflows whose runs have called that run, one over the other."""

    def is_of(self, workflow_id: UUID) -> bool:
        """Whether it happened in a run of a workflow, or in one that it called."""
        return workflow_id == self.workflow_id or workflow_id in self.above


def is_chained(trigger: str | None) -> bool:
    """Whether workflows start one another by a type of trigger."""
    found = node_type(trigger) if trigger else None
    return found is not None and issubclass(found, TriggerType) and found.chains


def source_of(uow: UnitOfWork, run_id: UUID | None) -> Source:
    """Where a run stands: its workflow, those that called it, and the chain that the first of them is in."""
    asked = select(Run.workflow_id, Run.parent_run_id, Event.type, Event.meta)
    asked = asked.join(Event, Event.id == Run.event_id, isouter=True)
    workflows: list[UUID] = []
    chain = 0
    while run_id is not None and len(workflows) < DEEPEST:
        found = uow.session.execute(asked.where(Run.id == run_id)).one_or_none()
        if found is None:
            break
        workflows.append(found.workflow_id)
        if is_chained(found.type):
            chain = max(chain, (found.meta or {}).get("chain", 1))
        run_id = found.parent_run_id
    if not workflows:
        return Source(None)
    return Source(workflows[0], chain, frozenset(workflows[1:]))


def circle(source: Source) -> str:
    """Why nothing more starts."""
    return _(
        "%(count)s workflows had started one another by then. Studio stops there, so that they do not go on for ever.",
        count=source.chain,
    )
