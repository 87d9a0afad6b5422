"""Pure: which proof an action needs, and whether the one that was given is good enough."""

from datetime import datetime, timedelta

from studio.accounts.outcomes import Strength
from studio.guard.outcomes import Demand

SUDO_IDLE = timedelta(minutes=30)
"""Sudo ends this long after it was last used."""
SUDO_MOST = timedelta(hours=2)
"""However busy, it ends this long after the proof."""
STEP_UP_GOOD = timedelta(minutes=5)
"""A proof for one action; it does not slide."""
TO_ANSWER = timedelta(minutes=10)
"""How long a question may stand before it has to be asked anew."""


def sudo_demand(strongest: Strength) -> Demand:
    """Whoever has a second factor uses it: a password alone may have been stolen."""
    return Demand(min(Strength.CODE, strongest), SUDO_MOST)


def usual_demand(strongest: Strength) -> Demand:
    """For one thing that matters: as sudo_demand(), and as young as a proof for one thing may be."""
    return Demand(min(Strength.CODE, strongest), STEP_UP_GOOD)


def good(demand: Demand, *, strength: int, confirmed_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a proof satisfies a demand now."""
    return strength >= demand.strength and confirmed_at <= now < ends_at and now - confirmed_at <= demand.max_age


def slid(confirmed_at: datetime, now: datetime) -> datetime:
    """Until when sudo is good after a use."""
    return min(now + SUDO_IDLE, confirmed_at + SUDO_MOST)


def strictest(first: Demand, second: Demand) -> Demand:
    """What satisfies both."""
    return Demand(max(first.strength, second.strength), min(first.max_age, second.max_age))
