"""A workspace's logo: drawn anew, kept small, shown to whoever has its address, also in mails."""

from io import BytesIO
from uuid import UUID

from sqlalchemy import select

from studio.accounts import trail
from studio.accounts.models import Workspace
from studio.core.errors import InvalidInput, NotFound
from studio.core.files import storing
from studio.core.i18n import gettext as _
from studio.core.models import StoredFile
from studio.core.unit_of_work import UnitOfWork

KIND = "logo"
MOST_BYTES = 2 * 1024 * 1024
"""Of the file as it comes."""
MOST_PIXELS = 24_000_000
BOX = (480, 240)
"""Pixels wide and high, at most, of what is kept: twice what any page or mail shows."""
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
"""What is taken. SVG is none of them: it can carry programs, and mail programs show none."""


def change(uow: UnitOfWork, name: str, content: bytes, field: str = "logo") -> Workspace:
    """Show another picture. Raises InvalidInput with the field and the code of what is wrong; nothing is kept then."""
    small = _checked(content, field)
    row = _held(uow)
    old = _stored(uow, row)
    plain = " ".join("".join(one if one.isprintable() else " " for one in name).split())[:120] or "logo"
    new = storing.store(uow, BytesIO(small), kind=KIND, name=plain, media_type="image/png", taken=True)
    if old is not None and old.sha256 == new.sha256:
        storing.remove(uow, [new.id])
        return row
    row.logo_id = new.id
    _told(uow, row, old, new)
    return row


def remove(uow: UnitOfWork) -> Workspace:
    """Show the name's first letter again. Without a logo nothing happens."""
    row = _held(uow)
    old = _stored(uow, row)
    row.logo_id = None
    if old is not None:
        _told(uow, row, old, None)
    return row


def shown(uow: UnitOfWork, logo_id: UUID) -> StoredFile:
    """The workspace's logo, while it is that one. Raises NotFound."""
    query = select(StoredFile).join(Workspace, Workspace.logo_id == StoredFile.id).where(StoredFile.id == logo_id)
    found = uow.session.scalar(query.where(Workspace.id == uow.workspace, StoredFile.kind == KIND))
    if found is None:
        raise NotFound(_("There is no such logo, or no longer."), resource=f"logo:{logo_id}")
    return found


def path(workspace_id: UUID, logo_id: UUID) -> str:
    """Where it is shown, below the public address."""
    return f"/logo/{workspace_id}/{logo_id}"


def _checked(content: bytes, field: str) -> bytes:
    if not content:
        raise InvalidInput(_("Choose a picture."), code="logo_empty", field=field)
    if len(content) > MOST_BYTES:
        said = _("A logo may have at most %(most)s MB.", most=MOST_BYTES // 1024**2)
        raise InvalidInput(said, code="logo_too_large", field=field)
    from studio.core.files import pictures  # noqa: PLC0415 - Pillow is loaded with the first picture alone

    try:
        return pictures.fitted(content, MOST_PIXELS, BOX)
    except pictures.Unfit as unfit:
        words = {
            "mismatch": _("This is no PNG, JPEG or WebP picture. SVG is not taken: it can carry programs."),
            "broken": _("This file is damaged: it cannot be read to its end."),
            "too_many_pixels": _("This image has more than %(most)s million pixels. Make it smaller.",
                                 most=MOST_PIXELS // 1_000_000),
            "polyglot": _("This file holds something else beside what its name says."),
        }  # fmt: skip
        raise InvalidInput(words[str(unfit)], code=f"logo_{unfit}", field=field) from None


def _held(uow: UnitOfWork) -> Workspace:
    """The workspace, locked: of two changes at once, the later one finds what the earlier one has kept."""
    return uow.session.scalars(select(Workspace).where(Workspace.id == uow.workspace).with_for_update()).one()


def _stored(uow: UnitOfWork, row: Workspace) -> StoredFile | None:
    return uow.session.get(StoredFile, row.logo_id) if row.logo_id is not None else None


def _told(uow: UnitOfWork, row: Workspace, old: StoredFile | None, new: StoredFile | None) -> None:
    changes = {"logo": (_words(old), _words(new))}
    if old is not None:
        uow.session.flush()
        storing.remove(uow, [old.id])
    trail.record(uow, "workspace.updated", ("workspace", row.id, row.name), changes=changes)


def _words(file: StoredFile | None) -> str | None:
    """Its name with the beginning of its hash: another picture may have the same name."""
    return f"{file.name} ({file.sha256[:8]})" if file is not None else None
