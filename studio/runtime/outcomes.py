"""States and verdicts of the engine, shared by policies, tables and pages."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run is."""

    QUEUED = "queued"
    """A worker may claim it."""
    RUNNING = "running"
    """A worker holds it under a lease."""
    WAITING = "waiting"
    """It is rows and nothing else until something wakes it."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"
    """Nobody knows whether an effect happened, and repeating it would be blind."""
    QUARANTINED = "quarantined"
    """It lost its lease too often: it may kill whoever runs it."""


ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})
STUCK = frozenset({RunState.NEEDS_REVIEW, RunState.QUARANTINED})
"""Ended until a person decides."""


class StepState(StrEnum):
    """Where one attempt of a step is."""

    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class WaitState(StrEnum):
    """Where a wait is."""

    OPEN = "open"
    FIRED = "fired"
    """Its time came before anybody answered."""
    CLOSED = "closed"
    """Answered and heard, or withdrawn."""


class Verdict(StrEnum):
    """What became of an event."""

    STARTED = "started"
    DUPLICATE = "duplicate"
    FILTERED = "filtered"
    LIMITED = "limited"
    REFUSED = "refused"
    GATHERED = "gathered"
    """Kept until others have come too; its run is named once it has started."""
    HELD = "held"
    """Kept while its workflow is paused; starts a run, or not, once that is over."""


class Mode(StrEnum):
    """What a run is for."""

    LIVE = "live"
    TEST = "test"


class Lane(StrEnum):
    """Which workers claim a run."""

    MAIN = "main"
    """Many at once: everything that ends in memory or in Studio's own database."""
    EFFECT = "effect"
    """One at a time: the next step calls something outside and may take long."""
    GATE = "gate"
    """Nobody claims it: it has not begun, and its workflow's limits do not let it yet."""
    BACK = "back"
    """Nobody claims it: it goes on after a wait once there is a place for it again."""
    PARKED = "parked"
    """Nobody claims it: its workflow is paused, or everything is stopped."""


CLAIMED = (Lane.MAIN, Lane.EFFECT)
"""Lanes that workers claim from."""
LOST_LEASES = 3
"""So many lost leases quarantine a run."""
LOST_AGAIN_S = 10.0
"""Pause, times those lost before, where a connection broke: whoever ends many in a row means none of their runs."""
COUNTED = 100
"""Runnable runs of a lane are counted no further: whoever asks wants to know how many looks to ask for."""
