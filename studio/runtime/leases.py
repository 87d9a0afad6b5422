"""Leases by name, in the table of the loops: a process that dies has them taken away with its others."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from studio.core.unit_of_work import Database
from studio.runtime.models import LoopLease


class NamedLeases:
    """Implements `studio.contract.ports.Leases`."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database, self._holder = database, holder

    def take(self, name: str, seconds: float) -> bool:
        """Take it, unless anybody has it, this process included."""
        dialect = postgresql if self._database.dialect == "postgresql" else sqlite
        with self._database.across() as uow:
            values = {"holder": self._holder, "until": uow.now + timedelta(seconds=seconds)}
            taken = (
                dialect.insert(LoopLease)
                .values(name=name, **values)
                .on_conflict_do_update(index_elements=[LoopLease.name], set_=values, where=LoopLease.until < uow.now)
                .returning(LoopLease.name)
            )
            return uow.session.execute(taken).first() is not None

    def keep(self, name: str, seconds: float) -> bool:
        """Renew it. False: it is another's by now."""
        with self._database.across() as uow:
            mine = LoopLease.name == name, LoopLease.holder == self._holder
            kept = update(LoopLease).where(*mine).values(until=uow.now + timedelta(seconds=seconds))
            found = uow.session.execute(kept.returning(LoopLease.name).execution_options(synchronize_session=False))
            return found.first() is not None

    def give_back(self, name: str) -> None:
        """Let others take it at once. Nothing happens where it is another's."""
        with self._database.across() as uow:
            mine = delete(LoopLease).where(LoopLease.name == name, LoopLease.holder == self._holder)
            uow.session.execute(mine.execution_options(synchronize_session=False))
