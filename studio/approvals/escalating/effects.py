"""What steps of escalation do, gathered over many requests and written in as few statements as there are tables."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, update

from studio.approvals import trail
from studio.approvals.escalating.reading import Due
from studio.approvals.held import kill_links
from studio.approvals.models import Assignment, Escalation
from studio.approvals.outcomes import AssignmentState
from studio.approvals.service import timers
from studio.core import ids, outbox
from studio.core.among import among
from studio.core.inserting import insert_all
from studio.core.outbox import Left
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Move:
    """Where a plan is afterwards."""

    step: int
    next_at: datetime | None
    fallback_stage: int | None


@dataclass(slots=True)
class Effects:
    """Nothing is written before write()."""

    away: list[UUID] = field(default_factory=list)
    """Shares that end, since others are asked instead."""
    made: list[dict[str, Any]] = field(default_factory=list)
    """Shares that are new, as rows."""
    jobs: list[Left] = field(default_factory=list)
    moves: dict[Move, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, uow: UnitOfWork, one: Due, user_id: UUID, why: dict[str, str]) -> UUID:
        """Give somebody a share with a place of its own, and mail them. Returns its id."""
        share_id = ids.new_id()
        self.made.append(
            {
                "id": share_id,
                "workspace_id": uow.workspace,
                "request_id": one.id,
                "user_id": user_id,
                "state": AssignmentState.OPEN,
                "sort_at": one.sort_at,
                "counted_by": one.counted_by,
                "why": why,
                "stage": one.stage,
                "place_id": share_id,
                "created_at": uow.now,
            }
        )
        mail = {"assignment_id": str(share_id)}
        self.jobs.append(Left(trail.ASKED, f"{trail.ASKED}:{share_id}", mail, uow.now))
        return share_id

    def remind(self, uow: UnitOfWork, share_id: UUID) -> None:
        """Mail somebody about a share they hold."""
        key = f"{trail.REMIND}:{share_id}:{uow.now.isoformat()}"
        self.jobs.append(Left(trail.ASKED, key, {"assignment_id": str(share_id), "reminder": True}, uow.now))

    def move(self, one: Due, step: int, next_at: datetime | None, fallback_stage: int | None) -> None:
        """Go on to a step; whoever was on it no longer is."""
        self.moves[Move(step, next_at, fallback_stage)].append(one.id)
        if next_at is not None:
            key = timers.key(one.id, one.jobs + 1)
            self.jobs.append(Left(timers.TOPIC, key, {"request_id": str(one.id)}, next_at))

    def write(self, uow: UnitOfWork) -> None:
        """All of it. Shares end before others begin: a person has one open share of a request."""
        uow.session.flush()
        if self.away:
            self._end(uow)
        insert_all(uow.session, Assignment, self.made)
        for move, request_ids in self.moves.items():
            set_plan(
                uow,
                request_ids,
                step=move.step,
                next_at=move.next_at,
                started_at=case((Escalation.step != move.step, uow.now)),
                fallback_stage=move.fallback_stage,
                acknowledged_by=None,
                acknowledged_share=None,
                held_at=None,
                held_next_at=None,
                jobs=Escalation.jobs + (1 if move.next_at is not None else 0),
            )
        outbox.enqueue_all(uow, self.jobs)

    def _end(self, uow: UnitOfWork) -> None:
        ended = update(Assignment).where(among(uow.session, Assignment.id, self.away))
        values = {"state": AssignmentState.ESCALATED_AWAY, "closed_at": uow.now, "snoozed_until": None}
        uow.session.execute(ended.values(values).execution_options(synchronize_session=False))
        kill_links(uow, self.away)


def set_plan(uow: UnitOfWork, request_ids: Sequence[UUID], **values: Any) -> None:
    """Write the same to the plans of some requests."""
    changed = update(Escalation).where(among(uow.session, Escalation.request_id, request_ids)).values(**values)
    uow.session.execute(changed.execution_options(synchronize_session=False))
