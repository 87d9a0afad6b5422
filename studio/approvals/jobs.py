"""What the outbox hands back to this package: mails to write, reminders, deadlines.

Each handler runs in a unit of work of its own, may run twice or late, and looks at the rows as they are then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from sqlalchemy import select

from studio.approvals import letters, people, service, trail
from studio.approvals.letters import Letter
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import LIVE, RequestState
from studio.approvals.people import Person
from studio.approvals.service import links, rows
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Post:
    """This package's mail: who carries it, and where its links lead."""

    mailer: Mailer
    public_url: str

    def register(self) -> None:
        """Take over this package's topics; called at the start of every process."""
        outbox.register(trail.ASKED, self.asked)
        outbox.register(trail.REMIND, self.remind)
        outbox.register(trail.TOLD, self.told)
        outbox.register(trail.EXPIRE, expire)

    def asked(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail somebody their link; nothing where it was settled meanwhile."""
        self._ask(uow, [UUID(payload["assignment_id"])], reminder=False)

    def remind(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail everybody whose share is still open, with a fresh link."""
        self._ask(uow, service.remind(uow, UUID(payload["request_id"])), reminder=True)

    def told(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail the requester how it ended."""
        request = uow.session.get(Request, UUID(payload["request_id"]))
        decision = rows.decision(uow, request) if request else None
        if request is None or decision is None or not request.requester_email:
            return
        letter = letters.told(request, decision)
        self._send(uow, f"approval.told:{request.id}", request.requester_email, letter)

    def code(self, uow: UnitOfWork, found: links.Found, digits: str) -> None:
        """Mail a one-time code to the person whom a link names."""
        if found.person is not None:
            key = f"approval.code:{found.link.id}:{found.link.codes_sent}"
            self._send(uow, key, found.person.email, letters.code(digits))

    def _ask(self, uow: UnitOfWork, share_ids: list[UUID], *, reminder: bool) -> None:
        kind = "reminded" if reminder else "asked"
        for share, request, person in _open_shares(uow, share_ids):
            link = f"{self.public_url}/a/{links.mint(uow, share, request)}"
            due = _due(request.due_at, person) if request.due_at else None
            letter = letters.asked(request, link, due=due, reminder=reminder)
            self._send(uow, f"approval.{kind}:{share.id}", person.email, letter)

    def _send(self, uow: UnitOfWork, key: str, to: str, letter: Letter) -> None:
        self.mailer.send(uow, key=key, to=[to], subject=letter.subject, text=letter.text, html=letter.html)


def expire(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """The deadline of a request."""
    service.expire(uow, UUID(payload["request_id"]))


def _open_shares(uow: UnitOfWork, share_ids: list[UUID]) -> list[tuple[Assignment, Request, Person]]:
    if not share_ids:
        return []
    query = (
        select(Assignment, Request)
        .join(Request, Request.id == Assignment.request_id)
        .where(
            Assignment.id.in_(share_ids),
            Assignment.state.in_(LIVE),
            Request.state == RequestState.PENDING,
        )
    )
    found = [(share, request) for share, request in uow.session.execute(query)]
    seated = people.by_ids(uow, (share.user_id for share, _request in found))
    return [
        (share, request, seated[share.user_id])
        for share, request in found
        if share.user_id in seated and seated[share.user_id].may_decide
    ]


def _due(moment: datetime, person: Person) -> str:
    """In the reader's own zone and language: a worker has no request to ask."""
    local, locale = moment.astimezone(ZoneInfo(person.time_zone)), person.locale.replace("-", "_")
    day, time = format_date(local, "full", locale), format_time(local, "short", local.tzinfo, locale)
    return f"{day}, {time} ({get_timezone_name(local, locale=locale)})"
