"""Pure: whether a flag has probably outlived what it was made for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from studio.flags.outcomes import Purpose

LIFE = {
    Purpose.RELEASE: timedelta(days=40),
    Purpose.EXPERIMENT: timedelta(days=40),
    Purpose.OPERATIONAL: timedelta(days=7),
}
"""How long a flag is meant to live, by its purpose. Others stay for good, and are never stale."""
ONE_SIDED = timedelta(days=14)
"""How long one answer alone has to have been given."""


class Stale(StrEnum):
    """Why it is potentially stale."""

    OLD = "old"
    """It is older than its purpose lets expect."""
    ONE_SIDED = "one-sided"
    """Everybody has got the same answer for two weeks: code may as well have it written down."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Answers in production within the last ONE_SIDED."""

    yes: int
    no: int
    since: datetime
    """The first hour in which anybody asked for it at all."""


def stale(purpose: str, created_at: datetime, changed_at: datetime, usage: Usage | None, now: datetime) -> Stale | None:
    """Why it is potentially stale; None: it is not."""
    life = LIFE.get(Purpose(purpose))
    if life is None:
        return None
    if now - created_at > life:
        return Stale.OLD
    long = usage is not None and now - max(usage.since, changed_at) >= ONE_SIDED
    if usage is not None and long and (usage.yes == 0) != (usage.no == 0):
        return Stale.ONE_SIDED
    return None
