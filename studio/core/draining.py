"""A web server that is told to stop says so first, and serves on until balancers have noticed.

Its processes are forks, so one byte of shared memory tells them all: that of the server which they are forked from.
"""

import mmap
import threading
from typing import Any

_told = mmap.mmap(-1, 1)


def begin() -> None:
    """From now on this server is not ready."""
    _told[0] = 1


def begun() -> bool:
    """Whether it has been told to stop."""
    return bool(_told[0])


def before_stopping(server: Any, seconds: float) -> None:
    """Put so much time between being told and stopping; told a second time, it stops at once.

    `server`: Granian's, which stops by its `signal_handler_interrupt`.
    """
    global _told  # noqa: PLW0603 - whatever this process was forked from is another server
    _told = mmap.mmap(-1, 1)
    stop = server.signal_handler_interrupt

    def told(*arguments: Any, **named: Any) -> None:
        waits = seconds > 0 and not begun()
        begin()
        if waits:
            timer = threading.Timer(seconds, stop, arguments, named)
            timer.daemon = True
            timer.start()
        else:
            stop(*arguments, **named)

    server.signal_handler_interrupt = told
