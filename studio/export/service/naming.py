"""How destinations are called: by pages, and by the steps that name one."""

from sqlalchemy import select

from studio.contract.references import Missing
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDestination
from studio.export.outcomes import State

KIND = "export destination"
"""Of what steps name."""


def name_of(row: ExportDestination) -> str:
    """As people read it."""
    return f"{row.pipeline} → {row.exporter}"


def find_named(uow: UnitOfWork, named: str) -> ExportDestination | None:
    """By its exporter's name, or by `pipeline → exporter` where several pipelines share one. None: there is none."""
    query = select(ExportDestination).where(ExportDestination.state != State.REMOVED)
    rows = list(uow.session.scalars(query.order_by(ExportDestination.pipeline)))
    wanted = " ".join(named.replace(">", "→").split())
    return next((row for row in rows if wanted in (name_of(row), row.exporter)), None)


def missing(uow: UnitOfWork, named: str) -> Missing | None:
    """Why a step's destination leads nowhere: it may be set up before a run comes there."""
    if "{{" in named or find_named(uow, named) is not None:
        return None
    said = _("No pipeline leads to “%(name)s”. Set it up under Settings, Audit export.", name=named[:80])
    return Missing("export.no_destination", said, warning=True)
