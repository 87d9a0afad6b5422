"""States and answers that the rules of delivery share."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a destination is doing."""

    ACTIVE = "active"
    RETRYING = "retrying"
    """The last attempt failed in a way that may pass."""
    HELD = "held"
    """Its configuration is wrong, as it says itself: nothing is sent until somebody has mended it."""
    PAUSED = "paused"
    """Somebody stopped it."""
    REMOVED = "removed"
    """No pipeline leads there any more. Its place in the trail is kept."""


LIVE = (State.ACTIVE, State.RETRYING)
"""States in which events are sent."""


class LetterState(StrEnum):
    """What becomes of an event that a destination would not take."""

    DEAD = "dead"
    QUEUED = "queued"
    """Somebody asked for another attempt."""
    DELIVERED = "delivered"
    DISCARDED = "discarded"


class Fate(StrEnum):
    """What a destination made of a batch."""

    SENT = "sent"
    """It is theirs now: acknowledged, where the destination acknowledges."""
    RETRY = "retry"
    HOLD = "hold"
    """No attempt will succeed before the configuration changes."""
    REFUSED = "refused"
    """Some event of the batch is not acceptable."""
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A destination's answer to a batch."""

    fate: Fate
    code: str = ""
    """For machines, such as `http.503`."""
    said: str = ""
    """For people, without anything secret."""
    wait_s: float = 0.0
    """How long it asks to be left alone."""


SENT = Verdict(Fate.SENT)
