"""Whoever set a sync up is told by mail when it goes on failing, once a row of failures; admins where they are gone."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.accounts.speaking import speaking_to
from studio.connectors.models import Connection, ConnectionSync
from studio.connectors.syncing.outcomes import SyncState
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TOPIC = "connection.sync_failing"
FAILING, OFF = "failing", "off"


def queue(uow: UnitOfWork, sync_id: UUID, why: str) -> None:
    """Have them told, in the transaction that finds the trouble."""
    key = f"{TOPIC}:{sync_id}:{why}:{uow.now.isoformat()}"
    outbox.enqueue(uow, TOPIC, key=key, payload={"sync_id": str(sync_id), "why": why, "key": key}, due_at=uow.now)


@dataclass(frozen=True, slots=True)
class SyncNotices:
    """Who carries the mail, and where its link leads."""

    mailer: Mailer
    public_url: str
    PERMISSION: ClassVar[str] = "connection.manage"

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register(TOPIC, self.tell)

    def tell(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever may mend it, by the rows as they are now; nobody where it gets on again."""
        row = uow.session.get(ConnectionSync, UUID(payload["sync_id"]))
        off = payload["why"] == OFF
        if row is None or (row.state != SyncState.DISABLED if off else row.failures == 0):
            return
        connection = uow.session.get_one(Connection, row.connection_id)
        people = members.working(uow, REGISTRY[self.PERMISSION].roles)
        owner = [person for person in people if person.user_id == row.created_by]
        for person in owner or people:
            with speaking_to(uow, person):
                subject, text = self._words(row, connection, person.name, off=off)
            key = f"{payload['key']}:{person.user_id}"
            self.mailer.send(uow, key=key, to=[person.email], subject=subject, text=text)

    def _words(self, row: ConnectionSync, connection: Connection, reader: str, *, off: bool) -> tuple[str, str]:
        facts = {"stream": row.stream, "title": connection.title}
        subject = (
            _("The sync of %(stream)s of “%(title)s” was switched off", **facts)
            if off
            else _("The sync of %(stream)s of “%(title)s” goes on failing", **facts)
        )
        said = _("It is read no more until somebody switches it on.") if off else _("Studio goes on trying.")
        text = "\n\n".join((
            _("Hello %(name)s,", name=reader),
            subject + ".",
            _("It failed %(count)s times in a row. The last time: %(error)s", count=row.failures,
              error=row.error or "?"),
            said + " " + _("What was copied stays, and nothing is lost: it goes on where it stopped."),
            _("See and mend it: %(url)s", url=f"{self.public_url}/connections/{connection.handle}/syncs/{row.id}"),
        ))  # fmt: skip
        return subject, text
