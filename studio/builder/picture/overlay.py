"""What a run did, or many together, laid over the picture of its graph. Plain data that whoever draws one makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Way = tuple[str, str, str]
"""(from, port, to) of a line."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """By step, and by line; what is missing is drawn as ever."""

    lines: Mapping[str, str] = field(default_factory=dict)
    """The second line of a card, in place of what its step does."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Where a click on a card leads."""
    ways: Mapping[Way, str] = field(default_factory=dict)
    """taken, dead or open; added or removed."""
    marks: Mapping[Way, str] = field(default_factory=dict)
    """Behind the name of a line's port, such as how often it was taken."""
    words: Mapping[Way, str] = field(default_factory=dict)
    """What is said where the pointer rests on a line."""
    heat: Mapping[str, int] = field(default_factory=dict)
    """How hot a card is, 0 to 4. Its second line says the same in words."""
    tints: Mapping[str, str] = field(default_factory=dict)
    """added, removed or changed. The second line of the card says the same in words."""
    current: str | None = None
    """The step that is being looked at."""


PLAIN = Overlay()
