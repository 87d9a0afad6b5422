"""Lines of an approval's history."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime
    text: str
    quote: str = ""
    kind: str = ""
    filled_in: tuple[tuple[str, str], ...] = ()
    """What came with an answer: label and value."""
