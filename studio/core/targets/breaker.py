"""A circuit breaker: whether a target that fails is called, and what its answers change. Pure.

closed → (THRESHOLD failures in a row) → open → (its time is over) → half-open, one probe → closed, or open for longer.
A target that asks for a pause (429 with Retry-After) gets it, and one probe afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

THRESHOLD = 5
"""Failures in a row that open it."""
FIRST_S = 5.0
"""How long it is open the first time; doubled each time that the probe fails."""
LONGEST_S = 300.0
"""Longest that it is open, whatever the target asks: who asks may mean one address of many on the same host."""
_SPREAD = 0.25
"""Of the open time, up and down, so that the processes of a fleet do not probe in step."""


class Sign(StrEnum):
    """What one call says of its target."""

    WELL = "well"
    """It answered, be it with a refusal."""
    DOWN = "down"
    """No answer, or an error of its own."""
    BUSY = "busy"
    """It asked for a pause."""
    NONE = "none"
    """Nothing: the call never reached it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a call has found. `pause_s`: what a busy target asked for."""

    sign: Sign
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of one target. Times are seconds of a clock that never jumps."""

    failures: int = 0
    """In a row, while it is closed."""
    opened: int = 0
    """How often it opened since the target last answered."""
    until: float | None = None
    """Open until then, half-open afterwards; None: closed."""
    probing: bool = False
    """The one probe is under way."""
    asked: bool = False
    """The target asked for this pause."""
    generation: int = 0
    """Grows whenever it opens or closes: calls that began before say nothing about it any more."""

    def left_s(self, now: float) -> float:
        """Seconds for which nothing may be called; 0: something may."""
        return max(0.0, self.until - now) if self.until is not None else 0.0

    def lets_through(self, now: float) -> bool:
        """Whether a call may go out now."""
        return self.left_s(now) == 0.0 and not self.probing

    def begun(self) -> "Circuit":
        """A call that was let through has begun; where the circuit is not closed, it is the probe."""
        return self if self.until is None else replace(self, probing=True)

    def heard(self, report: Report, generation: int, now: float, jitter: Callable[[float], float]) -> "Circuit":
        """A call that began under `generation` has ended. `jitter(ceiling)` gives seconds from 0 to `ceiling`."""
        if generation != self.generation:
            return self
        probe = self.until is not None
        match report.sign:
            case Sign.NONE:
                return replace(self, probing=False)
            case Sign.BUSY if report.pause_s > 0:
                asked = min(report.pause_s, LONGEST_S)
                return Circuit(until=now + asked, asked=True, generation=generation + 1)
            case Sign.DOWN if probe or self.failures + 1 >= THRESHOLD:
                span = min(LONGEST_S, FIRST_S * 2.0 ** min(self.opened, 16))
                span = min(LONGEST_S, span * (1 - _SPREAD) + jitter(span * 2 * _SPREAD))
                return Circuit(opened=self.opened + 1, until=now + span, generation=generation + 1)
            case Sign.DOWN:
                return replace(self, failures=self.failures + 1)
            case _:
                return Circuit(generation=generation + probe)
