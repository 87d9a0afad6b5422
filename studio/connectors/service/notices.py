"""Whoever set a connection up is told by mail when its provider no longer takes it; admins where they are gone."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.accounts.speaking import speaking_to
from studio.connectors.models import Connection
from studio.connectors.outcomes import Status
from studio.connectors.service import waiting
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TOPIC = "connection.lost"


def lost(uow: UnitOfWork, row: Connection) -> None:
    """Have them told, in the transaction that finds it lost."""
    key = f"{TOPIC}:{row.id}:{uow.now.isoformat()}"
    outbox.enqueue(uow, TOPIC, key=key, payload={"connection_id": str(row.id), "key": key}, due_at=uow.now)


@dataclass(frozen=True, slots=True)
class Notices:
    """Who carries the mail, and where its link leads."""

    mailer: Mailer
    public_url: str
    PERMISSION: ClassVar[str] = "connection.manage"

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register(TOPIC, self.tell)

    def tell(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever may mend it, by the rows as they are now; nobody where it is mended."""
        row = uow.session.get(Connection, UUID(payload["connection_id"]))
        if row is None or row.state != Status.REAUTH_REQUIRED:
            return
        people = members.working(uow, REGISTRY[self.PERMISSION].roles)
        owner = [person for person in people if person.user_id == row.created_by]
        waits = waiting.count(uow, row.id)
        for person in owner or people:
            with speaking_to(uow, person):
                subject, text = self._words(row, person.name, waits)
            key = f"{payload['key']}:{person.user_id}"
            self.mailer.send(uow, key=key, to=[person.email], subject=subject, text=text)

    def _words(self, row: Connection, reader: str, waits: int) -> tuple[str, str]:
        text = "\n\n".join((
            _("Hello %(name)s,", name=reader),
            _("“%(title)s” no longer takes Studio's credentials: %(reason)s", title=row.title,
              reason=row.error or _("it gave no reason.")),
            _("Workflows that need it wait and go on by themselves once it is connected again. %(count)s runs wait "
              "now.", count=f"{waits:,}"),
            _("Connect it here: %(url)s", url=f"{self.public_url}/connections/{row.handle}"),
        ))  # fmt: skip
        return _("“%(title)s” has to be connected again", title=row.title), text
