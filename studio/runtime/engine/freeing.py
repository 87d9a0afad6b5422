"""Frees at once what a process held that has died or stops: its runs, its jobs of the outbox, its loops."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from studio.core import claims
from studio.core.models import OutboxRow
from studio.runtime.engine.attending import forget
from studio.runtime.ledger.port import Ledger
from studio.runtime.models import LoopLease, Run, WorkerProcess


@dataclass(frozen=True, slots=True)
class Freed:
    """How much of each."""

    runs: int = 0
    jobs: int = 0

    def __add__(self, other: "Freed") -> "Freed":
        """Both together."""
        return Freed(self.runs + other.runs, self.jobs + other.jobs)


def free_loops(session: Session, holder: str) -> None:
    """Whoever held a loop does not turn it any more: another may begin at once."""
    session.execute(delete(LoopLease).where(LoopLease.holder == holder))


def free_holder(session: Session, ledger: Ledger, holder: str, *, dead: bool) -> Freed:
    """Everything that a process held, in the caller's transaction. A stop, other than a death, is held against none."""
    free_loops(session, holder)
    forget(session, holder)
    return Freed(ledger.release_holder(session, holder, dead=dead), claims.free(session, holder, dead=dead))


def free_all_dead(session: Session, ledger: Ledger) -> Freed:
    """What all who ever held anything have left. For one who knows to be alone."""
    holders = [
        *session.scalars(select(Run.lease_by).where(Run.state == "running").distinct()),
        *session.scalars(select(OutboxRow.holder).where(OutboxRow.state == "running").distinct()),
        *session.scalars(select(LoopLease.holder)),
        *session.scalars(select(WorkerProcess.holder)),
    ]
    return sum((free_holder(session, ledger, holder, dead=True) for holder in {*holders} - {None}), Freed())
