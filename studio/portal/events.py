"""Lines of an approval's history."""

from datetime import datetime

from studio.core.late import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime
    text: str
    quote: str = ""
    kind: str = ""
    filled_in: tuple[tuple[str, str], ...] = ()
    """What came with an answer: label and value."""
