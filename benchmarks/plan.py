"""How long and how much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command line says."""

    seconds: float = 5.0
    """Of load, a round."""
    warm_up_s: float = 2.0
    """Of load before the first round."""
    rounds: int = 3
    sizes: tuple[int, ...] = (10_000, 1_000_000, 5_000_000)
    """Runs in history, for growth."""
    count: int | None = None
    """Rows that parked, timers and noisy make; None: as many as docs/performance.md says."""
