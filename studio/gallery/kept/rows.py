"""The workspace's templates as they are kept: found by slug or id, listed, read."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from studio.core import tenancy
from studio.core.errors import NotFound
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.gallery.kept.content import PREFIX, OwnTemplate, as_template
from studio.gallery.models import GalleryTemplate, GalleryTemplateVersion

MOST = 200
"""Templates of a workspace, archived ones apart."""


def slug(template_id: UUID) -> str:
    """What addresses call it."""
    return f"{PREFIX}{template_id}"


def by_slug(uow: UnitOfWork, name: str) -> OwnTemplate:
    """Its newest version, archived or not. Raises NotFound."""
    row = by_name(uow, name)
    return version(uow, row, row.number)


def by_name(uow: UnitOfWork, name: str) -> GalleryTemplate:
    """The row of a slug. Raises NotFound."""
    return get(uow, parse_id(name.removeprefix(PREFIX)))


def get(uow: UnitOfWork, template_id: UUID | None) -> GalleryTemplate:
    """One of them. Raises NotFound."""
    return tenancy.get(uow.session, GalleryTemplate, template_id, "template")


def version(uow: UnitOfWork, row: GalleryTemplate, number: int) -> OwnTemplate:
    """One of its versions, as the gallery knows templates. Raises NotFound."""
    return as_template(kept(uow, row, number).content, slug(row.id), number, archived=row.archived_at is not None)


def kept(uow: UnitOfWork, row: GalleryTemplate, number: int) -> GalleryTemplateVersion:
    """One of its versions. Raises NotFound."""
    found = uow.session.get(GalleryTemplateVersion, (row.id, number))
    if found is None:
        raise NotFound(_("This template has no version %(number)s.", number=number), resource=f"template:{row.id}")
    return found


def versions(uow: UnitOfWork, row: GalleryTemplate) -> Sequence[GalleryTemplateVersion]:
    """The latest of them, newest first."""
    query = select(GalleryTemplateVersion).where(GalleryTemplateVersion.template_id == row.id)
    return uow.session.scalars(query.order_by(GalleryTemplateVersion.number.desc()).limit(50)).all()


def listed(uow: UnitOfWork, *, archived: bool = False) -> list[OwnTemplate]:
    """The newest version of each that is offered, or of each that is archived, by name."""
    newest = (GalleryTemplateVersion.template_id == GalleryTemplate.id) & (
        GalleryTemplateVersion.number == GalleryTemplate.number
    )
    query = select(GalleryTemplate, GalleryTemplateVersion.content).join(GalleryTemplateVersion, newest)
    shown = GalleryTemplate.archived_at.is_not(None) if archived else GalleryTemplate.archived_at.is_(None)
    order = (func.lower(GalleryTemplate.name), GalleryTemplate.id)
    found = uow.session.execute(query.where(shown).order_by(*order).limit(MOST))
    return [as_template(content, slug(row.id), row.number, archived=archived) for row, content in found]
