"""How often whoever asked may have those who hold a request reminded. Pure: no I/O."""

from datetime import datetime, timedelta

EVERY = timedelta(hours=4)
"""A reminder that comes oftener is read by nobody."""


def next_at(nudged_at: datetime | None, now: datetime) -> datetime | None:
    """When the next reminder may go; None: now."""
    if nudged_at is None or nudged_at + EVERY <= now:
        return None
    return nudged_at + EVERY
