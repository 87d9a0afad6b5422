"""A provider no longer takes a connection's credentials."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.connectors.models import Connection
from studio.connectors.outcomes import Status
from studio.connectors.service import waiting
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, able
from studio.oversight.alerts.tables import Alert

WELL = (Status.ACTIVE, Status.PAUSED, Status.NEEDS_CONFIG)


class Lost(Kind):
    """Runs that need it wait, so nothing fails: somebody has to hear of it all the same."""

    key = "connection.lost"
    label = marked("A connection has to be connected again")
    mends: ClassVar[str] = "connection.manage"

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The connection; nothing where somebody has signed in meanwhile."""
        row = uow.session.get(Connection, thing_id)
        if row is None or row.state in (*WELL, Status.DISCONNECTED):
            return None
        return Thing(row.title, able(uow, row.created_by, self.mends))

    def title(self, alert: Alert) -> str:
        """What is to be done."""
        return _("“%(title)s” has to be connected again", title=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """Why, and who waits."""
        row = uow.session.get(Connection, alert.thing_id)
        if row is None:
            return []
        waits = waiting.count(uow, row.id)
        why = retold(row.error or "") or _("it gave no reason.")
        return [
            _("“%(title)s” no longer takes Studio's credentials: %(reason)s", title=row.title, reason=why),
            ngettext("Workflows that need it wait and go on by themselves once it is connected again. %(count)s run "
                     "waits now.", "Workflows that need it wait and go on by themselves once it is connected again. "
                     "%(count)s runs wait now.", waits, count=separated(waits)),
        ]  # fmt: skip

    def path(self, alert: Alert) -> str:
        """Where somebody signs in again."""
        return f"/connections/{alert.facts['handle']}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Somebody has signed in again."""
        row = uow.session.get(Connection, alert.thing_id)
        return row is not None and row.state in WELL

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It was disconnected."""
        row = uow.session.get(Connection, alert.thing_id)
        return row is None or row.state == Status.DISCONNECTED


KIND = Lost()
