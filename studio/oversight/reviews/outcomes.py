"""Words that tables, rules and pages of access reviews share."""

from enum import StrEnum


class Scope(StrEnum):
    """Which seats a review is about."""

    ALL = "all"
    APPROVERS = "approvers"


class Silence(StrEnum):
    """What happens, at the due date, to a seat that nobody has answered about."""

    KEEP = "keep"
    REMOVE = "remove"
    OWNER = "owner"
    """The owners are asked, with a week more; what they leave unanswered is kept."""


class State(StrEnum):
    """How far a review is."""

    OPEN = "open"
    HANDED = "handed"
    """Its first due date is over; the owners have what was left."""
    FINISHED = "finished"
    CALLED_OFF = "called_off"


GOING_ON = (State.OPEN.value, State.HANDED.value)


class Answer(StrEnum):
    """What shall be, or what became, of a seat."""

    KEEP = "keep"
    REMOVE = "remove"
    CHANGE = "change"
    GONE = "gone"
    """It was taken away by others meanwhile. Nobody can answer that."""


class Cause(StrEnum):
    """By what it came to an answer."""

    REVIEWER = "reviewer"
    SILENCE = "silence"
    OWNER_STAYS = "owner_stays"
    """Silence would have taken an owner's seat: it never does."""
    ELSEWHERE = "elsewhere"
    """Somebody took the seat away outside of the review."""
