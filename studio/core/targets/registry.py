"""The targets of one process: who may call which of them now."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from uuid import UUID

import structlog

from studio.core import clock, rng
from studio.core.metrics import CALLS_HELD, CIRCUITS
from studio.core.targets.breaker import Circuit, Report, Sign
from studio.core.targets.line import Line

log = structlog.get_logger()

PATIENCE_S = 0.1
"""Longest that a thread waits for a call of a target that answers as fast: coming again would cost more."""
PROBE_S = 2.0
"""Who comes beside a probe comes again after so long."""
KEPT = 10_000
"""So many targets are remembered; the idle ones that were called longest ago are forgotten."""

Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to call. Handed back by `Targets.leave()` whatever comes of the call."""

    key: Key
    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Full:
    """As many calls as may be are under way: come again after `delay_s` seconds."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is called there for `left_s` seconds; `asked`: the target asked for it, otherwise it fails."""

    left_s: float
    asked: bool


class _Target:
    __slots__ = ("circuit", "line")

    def __init__(self) -> None:
        self.circuit, self.line = Circuit(), Line()


class Targets:
    """One per process; any thread may use it.

    A target is scheme, host and port, apart for each workspace: one tenant's failures never stop another's calls.
    """

    def __init__(
        self,
        most: int,
        threads: int,
        *,
        now: Callable[[], float] = clock.monotonic,
        jitter: Callable[[float], float] = rng.jitter,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`most` calls at once to one target of one workspace; of `threads`, one is always left for other targets."""
        spare = max(1, threads - 1)
        self._most, self._spare = max(1, min(most, spare)), spare
        self._now, self._jitter, self._patience_s = now, jitter, patience_s
        self._targets: dict[Key, _Target] = {}
        self._by_host = Counter[str]()
        self._changed = threading.Condition()

    def enter(self, workspace_id: UUID, target: str, who: Hashable) -> Ticket | Full | Paused:
        """Ask to call `target` (`https://host:port`). `who` asks again under the same name after a Full."""
        key = (workspace_id, target)
        with self._changed:
            until = self._now() + self._patience_s
            while True:
                now, found = self._now(), self._find(key)
                circuit = found.circuit
                if circuit.left_s(now) > 0:
                    CALLS_HELD.labels("paused").inc()
                    return Paused(circuit.left_s(now), circuit.asked)
                spare = self._by_host[target] < self._spare
                if spare and circuit.lets_through(now) and found.line.has_room(who, now, self._most):
                    return self._let_in(key, found, who, now)
                slow = circuit.probing or found.line.oldest_s(now) > self._patience_s
                if slow or now >= until:
                    CALLS_HELD.labels("full").inc()
                    return Full(found.line.send_away(who, now, self._most, self._jitter))
                self._changed.wait(until - now)

    def enter_beside(self, workspace_id: UUID, target: str) -> Ticket | Paused:
        """As enter(), for who makes one call after the other and may come later: minds pauses, and no lack of room.

        While another call finds out whether the target answers again, this one is made later.
        """
        key = (workspace_id, target)
        with self._changed:
            now, found = self._now(), self._find(key)
            if found.circuit.lets_through(now):
                return self._let_in(key, found, object(), now)
            CALLS_HELD.labels("paused").inc()
            return Paused(found.circuit.left_s(now) or PROBE_S, found.circuit.asked)

    def leave(self, ticket: Ticket, report: Report) -> None:
        """The call has ended, or was never made (Sign.NONE)."""
        with self._changed:
            now, found = self._now(), self._targets[ticket.key]
            found.line.leave(ticket.number, now)
            before = found.circuit
            found.circuit = before.heard(report, ticket.generation, now, self._jitter)
            self._by_host -= Counter((ticket.key[1],))  # keeps none that is 0
            self._tell(ticket.key, before, found.circuit, now)
            self._changed.notify_all()

    def _let_in(self, key: Key, found: _Target, who: Hashable, now: float) -> Ticket:
        found.circuit = found.circuit.begun()
        self._by_host[key[1]] += 1
        return Ticket(key, found.line.enter(who, now), found.circuit.generation)

    def _find(self, key: Key) -> _Target:
        found = self._targets.pop(key, None) or _Target()
        if len(self._targets) >= KEPT:
            idle = next((old for old, one in self._targets.items() if one.line.is_idle), None)
            if idle is not None:
                del self._targets[idle]
        self._targets[key] = found  # the one that was asked for last stands last
        return found

    def _tell(self, key: Key, before: Circuit, after: Circuit, now: float) -> None:
        if before.until is not None and after.until is None:
            CIRCUITS.labels("closed").inc()
            log.info("target_called_again", workspace_id=str(key[0]), target=key[1])
        elif after.generation != before.generation:
            CIRCUITS.labels("reopened" if before.until is not None else "opened").inc()
            left = round(after.left_s(now), 1)
            log.warning("target_paused", workspace_id=str(key[0]), target=key[1], seconds=left, asked=after.asked)


NOTHING = Report(Sign.NONE)
"""Of a call that was never made, or that died with its thread."""
