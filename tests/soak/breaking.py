"""Carries out a plan: each incident on the real process or server, and its mending."""

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import DBAPIError

from benchmarks.servers.postgres import PostgresServer
from benchmarks.servers.redis import RedisServer
from studio.core.db import sqlite_driver
from tests.soak import facts
from tests.soak.mixture import Incident, Kind
from tests.soak.studio import Studio

TEND_S = 0.5
AIM_S = 1.0
"""How long a kill waits for its victim to be in the middle of something."""
POSTGRES = {Kind.POSTGRES_AT_ONCE: signal.SIGQUIT, Kind.POSTGRES_RESTARTED: signal.SIGINT}
TERMINATED = """
select count(pg_terminate_backend(pid)) from (
  select pid from pg_stat_activity where usename in ('studio_app', 'studio_engine') order by random() limit 3
) as chosen
"""


@dataclass(frozen=True)
class Kill:
    """A worker's death, by the database's clock, and the runs that it held."""

    at: datetime
    runs: Sequence[str]
    kind: str = Kind.KILL_CHILD


class Breaker:
    """Call from the thread that started the servers: the kernel ties them to it."""

    def __init__(self, running: Studio) -> None:
        self._running = running
        self.done: Counter[str] = Counter()
        self.kills: list[Kill] = []
        self.killed = 0
        """SIGKILLs, of workers and others."""
        self.stubborn: list[str] = []
        """Processes that did not end when they were told to."""
        self._open = ExitStack()

    def carry_out(self, plan: Sequence[Incident], seconds: float, alive: Callable[[float], None]) -> None:
        """Do all of it in its time. `alive` is called with the seconds gone, at each incident and at the end."""
        acts: list[tuple[float, int, Incident, Callable[[Incident], None]]] = []
        for number, incident in enumerate(plan):
            acts.append((incident.at_s, number, incident, self._begin))
            if incident.lasts_s:
                acts.append((incident.until_s, number, incident, self._mend))
        began = time.monotonic()
        for at_s, _, incident, act in sorted(acts, key=lambda one: one[:2]):
            self._wait(began + at_s)
            alive(time.monotonic() - began)
            act(incident)
        self._wait(began + seconds)
        alive(time.monotonic() - began)

    def _wait(self, until: float) -> None:
        """For the plan's own time, while somebody looks after the processes."""
        while (left := until - time.monotonic()) > 0:
            self._running.tend()
            time.sleep(min(left, TEND_S))

    def heal(self) -> None:
        """Whatever is still broken is mended."""
        self._open.close()
        made = self._running.made
        if made.redis is not None and not made.redis.running():
            made.redis.start()
        if made.postgres is not None and not made.postgres.running():
            made.postgres.start()
        for wire in self._running.wires.values():
            wire.mend()
        for name in self._running.names:
            self._running.jump(name, 0)
            self._running.signal_all(name, signal.SIGCONT)
            self._running.start(name)

    # -- one incident -------------------------------------------------------------------------------------------

    def _begin(self, incident: Incident) -> None:
        print(f"{incident.at_s:8.2f} {incident.kind} {incident.part}", file=sys.stderr)
        self.done[incident.kind] += 1
        self._acts(incident)[0]()

    def _mend(self, incident: Incident) -> None:
        self._acts(incident)[1]()

    def _acts(self, incident: Incident) -> tuple[Callable[[], object], Callable[[], object]]:
        """How it begins and how it is mended. Each looks for its process anew: another may have taken its place."""
        running, part, redis, postgres = self._running, incident.part, self._redis, self._postgres
        name = part.removesuffix("-clock").removesuffix("-wire")
        again = partial(running.start, name)
        acts: dict[Kind, tuple[Callable[[], object], Callable[[], object]]] = {
            Kind.KILL_CHILD: (partial(self._kill, incident, partial(running.signal_child, name)), _nothing),
            Kind.KILL_ALL: (partial(self._kill, incident, partial(running.signal_all, name)), again),
            Kind.KILL_PARENT: (partial(self._kill_parent, name), again),
            Kind.FREEZE: (
                partial(running.signal_child, name, signal.SIGSTOP),
                partial(running.signal_child, name, signal.SIGCONT),
            ),
            Kind.STOP: (partial(self._tell_to_stop, name), partial(self._stopped, incident)),
            Kind.CLOCK: (partial(running.jump, name, incident.jump_s), partial(running.jump, name, 0)),
            Kind.REPLY_LOST: (partial(self._lose_a_reply, name), _nothing),
            Kind.SEVERED: (partial(self._sever, name), _nothing),
            Kind.LOCKED: (self._lock, self._open.close),
            Kind.REDIS_FLUSHED: (lambda: redis().flush(), _nothing),
            Kind.REDIS_STALLED: (lambda: self._open.enter_context(redis().stalled()), self._open.close),
            Kind.REDIS_RESTARTED: (lambda: redis().stop(signal.SIGKILL), lambda: redis().start()),
            Kind.REDIS_AWAY: (lambda: redis().stop(signal.SIGKILL), lambda: redis().start()),
            Kind.POSTGRES_AT_ONCE: (lambda: postgres().stop(signal.SIGQUIT), lambda: postgres().start()),
            Kind.POSTGRES_RESTARTED: (lambda: postgres().stop(signal.SIGINT), lambda: postgres().start()),
            Kind.BACKENDS_TERMINATED: (self._terminate_backends, _nothing),
        }
        return acts[incident.kind]

    def _redis(self) -> RedisServer:
        assert self._running.made.redis is not None
        return self._running.made.redis

    def _postgres(self) -> PostgresServer:
        assert self._running.made.postgres is not None
        return self._running.made.postgres

    def _terminate_backends(self) -> None:
        with self._postgres().superuser() as connection:
            connection.execute(TERMINATED)

    def _lock(self) -> None:
        lock = sqlite_driver().connect(self._running.made.settings.sqlite_path, isolation_level=None, timeout=30)
        self._open.callback(lock.close)
        lock.execute("begin immediate")

    def _lose_a_reply(self, name: str) -> None:
        self._running.wires[name].cut(b"")  # to whatever is asked next

    def _sever(self, name: str) -> None:
        self._running.wires[name].sever()

    def _tell_to_stop(self, name: str) -> None:
        self._running.down.add(name)
        self._running.made.processes[name].terminate()

    def _stopped(self, incident: Incident) -> None:
        if not self._running.ended(incident.part):
            self.stubborn.append(f"{incident.part} at {incident.at_s} s")
        self._running.start(incident.part)

    def _kill_parent(self, name: str) -> None:
        self.killed += 1
        self._running.down.add(name)
        self._running.made.processes[name].kill()
        self._running.made.processes[name].wait()

    def _kill(self, incident: Incident, send: Callable[[signal.Signals], object]) -> None:
        """Wait for a moment in which a worker holds something; note what, while it is frozen; then kill it."""
        holder = None if incident.part == "web" else self._running.holder(incident.part)
        until = time.monotonic() + AIM_S
        while holder is not None and not self._held(holder)[1] and time.monotonic() < until:
            time.sleep(0.02)  # between two looks at a fact
        send(signal.SIGSTOP)
        if holder is not None:
            self.kills.append(Kill(*self._held(holder), incident.kind))
        if incident.kind is Kind.KILL_ALL:
            self._running.down.add(incident.part)
        send(signal.SIGKILL)
        self.killed += 1

    def _held(self, holder: str) -> tuple[datetime, list[str]]:
        try:
            return facts.held(self._running, holder)
        except DBAPIError:  # the database is away too: nothing is known of what it held
            return datetime.now(UTC), []


def _nothing() -> None:
    """It passes by itself."""
