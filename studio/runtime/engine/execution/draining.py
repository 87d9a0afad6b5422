"""What is runnable is drained batch by batch: how many at once, what runs alone, how long others are kept waiting."""

import threading
from collections.abc import Callable

from studio.core import clock
from studio.runtime.engine.execution import isolation
from studio.runtime.engine.execution.carrying import Carrying
from studio.runtime.engine.execution.claims import Claims, held
from studio.runtime.engine.execution.holding import Holding
from studio.runtime.engine.execution.turns import BATCH, Calls, more_wait, next_size
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.rows import RunRow
from studio.runtime.outcomes import Lane

BUSY = 8
"""Runs in a batch from which on more are known to be coming."""
GATHER_S = 0.01
"""How long more are then waited for: ten runs cost a batch what forty do. Nobody waits while it is calm."""
DRAIN_S = 0.5
"""Longest one actor call drains, and one batch is carried, so that nothing behind it starves."""


class Draining:
    """The looks of one process; threads may look at the same time."""

    def __init__(
        self, claims: Claims, holding: Holding, carrying: Carrying, calls: Calls, hint: Callable[[str, int], None]
    ) -> None:
        """`hint(lane, count)` asks for more looks."""
        self._claims, self._holding, self._carrying = claims, holding, carrying
        self._calls, self._hint = calls, hint
        self._gather, self._gate = threading.Event(), isolation.Gate()
        self.size = BATCH
        """Runs that the next look in the main lane claims at most."""

    def drain(self, lane: str) -> int:
        """Run what is runnable, for DRAIN_S at most. Returns how many runs were claimed."""
        until, total, more = clock.monotonic() + DRAIN_S, 0, True
        while more:
            limit = self.size if lane == Lane.MAIN else 1
            claimed = self.batch(lane, limit)
            total += len(claimed)
            if clock.monotonic() >= until:
                if claimed:
                    self._hint(lane, 1)
                break
            sure = more_wait(claimed, limit)
            more = sure or len(claimed) >= BUSY
            if more and not sure:
                self._gather.wait(GATHER_S)
        return total

    def batch(self, lane: str, limit: int) -> list[RunRow]:
        """Claim once, and carry what was claimed. Returns it."""
        with self._gate.together():
            runs = self._look(lane, limit)
        if isolation.suspects(runs):
            self._one_by_one(lane)
        return runs

    def _one_by_one(self, lane: str) -> None:
        """Those whose workers died twice, each with nothing beside it: see isolation."""
        with self._gate.alone() as alone:
            more = alone
            while more:
                more = bool(isolation.suspects(self._look(lane, 1, alone=True)))

    def _look(self, lane: str, limit: int, *, alone: bool = False) -> list[RunRow]:
        if lane == Lane.MAIN:
            now, runs = self._claims.claim(lane, limit)
            begun = runs if alone else self._unsuspected(runs)
            self._holding.carry(now, begun, lambda machines: self._carry_in_time(machines, limit))
            return runs
        now, runs = self._calls.claim(lambda full: self._claims.claim(lane, limit, full))
        try:
            self._holding.carry(now, runs if alone else self._unsuspected(runs), self._carrying.carry)
        finally:
            self._calls.let_go(runs)
        return runs

    def _unsuspected(self, runs: list[RunRow]) -> list[RunRow]:
        suspected = isolation.suspects(runs)
        if not suspected:
            return runs
        self._claims.put_back(held(suspected))
        return [run for run in runs if run not in suspected]

    def _carry_in_time(self, machines: list[Machine], limit: int) -> None:
        """Carry for DRAIN_S, and give back what is left: other workspaces' runs must not wait behind slow steps."""
        started = clock.monotonic()
        left = self._carrying.carry(machines, started + DRAIN_S)
        self._claims.put_back(held(machine.run for machine in left))
        self.size = next_size(limit, clock.monotonic() - started, DRAIN_S, cut=bool(left))
