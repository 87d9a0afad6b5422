"""What the web server loads: the app alone, or, embedded, the app with its workers in the same process."""

import atexit
from typing import cast

from flask import Flask

from studio.app import create_app
from studio.core import heap
from studio.runtime.engine.engine import Engine


def web() -> Flask:
    """A web process of a production set-up: accepts and shows, executes nothing."""
    app = create_app()
    atexit.register(engine_of(app).stop)
    heap.settle()
    return app


def embedded() -> Flask:
    """Web, workers and timers in one process."""
    app = create_app()
    engine = engine_of(app)
    heap.settle()
    engine.start_workers()
    atexit.register(engine.stop)
    return app


def engine_of(app: Flask) -> Engine:
    """The engine that app.py has joined to an app."""
    return cast("Engine", app.extensions["studio_engine"])
