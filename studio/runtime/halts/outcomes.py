"""What may become of events while a workflow is paused, and of the runs under way."""

from enum import StrEnum


class Events(StrEnum):
    """What becomes of what arrives."""

    HOLD = "hold"
    """It is kept, and starts its run once the pause is over, in the order in which it came."""
    REFUSE = "refuse"
    """Its sender is told no, with the reason; it is noted and starts nothing."""


class Under(StrEnum):
    """What becomes of the runs that have begun."""

    FINISH = "finish"
    PARK = "park"
    """They stop at their next boundary: before the next thing they would do."""
