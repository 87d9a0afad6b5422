"""Keeping a file, reading it again, letting it go. Everything within the workspace of the unit of work."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import IO
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.core import ids
from studio.core.errors import NotFound, StudioError
from studio.core.i18n import gettext as _
from studio.core.models import StoredChunk, StoredFile
from studio.core.unit_of_work import Database, UnitOfWork

CHUNK = 256 * 1024
"""Bytes of one row: what a reader holds at a time."""
MOST_BYTES = 2 * 1024**3
"""Of all files of one workspace."""
UNTAKEN = timedelta(days=1)
"""How long a file is kept that nothing takes."""


class StorageFull(StudioError):
    """The workspace keeps as much as it may."""

    status = 507
    code = "storage_full"


def store(uow: UnitOfWork, content: IO[bytes], *, kind: str, name: str, media_type: str, taken: bool) -> StoredFile:
    """Keep it, chunk by chunk. `taken`: it is kept until `remove`, else for UNTAKEN.

    Raises StorageFull; the caller takes the transaction back then.
    """
    kept = uow.session.scalar(select(func.coalesce(func.sum(StoredFile.size), 0))) or 0
    row = StoredFile(
        id=ids.new_id(), kind=kind, name=name, media_type=media_type, size=0, sha256="", created_at=uow.now,
        created_by=uow.actor.user_id, expires_at=None if taken else uow.now + UNTAKEN,
    )  # fmt: skip
    digest, size = hashlib.sha256(), 0
    uow.session.add(row)
    uow.session.flush()
    for number, data in enumerate(iter(lambda: content.read(CHUNK), b"")):
        digest.update(data)
        size += len(data)
        if kept + size > MOST_BYTES:
            said = _("This workspace keeps as many files as it may. An admin can shorten how long they are kept.")
            raise StorageFull(said, field="file")
        chunk = StoredChunk(file_id=row.id, number=number, data=data)
        uow.session.add(chunk)
        uow.session.flush()
        uow.session.expunge(chunk)
    row.size, row.sha256 = size, digest.hexdigest()
    uow.session.flush()
    return row


def take(uow: UnitOfWork, file_id: UUID, kind: str, field: str) -> StoredFile:
    """A file that the actor handed in and nothing has taken yet; from now on it is kept. Raises NotFound."""
    row = uow.session.scalars(select(StoredFile).where(StoredFile.id == file_id).with_for_update()).one_or_none()
    mine = row is not None and row.kind == kind and row.created_by == uow.actor.user_id
    if row is None or not mine or row.expires_at is None or row.expires_at <= uow.now:
        raise NotFound(_("There is no such file, or it was used or let go already."), resource=f"{field}:{file_id}")
    row.expires_at = None
    return row


def read(uow: UnitOfWork, file_id: UUID) -> Iterator[bytes]:
    """What it holds, a chunk at a time."""
    number = 0
    query = select(StoredChunk.data).where(StoredChunk.file_id == file_id)
    while (data := uow.session.scalar(query.where(StoredChunk.number == number))) is not None:
        yield data
        number += 1


def stream(database: Database, workspace_id: UUID, file_id: UUID) -> Iterator[bytes]:
    """The same in a transaction of its own, for an answer that leaves when the request's has ended."""
    with database.unit(workspace_id, read_only=True) as unit:
        yield from read(unit, file_id)


def remove(uow: UnitOfWork, file_ids: Iterable[UUID]) -> None:
    """Let files go."""
    wanted = list(file_ids)
    uow.session.execute(delete(StoredChunk).where(StoredChunk.file_id.in_(wanted)))
    uow.session.execute(delete(StoredFile).where(StoredFile.id.in_(wanted)))


def purge(uow: UnitOfWork, most: int = 200) -> int:
    """Let go what nothing has taken in time; returns how many."""
    query = select(StoredFile.id).where(StoredFile.expires_at <= uow.now).limit(most)
    gone = list(uow.session.scalars(query))
    if gone:
        remove(uow, gone)
    return len(gone)
