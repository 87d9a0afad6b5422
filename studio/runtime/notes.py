"""Remarks on runs, by steps and by people."""

from uuid import UUID

from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunNote

LONGEST = 4_000
"""Characters of what a person writes."""


def add(uow: UnitOfWork, run_id: UUID, text: str, *, author: str | None = None) -> RunNote:
    """Write a note. Its author is who acts, unless a step says its own name."""
    note = RunNote(id=new_id(), run_id=run_id, text=text, author=(author or uow.actor.name)[:120], created_at=uow.now)
    uow.session.add(note)
    return note
