"""How whoever asked hears of it: by mail, when it suits them, each outcome once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from studio.approvals import people
from studio.approvals.mail_times import when_to_mail
from studio.approvals.models import Request
from studio.approvals.people import Person
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asked: whose wish it is, or who started the run that asks."""

    email: str
    seat: Person | None
    """None: they have none, or it no longer works; then no page of Studio shows it to them."""
    started: bool = False
    """They started the run, and it is not their own wish."""

    @property
    def mark(self) -> str:
        """What tells their mail from that of the other."""
        return f":{self.seat.id}" if self.started and self.seat is not None else ""

    def leaves_at(self, now: datetime, before: datetime | None = None) -> datetime:
        """When a mail to them leaves: after their quiet hours, with their daily mail; never past `before`."""
        if self.seat is None:
            return now
        return when_to_mail(now, ZoneInfo(self.seat.time_zone), self.seat.preferences, before).at


def askers(uow: UnitOfWork, request: Request) -> Iterator[Asker]:
    """Whose wish it is, and whoever started its run where that is somebody else with a working seat."""
    seat = people.by_email(uow, request.requester_email)
    if request.requester_email:
        yield Asker(request.requester_email, seat if seat is not None and seat.active else None)
    starter = people.by_id(uow, request.starter_id)
    if starter is not None and starter.active and (seat is None or seat.id != starter.id):
        yield Asker(starter.email, starter, started=True)
