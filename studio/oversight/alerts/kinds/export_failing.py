"""A destination of the audit export needs somebody: it takes nothing any more, or more waits than its queue takes."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDestination
from studio.export.notices import HELD
from studio.export.outcomes import State
from studio.export.service import destinations
from studio.export.service.naming import name_of
from studio.oversight.alerts.kinds import Kind, Thing
from studio.oversight.alerts.tables import Alert


class Failing(Kind):
    """One alert for each of the two. Nobody owns a destination: whoever may mend it is told."""

    key = "export.failing"
    label = marked("Audit events do not reach a destination")
    mends: ClassVar[str] = "export.manage"

    def fingerprint(self, thing_id: UUID, facts: Mapping[str, Any]) -> str:
        """The destination and which of the two it is."""
        return f"{thing_id}:{facts['why']}"

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The destination; nothing where it was mended or stopped meanwhile."""
        row = uow.session.get(ExportDestination, thing_id)
        if row is None or row.state in (State.PAUSED, State.REMOVED) or row.failed_at is None:
            return None
        if facts["why"] == HELD and row.state != State.HELD:
            return None
        return Thing(name_of(row))

    def title(self, alert: Alert) -> str:
        """Which of the two it is."""
        if alert.facts["why"] == HELD:
            return _("Audit events no longer reach %(name)s", name=alert.thing_name)
        return _("More audit events wait for %(name)s than its queue takes", name=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """Why, what that means, and how much waits."""
        row = uow.session.get(ExportDestination, alert.thing_id)
        if row is None:
            return []
        if alert.facts["why"] == HELD:
            said = _("Nothing is sent there until somebody has mended its settings or pressed Resume.")
        else:
            said = _("Steps that want to wait for it are refused until it has caught up.")
        lag = destinations.standing(uow, row.id).lag
        waits = ngettext("%(count)s event waits. It is not lost: the audit trail keeps it.",
                         "%(count)s events wait. None is lost: the audit trail keeps them.", lag,
                         count=separated(lag))  # fmt: skip
        return [one for one in (retold(row.last_error or ""), said, waits) if one]

    def path(self, alert: Alert) -> str:
        """Its page."""
        return f"/settings/export/{alert.thing_id}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It has taken something since, or nothing waits for it; what was too much has been sent."""
        row = uow.session.get(ExportDestination, alert.thing_id)
        if row is None or row.state != State.ACTIVE or row.failed_at is not None:
            return False
        lag = destinations.standing(uow, row.id).lag
        if alert.facts["why"] == HELD:
            return lag == 0 or (row.sent_at or alert.last_at) > alert.last_at
        return lag < int(alert.facts["queue"])

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Somebody stopped it, or no pipeline leads there any more."""
        row = uow.session.get(ExportDestination, alert.thing_id)
        return row is None or row.state in (State.PAUSED, State.REMOVED)


KIND = Failing()
