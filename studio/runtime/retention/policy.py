"""Which runs may go. Pure: facts in, decisions out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from studio.runtime.outcomes import ENDED, RunState

DAYS = range(7, 3651)
"""What a rule may say."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days that ended runs are kept, by how they ended. None: as the next wider rule says."""

    succeeded: int | None = None
    failed: int | None = None
    cancelled: int | None = None

    def of(self, state: str) -> int | None:
        """Of one way to end; None as well for a state that is no end."""
        found: dict[str, int | None] = {
            RunState.SUCCEEDED: self.succeeded, RunState.FAILED: self.failed, RunState.CANCELLED: self.cancelled,
        }  # fmt: skip
        return found.get(state)


@dataclass(frozen=True, slots=True)
class Rules:
    """A workspace's rules, the narrowest first: the workflow's, all workflows', the workspace's days."""

    days: int
    """The workspace's."""
    everywhere: Days = Days()
    workflows: Mapping[UUID, Days] = field(default_factory=dict)

    def of(self, workflow_id: UUID | None, state: str) -> int:
        """Days that an ended run of this workflow is kept; None: of one without rules of its own."""
        own = self.workflows.get(workflow_id, Days()).of(state) if workflow_id is not None else None
        wide = self.everywhere.of(state)
        return own if own is not None else wide if wide is not None else self.days


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What decides about one run."""

    id: UUID
    workflow_id: UUID
    state: str
    ended_at: datetime | None
    """None: it has not ended, or nobody wrote down when; then its beginning counts."""
    began_at: datetime
    held: bool = False
    """Something that is still open needs it: a run it called, its re-run, an approval, a pack of evidence."""


def due_at(rules: Rules, run: RunFacts) -> datetime | None:
    """When its time is over; None: it is no ended run, and has no such time."""
    if run.state not in ENDED:
        return None
    return (run.ended_at or run.began_at) + timedelta(days=rules.of(run.workflow_id, run.state))


def may_go(rules: Rules, run: RunFacts, now: datetime) -> bool:
    """Whether it may be deleted now."""
    due = due_at(rules, run)
    return due is not None and due <= now and not run.held
