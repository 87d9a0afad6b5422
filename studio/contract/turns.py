"""Work in turns: each thing that is due gets a few seconds, one worker a thing, before the next one has its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from studio.contract.ports import Leases
from studio.core import clock

log = structlog.get_logger()

TURN_S = 5.0
Keep = Callable[[], bool]
"""Renews the lease. False: it is another's by now."""


class Turn(Protocol):
    """One thing's turn, made for it and thrown away."""

    def run(self, until: float) -> tuple[int, bool]:
        """Work until then (`clock.monotonic`). Returns how much was done, and whether nothing is left for now."""
        ...


@dataclass(frozen=True, slots=True)
class Turns:
    """Gives turns to things of one kind. Any thread, any process."""

    kind: str
    """In the names of leases and in the log."""
    leases: Leases
    lease_s: float
    """Longer than a turn may take between two renewals."""
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was done."""

    def give(self, thing: UUID, begin: Callable[[Keep], Turn]) -> int:
        """One turn, unless another worker is at it. Returns how much was done."""
        name = f"{self.kind}:{thing.hex}"
        if not self.leases.take(name, self.lease_s):
            return 0
        try:
            done, through = begin(lambda: self.leases.keep(name, self.lease_s)).run(clock.monotonic() + TURN_S)
        except Exception:  # one that breaks must not keep the others from their turn; it is due again at once
            log.exception("turn_broke", kind=self.kind, id=str(thing))
            return 0
        finally:
            self.leases.give_back(name)
        if not through:
            self.more()
        return done
