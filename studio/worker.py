"""Worker processes and the supervisor above them.

The supervisor stands outside of Dramatiq: it replaces a process that dies and frees the leases it held at once, so
that its runs go on within a moment and not only when their leases run out.
"""

import os
import resource
import signal
import subprocess
import sys
import threading
from functools import partial
from types import FrameType

import structlog

from studio.core import aside, heap, logs, rng, settings

log = structlog.get_logger()

CHECK_S = 0.25
STOP_S = 15.0


class Supervisor:
    """Keeps a number of worker processes alive until it is told to stop."""

    def __init__(self, processes: int) -> None:
        self._wanted = processes
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def run(self) -> None:
        """Block until SIGTERM or SIGINT, then stop the children in order."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._stop.is_set():
            dead = self._reap()
            while len(self._children) < self._wanted:
                self._spawn()
            for holder in dead:
                aside.run(partial(release, holder, dead=True))
            self._stop.wait(CHECK_S)
        self._end()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _spawn(self) -> None:
        holder = f"{os.getpid()}-{rng.token(6)}"
        self._children[holder] = subprocess.Popen(
            [sys.executable, "-m", "studio.worker"],
            env=os.environ | {"STUDIO_HOLDER": holder, "STUDIO_PARENT": str(os.getpid())},
        )

    def _reap(self) -> list[str]:
        """Forget the processes that have died; whose leases are to be freed."""
        dead = {holder: child.returncode for holder, child in self._children.items() if child.poll() is not None}
        for holder, status in dead.items():
            del self._children[holder]
            log.warning("worker_died", holder=holder, status=status)
        return list(dead)

    def _end(self) -> None:
        for child in self._children.values():
            child.terminate()
        for holder, child in self._children.items():
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                aside.run(
                    partial(release, holder, dead=False)
                )  # told to stop, it took too long: that says nothing against its runs


def release(holder: str, *, dead: bool) -> None:
    """Free what a process held that is gone; `dead`: it was not told to stop."""
    from studio.core.db import open_engine  # noqa: PLC0415 - the supervisor does without it, see aside
    from studio.core.tenancy import TenantSession, bind  # noqa: PLC0415 - the supervisor does without it, see aside
    from studio.runtime.engine.freeing import free_holder  # noqa: PLC0415 - the supervisor does without it, see aside
    from studio.runtime.ledger.choose import ledger_for  # noqa: PLC0415 - the supervisor does without it, see aside

    engine = open_engine(settings.load().engine_url)
    try:
        with TenantSession(engine) as session:
            bind(session, workspace_id=None, cross=True)
            freed = free_holder(session, ledger_for(engine.dialect.name), holder, dead=dead)
            session.commit()
        log.info("leases_freed", holder=holder, runs=freed.runs, jobs=freed.jobs)
    except Exception:  # the database is away too: the leases run out by themselves
        log.exception("leases_not_freed", holder=holder)
    finally:
        engine.dispose()


def supervise(processes: int) -> None:
    """`studio worker`."""
    logs.configure(settings.load())  # left as it comes, it prints local values: the database's password
    Supervisor(processes).run()


def limit_memory() -> None:
    """The last net under a payload that grows without bound: a MemoryError instead of a dead machine."""
    limit = settings.load().worker_memory_mb * 1024 * 1024
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def child() -> None:
    """One worker process: takes hints and sweeps until SIGTERM, or until its supervisor is gone."""
    heap.load()
    from studio.app import create_app  # noqa: PLC0415 - the supervisor above needs no app
    from studio.wsgi import engine_of  # noqa: PLC0415 - see above

    limit_memory()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    engine = engine_of(create_app())
    heap.settle()
    engine.start_workers()
    parent = int(os.environ.get("STUDIO_PARENT", "0"))
    while not stop.wait(CHECK_S):
        if parent and os.getppid() != parent:
            break
    engine.stop()


if __name__ == "__main__":
    child()
