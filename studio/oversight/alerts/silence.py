"""When a workflow that used to run has gone silent. Pure: the hours in which its runs began in, a moment out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

HOUR = timedelta(hours=1)
WINDOW = timedelta(days=35)
"""So far back is looked for its habit."""
LEARNT = timedelta(days=7)
"""A younger habit is none yet: it has seen no weekend."""
SEASONED = timedelta(days=15)
"""An older one has seen two weekends, so its single longest silence was an exception: a holiday, an outage."""
FEWEST = 4
"""Hours with runs, without which nothing is said."""
SLACK = 1.25


def usual(hours: Sequence[datetime]) -> timedelta | None:
    """The longest that usually passes between its runs; None: it has no habit. `hours`: starts of hours, in order."""
    if len(hours) < FEWEST:
        return None
    span = hours[-1] - hours[0]
    gaps = sorted((later - earlier for earlier, later in pairwise(hours)), reverse=True)
    longest = gaps[1] if span >= SEASONED else gaps[0]
    return longest if span >= max(LEARNT, 3 * longest) else None


def silent_from(last: datetime, habit: timedelta) -> datetime:
    """When it counts as silent, after a last run: a quarter later than usual, and an hour."""
    return last + habit * SLACK + HOUR
