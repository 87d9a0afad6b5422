"""What an export is written as, and where it is."""

from enum import StrEnum


class Format(StrEnum):
    """What is written."""

    CSV = "csv"
    JSONL = "jsonl"


class State(StrEnum):
    """Where an export is."""

    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """It was ready, and its bytes are gone; it can be made again."""


UNFINISHED = (State.QUEUED, State.MAKING)
