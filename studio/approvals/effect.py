"""When a yes takes effect: at once, so much later, not before a moment, within hours alone. Pure: no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.approvals.clock import arithmetic
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import Delay, Unit


@dataclass(frozen=True, slots=True)
class Effect:
    """What stands between a yes and its effect, as it was when people were asked."""

    after: Delay | None = None
    """So long after the last yes that it takes."""
    at: datetime | None = None
    """Not before."""
    within: UUID | None = None
    """The calendar whose hours it takes effect in alone."""

    def moment(self, agreed_at: datetime, calendars: Mapping[UUID, Calendar]) -> datetime:
        """When it takes effect, all having agreed then. A calendar that is gone, or never opens, holds nothing up."""
        start = agreed_at
        if self.after is not None:
            try:
                start = self.after.after(agreed_at, self.after.counts(calendars))
            except BeyondHorizonError:
                start = self.after.after(agreed_at, None)
        if self.at is not None:
            start = max(start, self.at)
        return self.opening(start, calendars)

    def opening(self, at: datetime, calendars: Mapping[UUID, Calendar]) -> datetime:
        """That moment, or where its hours are closed then, the next opening."""
        calendar = calendars.get(self.within) if self.within is not None else None
        try:
            return arithmetic.next_open(calendar, at) if calendar is not None else at
        except BeyondHorizonError:
            return at


def to_json(effect: Effect) -> dict[str, Any]:
    """As a request keeps it."""
    after = effect.after
    return {
        "after": {
            "amount": after.amount,
            "unit": after.unit.value,
            "calendar": str(after.calendar) if after.calendar else None,
        }
        if after is not None
        else None,
        "at": effect.at.isoformat() if effect.at else None,
        "within": str(effect.within) if effect.within else None,
    }


def from_json(kept: Mapping[str, Any]) -> Effect:
    """What to_json() wrote."""
    after = kept["after"]
    return Effect(
        Delay(after["amount"], Unit(after["unit"]), _id(after["calendar"])) if after else None,
        datetime.fromisoformat(kept["at"]) if kept["at"] else None,
        _id(kept["within"]),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
