"""Over every sealed record of every workspace: counted, or put under the master key that seals now."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.audit import Target, record
from studio.core import rewrapping
from studio.core.actor import Actor
from studio.core.crypto import Keyring
from studio.core.db import Base
from studio.core.faults import fault_point
from studio.core.sealed import SealedColumn, sealed_columns
from studio.core.unit_of_work import Database, UnitOfWork

Say = Callable[[str], None]


@dataclass
class Told:
    """What a walk has come by."""

    rewrapped: Counter[str] = field(default_factory=Counter)
    """Records by table."""
    closed: list[str] = field(default_factory=list)
    """Records that do not open, as `table.column key`."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Every record of an installation. All packages' tables have to be loaded."""

    database: Database
    actor: Actor

    def workspaces(self) -> list[UUID]:
        """All of them."""
        with self.database.unit(actor=self.actor, read_only=True) as uow:
            return list(uow.session.scalars(select(Workspace.id).order_by(Workspace.id)))

    def counted(self) -> dict[int | None, Counter[str]]:
        """How many records each table has under each version; None: under none of ours."""
        found: dict[int | None, Counter[str]] = {}
        for workspace_id, column in self._places():
            with self.database.unit(workspace_id, self.actor, read_only=True) as uow:
                for version, number in rewrapping.counts(uow, column).items():
                    found.setdefault(version, Counter())[column.table] += number
        return found

    def rewrap(self, keyring: Keyring, say: Say) -> Told:
        """Put all under the key that seals now, and tell each workspace's trail. May be begun again at any time."""
        told = Told()
        for workspace_id, column in self._places():
            done = sum(self._column(keyring, workspace_id, column, told))
            told.rewrapped[column.table] += done
            if done:
                say(f"{column.table}.{column.name}: {done:,} records" + (f" of {workspace_id}" if workspace_id else ""))
            if done and workspace_id is None:
                self.tell(partial(_record, keyring=keyring, table=column.table, records=done, shared=True))
        return told

    def tell(self, record_it: Callable[[UnitOfWork], None]) -> None:
        """Note in every workspace's trail what was done to all of them."""
        for workspace_id in self.workspaces():
            with self.database.unit(workspace_id, self.actor) as uow:
                record_it(uow)

    def _places(self) -> Iterator[tuple[UUID | None, SealedColumn]]:
        columns = sealed_columns(Base.registry.mappers)
        yield from ((None, column) for column in columns if not column.of_tenants)
        for workspace_id in self.workspaces():
            yield from ((workspace_id, column) for column in columns if column.of_tenants)

    def _column(self, keyring: Keyring, workspace_id: UUID | None, column: SealedColumn, told: Told) -> Iterator[int]:
        """How many each transaction has done: first what nobody holds, then one by one what somebody did."""
        for wait in (False, True):
            after = None
            while True:
                with self.database.unit(workspace_id, self.actor) as uow:
                    batch = rewrapping.rewrap_batch(uow, keyring, column, after, wait=wait)
                    if batch.rewrapped and workspace_id is not None:
                        _record(uow, keyring, column.table, batch.rewrapped)
                fault_point("keys.rewrap.after_commit")
                if batch.last is None:
                    break
                yield batch.rewrapped
                after = batch.last
                told.closed += [f"{column.table}.{column.name} {key}" for key in batch.closed if wait]


def key_target(version: int) -> Target:
    """A master key in the trail."""
    return Target("master_key", str(version), f"Master key {version}")


def _record(uow: UnitOfWork, keyring: Keyring, table: str, records: int, *, shared: bool = False) -> None:
    version = keyring.current
    facts = {"version": version, "records": records, "table": table, "shared": shared}
    record(uow, "master_key.rewrapped", targets=[key_target(version)], metadata=facts)
