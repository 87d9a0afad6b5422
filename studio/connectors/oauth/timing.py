"""When a token is looked at again, and when trying has to stop. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.connectors.policy import KEEP_ALIVE

LEAST_MARGIN_S = 60.0
SHARE = 0.1
MOST_STRIKES = 4
APART = timedelta(days=1)
SOONEST_S, LATEST_S = 60.0, 3_600.0


@dataclass(frozen=True, slots=True)
class Strikes:
    """Days in a row on which no token was to be had."""

    count: int = 0
    at: datetime | None = None
    """The last one; None: none."""

    @property
    def out(self) -> bool:
        """So many that somebody has to sign in again."""
        return self.count >= MOST_STRIKES


def margin_s(lifetime_s: float, buffer_s: float) -> float:
    """How long before its end a token is refreshed; never more than half of its life, or it would never be used."""
    return min(max(LEAST_MARGIN_S, SHARE * lifetime_s, buffer_s), lifetime_s / 2)


def expires_at(obtained: datetime, lifetime_s: float | None) -> datetime | None:
    """Its end; None: nobody knows."""
    return None if lifetime_s is None else obtained + timedelta(seconds=lifetime_s)


def refresh_at(obtained: datetime, lifetime_s: float | None, buffer_s: float = 0.0) -> datetime | None:
    """From when on a call refreshes it first; None: nobody knows its end, so a refusal tells."""
    if lifetime_s is None:
        return None
    return obtained + timedelta(seconds=lifetime_s - margin_s(lifetime_s, buffer_s))


def next_look(obtained: datetime, lifetime_s: float | None, buffer_s: float = 0.0) -> datetime:
    """When Studio looks at it by itself: at its time, and once a day in any case."""
    daily, due = obtained + KEEP_ALIVE, refresh_at(obtained, lifetime_s, buffer_s)
    return daily if due is None else min(daily, due)


def struck(before: Strikes, now: datetime) -> Strikes:
    """After a try that came to nothing: at most one strike a day."""
    if before.at is not None and now - before.at < APART:
        return before
    return Strikes(before.count + 1, now)


def retry_in_s(failing_for_s: float, asked_s: float | None = None) -> float:
    """How long to leave a provider alone that fails: as long again as it has failed, between a minute and an hour.

    `asked_s`: what it asked for itself; up to a day is granted.
    """
    own = min(max(failing_for_s, SOONEST_S), LATEST_S)
    return max(own, min(asked_s or 0.0, KEEP_ALIVE.total_seconds()))
