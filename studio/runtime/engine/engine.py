"""The engine of one process, joined from its parts. Made once by app.py; started by whoever runs workers."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from studio.contract.acting import Judge
from studio.contract.ports import Ports
from studio.core import claims, tracing
from studio.core.dispatch import Hints, Workers, make_broker
from studio.core.dispatch.workers import Actors, Brokers, actor
from studio.core.ids import new_id
from studio.core.presence import Presence
from studio.core.settings import Settings
from studio.core.targets import Targets
from studio.core.unit_of_work import Database
from studio.runtime.engine.admitting import Admitting
from studio.runtime.engine.answers import Answers
from studio.runtime.engine.attending import Attending, Self
from studio.runtime.engine.chores import Schedules
from studio.runtime.engine.choring import Chore, Chores
from studio.runtime.engine.execution.ends import Endings
from studio.runtime.engine.execution.executor import Executor
from studio.runtime.engine.execution.turns import SPARE
from studio.runtime.engine.freeing import Freed, free_all_dead
from studio.runtime.engine.gate import Gatekeeper
from studio.runtime.engine.gathered import Gatherings
from studio.runtime.engine.halts import Halts
from studio.runtime.engine.replacing import Replacing
from studio.runtime.engine.shedding import Shedding
from studio.runtime.engine.sweeper import Sweeper
from studio.runtime.engine.versions import Versions
from studio.runtime.engine.writer import Writer
from studio.runtime.insights.tallying import Tallying
from studio.runtime.insights.walking import Walking
from studio.runtime.ledger.choose import ledger_for
from studio.runtime.outcomes import Lane
from studio.runtime.retention.chore import Retention
from studio.runtime.retention.months import Months
from studio.runtime.search.index import SearchIndex
from studio.runtime.service.app_events import AppEvents
from studio.runtime.service.calls import RunCalls
from studio.runtime.service.children import Children
from studio.runtime.stages.watching import Stages
from studio.runtime.waits import RunWaits

log = structlog.get_logger()

MAIN_THREADS = 2
"""Python runs one thread at a time, but while one waits for its commit another computes.."""


class Engine:
    """Accepts in every process; executes only where `start_workers()` was called."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.holder = os.environ.get("STUDIO_HOLDER") or f"{socket.gethostname()}:{os.getpid()}:{new_id().hex[-6:]}"
        """Whose the leases of this process are. A supervisor frees them by this name."""
        self.ledger = ledger_for(database.dialect)
        self.brokers = {queue: make_broker(settings.redis_url) for queue in ("main", "effects")}
        self.tracing = tracing.otlp(wanted=settings.traces, share=settings.trace_share)
        """None: no traces are sent."""
        self.hints = Hints(most=max(1, settings.worker_threads))
        self.writer = Writer(database, self.ledger, self.wake_main)
        self.shedding = Shedding(database, settings.most_queued, self.writer.wait_s)
        self.versions = Versions(database)
        threads = settings.worker_threads
        self.targets = Targets(settings.target_calls or threads // 2, threads + SPARE)
        self.answers = Answers(settings.redis_url)
        self.admitting = Admitting(self.writer, self.ledger, self.wake_main)
        self.waits = RunWaits(self.wake_woken)
        self.app_events = AppEvents(self.wake_main)
        self.endings = Endings(finished=self.answers.finished)
        self.endings.failed.append(self.app_events.run_failed)
        self.calls = RunCalls(database, self.wake_main)
        children = Children(self.waits, self.endings.withdraw)
        self.endings.called, self.endings.withdraw["child"] = children.ended, children.withdraw
        self.retention = Retention(database)
        self.search, self.insights, self.tallies = SearchIndex(database), Walking(database), Tallying(database)
        self.gate = Gatekeeper(database, self.writer, self.wake_main, Replacing(database, self.endings.withdraw))
        self.prompt_chores: list[Chore] = [
            Schedules(database, self.wake_main), Gatherings(database, self.wake_main), Halts(database, self.wake_main),
            self.look_at_gate,
        ]  # fmt: skip
        """What somebody waits for. None of it takes long."""
        self.chores: list[Chore] = [
            self.retention,
            self.search,
            self.insights,
            self.tallies,
            Stages(database),
            Months(database),
        ]
        """What may take its time."""
        self.own_chores: list[Callable[[], object]] = []
        """What each process looks after by itself, whoever turns the sweep: it costs next to nothing."""
        self.judge: Judge | None = None
        """Who says what runs must not do now; None: whatever is protected."""
        self.drains: dict[str, Callable[[], object]] = {}
        self._ports: Ports | None = None
        self._executor: Executor | None = None
        self._making = threading.Lock()
        self._workers: Workers | None = None
        self._spare_workers: Workers | None = None
        self._spare: Actors = {}
        self._sweeper: Sweeper | None = None
        self._attending = Attending(
            self.writer.run, Self(self.holder, settings.release, settings.worker_threads + SPARE)
        )
        self._presence = Presence(settings.sqlite_path) if settings.sqlite_path is not None else None

    def wake_main(self, lane: str = Lane.MAIN) -> None:
        """Hint that there are runnable runs, or runs at the gate."""
        self.hints.send(lane)

    def wake_woken(self) -> None:
        """Hint that waits have ended: their runs are runnable, or need a place first."""
        self.hints.send(Lane.MAIN)
        self.hints.send(Lane.GATE)

    def look_at_gate(self, _now: datetime) -> None:
        """What no hint announced, at every sweep."""
        self.gate.look()

    def join_ports(self, ports: Ports) -> None:
        """What nodes reach other packages by. Comes after construction: some ports need the engine's own."""
        self._ports = ports

    @property
    def ports(self) -> Ports:
        """The joined ports."""
        assert self._ports is not None, "app.py joins the ports before anything runs"  # noqa: S101 - a defect
        return self._ports

    @property
    def executor(self) -> Executor:
        """Made at first use: a web process has none. Threads that come together get the same one."""
        with self._making:
            if self._executor is None:
                self._executor = Executor(
                    self.database, self.ledger, self.writer, self.versions, self.ports, self.endings,
                    self.targets, lambda: self.judge, holder=self.holder, lease_s=self.settings.lease_seconds,
                    hint=self.hints.send, calls=self.settings.worker_threads, tracing=self.tracing,
                )  # fmt: skip
            return self._executor

    def add_drain(self, name: str, drain: Callable[[], object], is_due: Callable[[], bool]) -> None:
        """Another thing that workers look at, such as the outbox; hinted by `hints.send(name)`, by sweeps where due."""

        def look(_now: datetime) -> None:
            if is_due():
                self.hints.send(name)

        self.drains[name] = drain
        self.prompt_chores.append(look)

    def declare(self) -> None:
        """Make the actors, so that hints can be sent. In every process."""
        for name, made in self._actors(self.brokers).items():
            self.hints.register(name, made)

    def _actors(self, brokers: Brokers) -> Actors:
        looks: dict[str, Callable[[], object]] = {
            Lane.MAIN: lambda: self.executor.drain(Lane.MAIN),
            Lane.EFFECT: lambda: self.executor.drain(Lane.EFFECT),
            Lane.GATE: self.gate.look,
            **self.drains,
        }
        return {
            name: actor(
                brokers[_queue(name)], f"look_at_{name}", _queue(name), _quiet(look),
                frequent=name in (Lane.MAIN, Lane.EFFECT),
            )
            for name, look in looks.items()
        }  # fmt: skip

    def start_workers(self) -> None:
        """Take hints and sweep."""
        if self._presence is not None:
            self._presence.enter(self._free_all_dead)
        self._workers = self._worked(self.brokers)
        if not self.settings.embedded:
            self.hints.spare = self._while_redis_is_away
        self._sweeper = Sweeper(
            self.database, self.ledger, self.writer, self.hints.send, self.holder,
            [Chores("prompt chores", self.prompt_chores), Chores("chores", self.chores)],
            [*self.own_chores, self._attending.beat],
        )  # fmt: skip
        self._sweeper.start()
        self.wake_main()

    def _free_all_dead(self) -> None:
        """Nobody else works on this file: what is held was held by processes that have died."""
        freed = self.writer.run(lambda session: free_all_dead(session, self.ledger))
        if freed != Freed():
            log.info("leases_freed", runs=freed.runs, jobs=freed.jobs)

    def _free_jobs(self) -> None:
        """Jobs of the outbox that are still under way are another process's from now on."""
        try:
            self.writer.run(lambda session: claims.free(session, self.holder, dead=False))
        except Exception:  # the database is away too: the leases run out by themselves
            log.exception("jobs_not_handed_over")

    def _worked(self, brokers: Brokers) -> Workers:
        threads = {Lane.MAIN: MAIN_THREADS, Lane.EFFECT: self.settings.worker_threads + SPARE}
        workers = Workers(brokers, {_queue(name): count for name, count in threads.items()})
        workers.start()
        return workers

    def _while_redis_is_away(self) -> Actors:
        """Actors inside this process, made at the first need: what the sweeper finds is then looked at here."""
        if self._spare_workers is None:
            brokers = {queue: make_broker(None) for queue in self.brokers}
            self._spare = self._actors(brokers)
            self._spare_workers = self._worked(brokers)
        return self._spare

    def stop(self, patience_s: float = 10.0) -> None:
        """Finish what is under way and let go. What takes longer than `patience_s` is another worker's from now on."""
        if self._sweeper is not None:
            self._sweeper.stop()
            self._attending.drain()
        self.hints.spare = None
        for workers in (self._workers, self._spare_workers):
            if workers is not None:
                workers.stop(patience_s)
        if self._executor is not None:
            self._executor.stop()
        if self._workers is not None:
            self._free_jobs()
            self._attending.leave()
        self._sweeper = self._workers = self._spare_workers = None  # a second stop finds nothing left to wait for
        self.shedding.stop()
        self.hints.stop()
        self.answers.stop()
        self.writer.stop()
        if self.tracing is not None:
            self.tracing.stop()
        if self._presence is not None:
            self._presence.leave()


def _queue(name: str) -> str:
    """Drains other than runs share the effect threads: they call out too."""
    return "main" if name in (Lane.MAIN, Lane.GATE) else "effects"


def _quiet(look: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        look()

    return run
