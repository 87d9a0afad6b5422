"""Hanging files on a request, and opening them, by whoever may see the request."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals.attaching.checking import Checked
from studio.approvals.models import Attachment, Comment, Request, Vote
from studio.approvals.wordings import Attached
from studio.core import ids
from studio.core.errors import NotFound
from studio.core.files import storing
from studio.core.models import StoredFile
from studio.core.unit_of_work import UnitOfWork

KIND = "attachment"


def keep(uow: UnitOfWork, checked: Iterable[Checked], *, taken: bool = False) -> list[StoredFile]:
    """Store files that were let in. Raises StorageFull."""
    return [
        storing.store(uow, BytesIO(one.content), kind=KIND, name=one.name, media_type=one.media_type, taken=taken)
        for one in checked
    ]


def handed_in(uow: UnitOfWork, file_ids: Sequence[UUID], field: str = "attachments") -> list[StoredFile]:
    """Files that the actor has stored before, to be hung somewhere now. Raises NotFound for any other."""
    return [storing.take(uow, one, KIND, f"{field}.{place}") for place, one in enumerate(dict.fromkeys(file_ids))]


def stored(uow: UnitOfWork, file_ids: Sequence[UUID]) -> list[StoredFile]:
    """Files as they were handed in, in that order; whichever is not there is missing."""
    found = {one.id: one for one in uow.session.scalars(select(StoredFile).where(StoredFile.id.in_(file_ids)))}
    return [found[one] for one in dict.fromkeys(file_ids) if one in found]


def hang(
    uow: UnitOfWork,
    request: Request,
    files: Iterable[StoredFile],
    *,
    vote: Vote | None = None,
    comment: Comment | None = None,
) -> list[Attachment]:
    """Hang stored files on a decision or a comment; on neither: they are part of what is asked."""
    made = []
    for file in files:
        file.expires_at = None
        made.append(
            Attachment(
                id=ids.new_id(), request_id=request.id, file_id=file.id, vote_id=vote.id if vote else None,
                comment_id=comment.id if comment else None, name=file.name, media_type=file.media_type, size=file.size,
                sha256=file.sha256, by_user_id=uow.actor.user_id, by_name=uow.actor.name[:120], at=uow.now,
            )
        )  # fmt: skip
    uow.session.add_all(made)
    uow.session.flush()
    return made


def on_vote(uow: UnitOfWork, request_id: UUID, vote: Vote, files: Sequence[StoredFile]) -> list[Attachment]:
    """Hang them on a decision of this very moment; one that was given before keeps what it was given with."""
    request = uow.session.get(Request, request_id)
    if not files or request is None:
        return []
    if vote.at != uow.now:
        storing.remove(uow, [one.id for one in files])
        return []
    return hang(uow, request, files, vote=vote)


def as_worded(rows: Iterable[Attachment | StoredFile]) -> tuple[Attached, ...]:
    """As the wording of a request, and so its hash, holds them."""
    return tuple(Attached(str(one.id), one.name, one.media_type, one.size, one.sha256) for one in rows)


def as_json(attached: Iterable[Attached]) -> list[dict[str, Any]]:
    """As a request and its versions keep them."""
    return [
        {"id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size, "sha256": one.sha256}
        for one in attached
    ]


def every(uow: UnitOfWork, request_id: UUID) -> list[Attachment]:
    """All of a request, of earlier versions too, oldest first."""
    query = select(Attachment).where(Attachment.request_id == request_id).order_by(Attachment.id)
    return list(uow.session.scalars(query))


def find(attached: Sequence[Attachment], attachment_id: UUID) -> tuple[Attachment, UUID]:
    """One of a request's that the reader sees, and its file. Raises NotFound, also where the file was let go."""
    found = next((one for one in attached if one.id == attachment_id), None)
    if found is None or found.file_id is None:
        raise NotFound(_("There is no such attachment here, or no longer."), resource=f"attachment:{attachment_id}")
    return found, found.file_id
