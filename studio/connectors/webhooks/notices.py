"""Whoever published what listens is told by mail when the provider would not register the webhook."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.accounts.speaking import speaking_to
from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TOPIC = "connection.hook_failed"


def failed(uow: UnitOfWork, hook: ConnectionHook) -> None:
    """Have them told, in the transaction that gives up."""
    key = f"{TOPIC}:{hook.id}:{hook.revision}"
    outbox.enqueue(uow, TOPIC, key=key, payload={"hook_id": str(hook.id), "key": key})


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
        """Mail whoever published it, else those who may mend it; nobody where it is mended by now."""
        hook = uow.session.get(ConnectionHook, UUID(payload["hook_id"]))
        if hook is None or hook.state != State.FAILED:
            return
        row = uow.session.get_one(Connection, hook.connection_id)
        publishing = members.working(uow, REGISTRY["workflow.publish"].roles)
        asked = [person for person in publishing if person.user_id == hook.asked_by]
        people = asked or members.working(uow, REGISTRY[self.PERMISSION].roles)
        for person in people:
            with speaking_to(uow, person):
                subject, text = self._words(row, hook, person.name)
            key = f"{payload['key']}:{person.user_id}"
            self.mailer.send(uow, key=key, to=[person.email], subject=subject, text=text)

    def _words(self, row: Connection, hook: ConnectionHook, reader: str) -> tuple[str, str]:
        text = "\n\n".join((
            _("Hello %(name)s,", name=reader),
            _("A published workflow listens for events of “%(title)s”, but no webhook could be registered there: "
              "%(reason)s", title=row.title, reason=hook.error or _("it gave no reason.")),
            _("Until then nothing that happens there starts it. Mend the cause and publish the workflow again, or "
              "connect again here: %(url)s", url=f"{self.public_url}/connections/{row.handle}"),
        ))  # fmt: skip
        return _("“%(title)s” does not tell Studio what happens there", title=row.title), text
