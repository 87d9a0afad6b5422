"""A provider does not tell Studio what happens: it would not register a webhook, or has dropped one."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.connectors.webhooks.notices import DROPPED
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, able
from studio.oversight.alerts.tables import Alert


class Lost(Kind):
    """Nothing fails where nothing arrives. What was dropped is registered again, and told: something may be missing."""

    key = "webhook.lost"
    label = marked("A provider does not tell what happens there")
    mends: ClassVar[str] = "connection.manage"
    latest: ClassVar[bool] = True

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The connection; nothing where nobody wants it any more, or where it was registered meanwhile."""
        hook = uow.session.get(ConnectionHook, thing_id)
        if hook is None or hook.state in (State.UNWANTED, State.GONE):
            return None
        if facts["why"] != DROPPED and hook.state != State.FAILED:
            return None
        row = uow.session.get_one(Connection, hook.connection_id)
        return Thing(row.title, able(uow, hook.asked_by, "workflow.publish"))

    def title(self, alert: Alert) -> str:
        """Which of the two it is."""
        if alert.facts["why"] == DROPPED:
            return _("“%(title)s” had dropped Studio's webhook", title=alert.thing_name)
        return _("“%(title)s” does not tell Studio what happens there", title=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """What is missing, and what to do."""
        hook = uow.session.get(ConnectionHook, alert.thing_id)
        if hook is None:
            return []
        if alert.facts["why"] == DROPPED:
            return [
                _("It is registered again by itself. What happened there before that, in a day at most, has started no "
                  "workflow."),
                _("Have a sync read it, or read the records again, where that matters."),
            ]  # fmt: skip
        return [
            _("A published workflow listens for events of “%(title)s”, but no webhook could be registered there: "
              "%(reason)s", title=alert.thing_name, reason=retold(hook.error or "") or _("it gave no reason.")),
            _("Until then nothing that happens there starts it. Mend the cause and publish the workflow again, or "
              "connect again."),
        ]  # fmt: skip

    def path(self, alert: Alert) -> str:
        """Its connection's page says what stands there."""
        return f"/connections/{alert.facts['handle']}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It was registered since."""
        hook = uow.session.get(ConnectionHook, alert.thing_id)
        if hook is None or hook.state != State.ACTIVE:
            return False
        return (hook.seen_at or alert.last_at) > alert.last_at

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Nobody listens any more."""
        hook = uow.session.get(ConnectionHook, alert.thing_id)
        return hook is None or hook.state in (State.UNWANTED, State.GONE)


KIND = Lost()
