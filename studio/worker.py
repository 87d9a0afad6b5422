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

from studio.core import aside, heap, rng, settings

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
            dead = self._dead()
            while len(self._children) < self._wanted:
                self._spawn()
            for holder, status in dead.items():
                aside.run(partial(release, holder, dead=True, status=status))
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

    def _dead(self) -> dict[str, int]:
        """Forget the processes that have died: how each ended, by what its leases are named, which are to be freed."""
        dead = {holder: child.returncode for holder, child in self._children.items() if child.poll() is not None}
        for holder in dead:
            del self._children[holder]
        return dead

    def _end(self) -> None:
        for child in self._children.values():
            child.terminate()
        for holder, child in self._children.items():
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                # told to stop, it took too long: that says nothing against its runs
                aside.run(partial(release, holder, dead=False, status=child.returncode))


def release(holder: str, *, dead: bool, status: int) -> None:
    """Free what a process held that is gone, and say so. `dead`: it was not told to stop. `status`: how it ended."""
    import structlog  # noqa: PLC0415 - the supervisor does without all of these, see aside

    from studio.core import logs  # noqa: PLC0415 - see above
    from studio.core.db import open_engine  # noqa: PLC0415 - see above
    from studio.core.tenancy import TenantSession, bind  # noqa: PLC0415 - see above
    from studio.runtime.engine.freeing import free_holder  # noqa: PLC0415 - see above
    from studio.runtime.ledger.choose import ledger_for  # noqa: PLC0415 - see above

    configured = settings.load()
    logs.configure(configured)  # left as it comes, it prints local values: the database's password
    log = structlog.get_logger()
    log.warning("worker_died" if dead else "worker_killed", holder=holder, status=status)
    engine = open_engine(configured.engine_url)
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
    Supervisor(processes).run()


def limit_memory() -> None:
    """The last net under a payload that grows without bound: a MemoryError instead of a dead machine."""
    limit = settings.load().worker_memory_mb * 1024 * 1024
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def child() -> None:
    """One worker process: takes hints and sweeps until SIGTERM, or until its supervisor is gone."""
    heap.load()
    from studio.core import logs  # noqa: PLC0415 - the supervisor above does without it
    from studio.joining import headless  # noqa: PLC0415 - see above

    limit_memory()
    configured = settings.load()
    logs.configure(configured)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    engine = headless(configured)
    heap.settle()
    engine.start_workers()
    parent = int(os.environ.get("STUDIO_PARENT", "0"))
    while not stop.wait(CHECK_S):
        if parent and os.getppid() != parent:
            break
    engine.stop()


if __name__ == "__main__":
    child()
