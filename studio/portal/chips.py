"""A state in a word or two."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chip:
    """Its words, and how they look: `good`, `bad`, `warn`, `wait`, or plain."""

    text: str
    kind: str = ""
