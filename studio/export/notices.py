"""Admins are told by mail when a destination needs them: at most one mail a day and reason each."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.accounts.speaking import speaking_to
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDestination
from studio.export.outcomes import State
from studio.export.service import destinations
from studio.export.service.naming import name_of

TOPIC = "export.trouble"
HELD, FULL = "held", "full"


def queue(uow: UnitOfWork, destination_id: UUID, why: str) -> None:
    """Have them told, in the transaction that finds the trouble. The same trouble is told once a day."""
    key = f"{TOPIC}:{destination_id}:{why}:{uow.now.date().isoformat()}"
    payload = {"destination_id": str(destination_id), "why": why, "key": key}
    outbox.enqueue(uow, TOPIC, key=key, payload=payload, due_at=uow.now)


@dataclass(frozen=True, slots=True)
class Notices:
    """Who carries the mail, and where its link leads."""

    mailer: Mailer
    public_url: str
    PERMISSION: ClassVar[str] = "export.manage"

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register(TOPIC, self.tell)

    def tell(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever may mend it, by the rows as they are now; nobody where it is mended."""
        row = uow.session.get(ExportDestination, UUID(payload["destination_id"]))
        if row is None or row.state == State.REMOVED or (payload["why"] == HELD and row.state != State.HELD):
            return
        standing = destinations.standing(uow, row.id)
        for person in members.working(uow, REGISTRY[self.PERMISSION].roles):
            with speaking_to(uow, person):
                subject, text = self._words(row, payload["why"], person.name, standing.lag)
            key = f"{payload['key']}:{person.user_id}"
            self.mailer.send(uow, key=key, to=[person.email], subject=subject, text=text)

    def _words(self, row: ExportDestination, why: str, reader: str, lag: int) -> tuple[str, str]:
        name = name_of(row)
        if why == HELD:
            subject = _("Audit events no longer reach %(name)s", name=name)
            said = _("Nothing is sent there until somebody has mended its settings or pressed Resume.")
        else:
            subject = _("More audit events wait for %(name)s than its queue takes", name=name)
            said = _("Steps that want to wait for it are refused until it has caught up.")
        text = "\n\n".join((
            _("Hello %(name)s,", name=reader),
            subject + ".",
            row.last_error or "",
            said,
            _("%(count)s events wait. None is lost: the audit trail keeps them.", count=f"{lag:,}"),
            _("See and mend it: %(url)s", url=f"{self.public_url}/settings/export/{row.id}"),
        ))  # fmt: skip
        return subject, text
