"""Failures against an account, counted in the database, so that guessing slows down whichever process it meets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.accounts import policy
from studio.accounts.models import AttemptCounter
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counters of one attempt, locked: attempts made at once are looked at one after the other."""

    rows: Sequence[AttemptCounter]
    free: Mapping[str, int]
    """How many failures of a window cost nothing, by counter."""

    @classmethod
    def of(cls, uow: UnitOfWork, free: Mapping[str, int]) -> "Attempts":
        """What was counted so far. `free` has the counters' keys, hashed."""
        keys = sorted(free)
        dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
        fresh = [{"key": key, "failures": 0, "since": uow.now} for key in keys]
        uow.session.execute(dialect.insert(AttemptCounter).values(fresh).on_conflict_do_nothing())
        query = select(AttemptCounter).where(AttemptCounter.key.in_(keys)).order_by(AttemptCounter.key)
        return cls(uow.session.scalars(query.with_for_update()).all(), free)

    def locked_for(self, uow: UnitOfWork) -> timedelta | None:
        """How long nothing is looked at; None: it is."""
        moments = (counter.locked_until for counter in self.rows)
        latest = max((moment for moment in moments if moment and moment > uow.now), default=None)
        return latest - uow.now if latest else None

    def failed(self, uow: UnitOfWork) -> None:
        """Count one more."""
        for row in self.rows:
            lock = policy.after_failure(row.failures, row.since, uow.now, self.free[row.key])
            row.failures, row.since, row.locked_until = lock.failures, lock.since, lock.locked_until


def forget(uow: UnitOfWork, key: str) -> None:
    """Begin to count anew."""
    uow.session.execute(delete(AttemptCounter).where(AttemptCounter.key == key))
