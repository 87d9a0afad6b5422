"""How often something may begin, by the generic cell rate algorithm. Pure.

One moment is all that is kept of a stream: its theoretical arrival time, when the next one would come if they came
evenly. Nothing is counted, so nothing leaks when a process dies.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` in `per_s` seconds, evenly spaced; `burst` of them may come at once after a pause.

    With a burst of 1, no `per_s` seconds ever hold more than `limit`; otherwise up to `limit + burst - 1`.
    """

    limit: int
    per_s: float
    burst: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError for what would let nothing through, ever."""
        if self.limit < 1 or self.burst < 1 or self.per_s <= 0:
            message = "A rate has a limit and a burst of at least 1, and a period above 0."
            raise ValueError(message)

    @property
    def interval(self) -> timedelta:
        """From one to the next, when they come evenly. Rounded up, or a million of them would be too many."""
        return timedelta(seconds=self.per_s / self.limit) + timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """When one may begin, and what is to be kept for the one behind it."""

    at: datetime
    tat: datetime


def next_slot(rate: Rate, tat: datetime | None, now: datetime) -> Slot:
    """The first moment, `now` at the earliest, at which one more may begin. `tat`: what was kept; None: nothing yet."""
    due = now if tat is None else max(tat, now)
    return Slot(max(now, due - (rate.burst - 1) * rate.interval), due + rate.interval)
