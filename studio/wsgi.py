"""What the web server loads: the app alone, or, embedded, the app with its workers in the same process."""

from multiprocessing.util import Finalize
from typing import cast

from flask import Flask

from studio.app import create_app
from studio.core import heap
from studio.core.slow_bodies import SlowBodies
from studio.runtime.engine.engine import Engine

READING = 48
"""Threads of a web process that may be waiting for bodies, of the 64 that studio.cli gives it."""


def web() -> SlowBodies:
    """A web process of a production set-up: accepts and shows, executes nothing."""
    app = create_app()
    heap.settle()
    _stop_at_end(engine_of(app))
    return SlowBodies(app, READING)


def embedded() -> SlowBodies:
    """Web, workers and timers in one process."""
    app = create_app()
    engine = engine_of(app)
    heap.settle()
    engine.start_workers()
    _stop_at_end(engine)
    return SlowBodies(app, READING)


def _stop_at_end(engine: Engine) -> None:
    """The server's processes are forks, which end without atexit but go through multiprocessing's own list."""
    Finalize(None, engine.stop, exitpriority=0)


def engine_of(app: Flask) -> Engine:
    """The engine that app.py has joined to an app."""
    return cast("Engine", app.extensions["studio_engine"])
