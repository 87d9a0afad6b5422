"""Which version of the pipelines holds."""

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportConfig


def current(uow: UnitOfWork) -> ExportConfig | None:
    """The version that holds; None: nothing is set up, or it was removed."""
    row = newest(uow)
    return row if row is not None and row.text else None


def newest(uow: UnitOfWork) -> ExportConfig | None:
    """The last version, also one that has removed everything."""
    query = select(ExportConfig).order_by(ExportConfig.version.desc()).limit(1)
    return uow.session.scalars(query).one_or_none()
