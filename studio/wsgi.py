"""What the web server loads: the app alone, or, embedded, the app with its workers in the same process."""

import os
import signal
import threading
from multiprocessing.util import Finalize
from typing import cast

from flask import Flask

from studio.app import create_app
from studio.core import heap
from studio.core.slow_bodies import SlowBodies
from studio.flags.serving.serving import Serving
from studio.runtime.engine.engine import Engine

READING = 48
"""Threads of a web process that may be waiting for bodies, of the 64 that studio.cli gives it."""


def web() -> SlowBodies:
    """A web process of a production set-up: accepts and shows, executes nothing."""
    app = create_app()
    heap.settle()
    _stop_at_end(engine_of(app))
    _end_streams_at_a_signal(app)
    return SlowBodies(app, READING)


def embedded() -> SlowBodies:
    """Web, workers and timers in one process."""
    app = create_app()
    engine = engine_of(app)
    heap.settle()
    engine.start_workers()
    _stop_at_end(engine)
    _end_streams_at_a_signal(app)
    return SlowBodies(app, READING)


def _stop_at_end(engine: Engine) -> None:
    """The server's processes are forks, which end without atexit but go through multiprocessing's own list."""
    Finalize(None, engine.stop, exitpriority=0)


def _end_streams_at_a_signal(app: Flask) -> None:
    """The server waits for answers that are under way before it ends, and a stream is under way for minutes.

    It sets handlers of its own after this; what each signal writes into the pipe is read all the same.
    """
    streaming = cast("Serving", app.extensions["studio_flag_serving"]).streaming
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)

    def listen() -> None:
        while os.read(heard, 1)[0] not in (signal.SIGINT, signal.SIGTERM):
            pass  # another signal ends nothing
        streaming.stop()

    threading.Thread(target=listen, name="signals", daemon=True).start()


def engine_of(app: Flask) -> Engine:
    """The engine that app.py has joined to an app."""
    return cast("Engine", app.extensions["studio_engine"])
