"""Facets: what a run is found by that its row has no index for, as one number each in a narrow table."""

import hashlib
from enum import StrEnum
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunFacet

_COLLECTED = "run_facets"


class Facet(StrEnum):
    """What about a run; the rarest first, as a search for several begins with the first."""

    CONNECTION = "connection"
    """The id of a connection that a step of it names."""
    APPROVER = "approver"
    """The id of a person who answered for it."""
    TRIGGER = "trigger"
    """The type of the trigger that started it."""
    VERSION = "version"
    """The id of its version."""


def number(kind: Facet, value: object) -> int:
    """The facet as the table keeps it: 64 bits, whatever the value."""
    digest = hashlib.sha256(f"{kind}\0{value}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:8], signed=True)


def note(uow: UnitOfWork, run_id: UUID, kind: Facet, value: object) -> None:
    """A run has it once the unit commits; to say it again changes nothing."""
    uow.collected.setdefault(_COLLECTED, []).append((uow.workspace, number(kind, value), run_id))


def finish(uow: UnitOfWork) -> None:
    """Write all that the unit noted, in one statement however many there are and whoever says the same meanwhile."""
    noted = sorted(set(uow.collected.pop(_COLLECTED, [])))
    if noted:
        rows = [{"workspace_id": workspace, "facet": facet, "run_id": run_id} for workspace, facet, run_id in noted]
        postgresql = uow.session.get_bind().dialect.name == "postgresql"
        made = postgresql_insert(RunFacet) if postgresql else sqlite_insert(RunFacet)
        uow.session.execute(made.values(rows).on_conflict_do_nothing())
