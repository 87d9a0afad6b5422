"""What syncs can be, in words that are stored."""

from enum import StrEnum


class SyncState(StrEnum):
    """Where a sync stands."""

    IDLE = "idle"
    """Made; nothing has been read yet."""
    QUEUED = "queued"
    """To be read as soon as a worker is free and its connection can be used."""
    RUNNING = "running"
    RATE_LIMITED = "rate_limited"
    """The provider asked to be left alone until `next_due_at`."""
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """The last attempt failed after pages of the pass were kept: it goes on behind them."""
    FAILED = "failed"
    """The last attempt failed before any page of the pass was kept."""
    PAUSED = "paused"
    """Somebody holds it."""
    DISABLED = "disabled"
    """Switched off, by somebody or for failing too long. What was copied stays."""


class Doing(StrEnum):
    """What moves a sync's state."""

    ASK = "ask"
    """Somebody wants it read now."""
    TAKE = "take"
    """A worker begins, or goes on where another one died."""
    LIMIT = "limit"
    HOLD = "hold"
    """Its connection cannot be used now."""
    END = "end"
    FALL = "fall"
    """An attempt failed, with nothing kept of the pass."""
    STOP = "stop"
    """An attempt failed behind pages that were kept."""
    PAUSE = "pause"
    RESUME = "resume"
    DISABLE = "disable"
    ENABLE = "enable"


class Kind(StrEnum):
    """What a pass reads."""

    FIRST = "first"
    """Everything, for the first time: starts no workflow."""
    CHANGES = "changes"
    """From the cursor on."""
    FULL = "full"
    """Everything once more: what it does not name is gone."""
    SINCE = "since"
    """What has changed since a date."""


class Phase(StrEnum):
    """Of a pass."""

    READING = "reading"
    SWEEPING = "sweeping"
    """Everything was read; what it did not name is marked as deleted."""


class Change(StrEnum):
    """What became of a record."""

    ADDED = "added"
    UPDATED = "updated"
    DELETED = "deleted"


LIVE = frozenset({
    SyncState.IDLE, SyncState.QUEUED, SyncState.RUNNING, SyncState.RATE_LIMITED, SyncState.SUCCEEDED,
    SyncState.PARTIAL, SyncState.FAILED,
})  # fmt: skip
"""Read by themselves when they are due."""
