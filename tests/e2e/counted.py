"""What runs say together, as if a few minutes had passed since they began."""

from datetime import timedelta

from studio.app import create_app
from studio.core import clock
from studio.runtime.insights.tallying import Tallying
from tests.e2e.studio import Studio


def count_runs(running: Studio) -> None:
    """Everything that has begun so far is counted."""
    app = create_app(running.stack.settings)
    try:
        Tallying(app.extensions["studio_database"]).catch_up(clock.local_now() + timedelta(minutes=2))
    finally:
        app.extensions["studio_engine"].stop()
