"""The mails to whoever asked: how it ended, what is to be changed, when it takes effect.

Each waits for the end of its reader's quiet hours, or for their daily mail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_datetime

from studio.accounts.speaking import speaking_to
from studio.approvals import letters, people, trail
from studio.approvals.letters import Letter
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import RequestState
from studio.approvals.requesting.telling import Asker, askers
from studio.approvals.service import rows
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork

Write = Callable[[Asker, str | None], Letter]
"""The letter to one of them; their link, where they have a page to see it on."""
Due = Callable[[datetime | None, people.Person], str | None]


@dataclass(frozen=True, slots=True)
class AskerPost:
    """Mail to whoever asked: who carries it, where its links lead, how it writes a moment."""

    mailer: Mailer
    public_url: str
    due: Due

    def told(self, uow: UnitOfWork, request: Request, decision: Decision | None, payload: dict[str, Any]) -> None:
        """How it ended; `decision` is None where it was withdrawn."""
        self._send_all(uow, request, trail.TOLD, payload, lambda _asker, link: letters.told(request, decision, link))

    def changes(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """What is to be changed; nothing where it is no longer awaited."""
        request = uow.session.get(Request, UUID(payload["request_id"]))
        vote = uow.session.get(Vote, UUID(payload["vote_id"]))
        if request is None or vote is None or vote.voided_at is not None or not request.open:
            return
        by = people.by_id(uow, vote.user_id)
        name = by.name if by else ""

        def write(_asker: Asker, link: str | None) -> Letter:
            return letters.changes(request, name, vote.reason, link)

        self._send_all(uow, request, trail.CHANGES, payload, write, name=str(vote.id))

    def deferred(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """When it takes effect; nothing where it has, or was taken back."""
        request = uow.session.get(Request, UUID(payload["request_id"]))
        if request is None or request.state != RequestState.DEFERRED:
            return
        agreed = rows.agreed(uow, request)

        def write(asker: Asker, link: str | None) -> Letter:
            moment = request.effect_at
            if asker.seat is not None:
                when = self.due(moment, asker.seat)
            else:
                when = f"{format_datetime(moment, 'yyyy-MM-dd HH:mm', locale='en')} UTC" if moment else ""
            return letters.deferred(request, agreed, when or "", link)

        self._send_all(uow, request, trail.DEFERRED, payload, write, before=request.effect_at)

    def _send_all(
        self,
        uow: UnitOfWork,
        request: Request,
        topic: str,
        payload: dict[str, Any],
        write: Write,
        *,
        name: str = "",
        before: datetime | None = None,
    ) -> None:
        """To each of them; `payload["to"]`: to that one alone, whose time has come. Never later than `before`."""
        name, only = name or str(request.id), payload.get("to")
        for asker in askers(uow, request):
            seat = asker.seat
            if only is not None and (seat is None or str(seat.id) != only):
                continue
            at = asker.leaves_at(uow.now, before)
            if only is None and seat is not None and at > uow.now:
                later = f"{topic}:{name}:{seat.id}:{at.isoformat()}"
                outbox.enqueue(uow, topic, key=later, payload={**payload, "to": str(seat.id)}, due_at=at)
                continue
            with speaking_to(uow, seat):
                letter = write(asker, f"{self.public_url}/approvals/{request.id}" if seat is not None else None)
            self.mailer.send(
                uow, key=f"{topic}:{name}{asker.mark}", to=[asker.email], subject=letter.subject, text=letter.text,
                html=letter.html,
            )  # fmt: skip
