"""Loads Studio, then forks for whoever asks by a socket: `python -m tests.servers.forking ADDRESS`; see loaded.py.

Each line that is asked is answered with the number of the new process, and with how that ended once it has. Nothing
here starts a thread or opens what a child could not have opened itself.
"""

import ctypes
import json
import os
import secrets
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from studio.core import heap

_SET_PDEATHSIG = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>."""


@dataclass
class Forking:
    """Who asks, and what was started for whom."""

    listener: socket.socket
    lines: dict[int, tuple[int, socket.socket]] = field(default_factory=dict)
    """By a descriptor of each child: its number, and the line on which it was asked for."""
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> dict[str, Any]:
        """Until this is a child: what it was asked to be."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fd in self.lines:
                    self._tell(key.fd)
                elif (asked := self._fork()) is not None:
                    return asked

    def _fork(self) -> dict[str, Any] | None:
        line = self.listener.accept()[0]
        with line.makefile("rb") as reader:
            asked: dict[str, Any] = json.loads(reader.readline())
        heard, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            line.close()
            os.close(heard)
            self._forget()
            return asked | {"told": told}
        os.close(told)
        os.read(heard, 1)  # it is a session of its own from here on, or has ended
        os.close(heard)
        watched = os.pidfd_open(pid)
        self.lines[watched] = pid, line
        self.selector.register(watched, selectors.EVENT_READ)
        line.sendall(b"%d\n" % pid)
        return None

    def _tell(self, watched: int) -> None:
        pid, line = self.lines.pop(watched)
        self.selector.unregister(watched)
        os.close(watched)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with line:
            try:
                line.sendall(b"%d\n" % status)
            except BrokenPipeError:
                return  # nobody waits for it any more

    def _forget(self) -> None:
        """A child holds nothing of its parent's: a line ends when the one process ends that answers on it."""
        self.selector.close()
        self.listener.close()
        for watched, (_, line) in self.lines.items():
            os.close(watched)
            line.close()


def become(asked: dict[str, Any]) -> None:
    """Be as a process that was just started so."""
    os.setsid()
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGTERM)
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(asked["environ"])
    time.tzset()
    sys.argv = ["studio", *asked["arguments"]]
    os.write(asked["told"], b".")
    os.close(asked["told"])


def main(address: Path) -> None:
    """Load, fork, and, in a child, run the command line."""
    metrics = address.with_name("metrics")
    metrics.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)  # metrics are made for many processes; each finds its folder
    heap.load()
    import granian  # noqa: F401, PLC0415 - not used here: loaded for the children, after heap.load()

    import studio.app  # noqa: PLC0415 - after heap.load(), which turns the collector off while Studio loads
    import studio.worker  # noqa: F401, PLC0415 - not used here: loaded for the children, after heap.load()
    from studio import cli  # noqa: PLC0415 - after heap.load(), which leaves out what it must not load
    from studio.core import clock, faults, rng  # noqa: PLC0415 - after PROMETHEUS_MULTIPROC_DIR is set, as all of Studio

    half = address.with_suffix(".half")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(half))
        listener.listen(64)
        half.rename(address)  # whoever sees it can ask
        asked = Forking(listener).serve()
    become(asked)
    # What these read while they were loaded was this process's, not the child's.
    clock.shift(timedelta(seconds=float(os.environ.get("STUDIO_CLOCK_OFFSET", "0"))))
    faults.read(os.environ)
    rng.seed(secrets.randbits(64))
    cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
