"""A sync goes on failing, or has failed so long that it was switched off."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.connectors.models import Connection, ConnectionSync
from studio.connectors.syncing.notices import OFF
from studio.connectors.syncing.outcomes import SyncState
from studio.connectors.syncing.policy import OFF_AT
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, able
from studio.oversight.alerts.tables import Alert


class Failing(Kind):
    """One alert for both: whoever is on it hears from its title that it was switched off meanwhile."""

    key = "sync.failing"
    label = marked("A sync goes on failing")
    mends: ClassVar[str] = "connection.manage"
    latest: ClassVar[bool] = True

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The sync; nothing where it gets on again, or somebody holds it."""
        row = uow.session.get(ConnectionSync, thing_id)
        if row is None or row.failures == 0 or row.state == SyncState.PAUSED:
            return None
        connection = uow.session.get_one(Connection, row.connection_id)
        return Thing(f"{connection.title}: {row.stream}", able(uow, row.created_by, self.mends))

    def title(self, alert: Alert) -> str:
        """Which of the two it is."""
        told = {"stream": alert.facts["stream"], "title": alert.facts["title"]}
        if alert.facts["why"] == OFF:
            return _("The sync of %(stream)s of “%(title)s” was switched off", **told)
        return _("The sync of %(stream)s of “%(title)s” goes on failing", **told)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """How often, why, and what becomes of it."""
        row = uow.session.get(ConnectionSync, alert.thing_id)
        if row is None:
            return []
        off = alert.facts["why"] == OFF
        said = _("It is read no more until somebody switches it on.") if off else _("Studio goes on trying.")
        return [
            ngettext("It failed once: %(error)s", "It failed %(count)s times in a row. The last time: %(error)s",
                     row.failures, count=row.failures, error=retold(row.error or "") or "?"),
            said + " " + _("What was copied stays, and nothing is lost: it goes on where it stopped."),
        ]  # fmt: skip

    def path(self, alert: Alert) -> str:
        """Its page."""
        return f"/connections/{alert.facts['handle']}/syncs/{alert.thing_id}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """A pass has come to its end since."""
        row = uow.session.get(ConnectionSync, alert.thing_id)
        return row is not None and row.failures == 0 and (row.succeeded_at or alert.last_at) > alert.last_at

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Somebody holds it, or has switched it off: it was not Studio, for failing so long."""
        row = uow.session.get(ConnectionSync, alert.thing_id)
        if row is None or row.state == SyncState.PAUSED:
            return True
        return row.state == SyncState.DISABLED and row.failures < OFF_AT


KIND = Failing()
