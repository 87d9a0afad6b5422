"""What a pack is of, and where it is."""

from enum import StrEnum


class Kind(StrEnum):
    """What a pack is of."""

    RUN = "run"
    APPROVAL = "approval"
    PERIOD = "period"


class State(StrEnum):
    """Where a pack is."""

    QUEUED = "queued"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """It was ready, and its bytes are gone; it can be made again."""


UNFINISHED = (State.QUEUED, State.MAKING)


class Stage(StrEnum):
    """What is being put into a pack, in this order."""

    SEALING = "sealing"
    APPROVALS = "approvals"
    EVENTS = "events"
    WORKFLOWS = "workflows"
    CLOSING = "closing"
