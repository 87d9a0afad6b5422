"""Facets: what a run is found by that its row has no index for, as one number each in a narrow table."""

import hashlib
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunFacet


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
    """A run has it from now on; to say it again changes nothing."""
    facet = number(kind, value)
    known = select(RunFacet.run_id).where(RunFacet.facet == facet, RunFacet.run_id == run_id)
    if uow.session.scalar(known) is None:
        row = {"workspace_id": uow.workspace, "facet": facet, "run_id": run_id}
        uow.session.execute(insert(RunFacet).values(row))
