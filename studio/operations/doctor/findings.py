"""What a look at an installation finds: how bad it is, in one sentence, and what is to be done."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How bad. The worst of all findings is the command's exit status."""

    OK = 0
    WARNING = 1
    BAD = 2

    @property
    def word(self) -> str:
        """As people and JSON read it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact. `check` is filled in by whoever ran it."""

    level: Level
    sentence: str
    remedy: str = ""
    """What to do; empty where nothing is to be done."""
    check: str = ""

    def as_json(self) -> dict[str, Any]:
        """{check, level, sentence, remedy}, the level as a word."""
        return asdict(self) | {"level": self.level.word}


def ok(sentence: str) -> Finding:
    """As it should be."""
    return Finding(Level.OK, sentence)


def warning(sentence: str, remedy: str) -> Finding:
    """Studio works, but something is to be done."""
    return Finding(Level.WARNING, sentence, remedy)


def bad(sentence: str, remedy: str) -> Finding:
    """Studio does not work, or what it keeps is in danger."""
    return Finding(Level.BAD, sentence, remedy)


def worst(findings: Sequence[Finding]) -> Level:
    """The level of the worst; OK where there is none."""
    return max((finding.level for finding in findings), default=Level.OK)
