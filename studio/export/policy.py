"""Which events go together, what follows an answer, how long to wait. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.export.outcomes import Fate


@dataclass(frozen=True, slots=True)
class Span:
    """A run of events, by their places: from `first` up to `end`, not included."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """How many events."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Move:
    """What follows an answer to the first span."""

    left: tuple[Span, ...]
    """What is still to be sent, in order."""
    done: Span | None = None
    """Delivered: the cursor moves behind it."""
    dead: int | None = None
    """The place of an event that is put aside: the cursor moves behind it too."""
    stop: bool = False
    """Nothing more is sent for now."""


def cut(sizes: Sequence[int], *, most_items: int, most_bytes: int) -> tuple[Span, ...]:
    """Spans over all events in order, none above either limit; one event above the bytes stands alone."""
    spans: list[Span] = []
    first, total = 0, 0
    for place, size in enumerate(sizes):
        if place > first and (place - first >= most_items or total + size > most_bytes):
            spans.append(Span(first, place))
            first, total = place, 0
        total += size
    if first < len(sizes):
        spans.append(Span(first, len(sizes)))
    return tuple(spans)


def after(spans: tuple[Span, ...], fate: Fate) -> Move:
    """What follows an answer to the first of `spans`: a batch that is refused is halved until the culprit is alone."""
    tried, rest = spans[0], spans[1:]
    match fate:
        case Fate.SENT:
            return Move(rest, done=tried)
        case Fate.RETRY | Fate.HOLD:
            return Move(spans, stop=True)
        case Fate.REFUSED | Fate.TOO_LARGE:
            if tried.length == 1:
                return Move(rest, dead=tried.first)
            middle = tried.first + tried.length // 2
            return Move((Span(tried.first, middle), Span(middle, tried.end), *rest))


def ceiling_s(attempts: int, *, first_s: float, most_s: float) -> float:
    """The longest pause after so many failed attempts; what is waited is a random part of it (full jitter)."""
    return min(most_s, first_s * 2.0 ** min(attempts - 1, 30))


def pause_s(attempts: int, asked_s: float, *, first_s: float, most_s: float, part: float) -> float:
    """Seconds until the next attempt: never less than the destination asks for. `part`: chance, from 0 to 1."""
    return max(0.0, min(asked_s, LONGEST_ASKED_S)) + part * ceiling_s(attempts, first_s=first_s, most_s=most_s)


LONGEST_ASKED_S = 3_600.0
"""What `Retry-After` may ask for at most: a destination must not silence itself for a year."""
