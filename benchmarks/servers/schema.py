"""Bring a database to a revision, with the migrations that an operator runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from studio.core import db

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    scripts = _scripts()
    _run(url, lambda at, _context: scripts._upgrade_revs(revision, at), destination_rev=revision)


def downgrade(url: str, revision: str = "base") -> None:
    scripts = _scripts()
    _run(url, lambda at, _context: scripts._downgrade_revs(revision, at), destination_rev=revision)


def _run(url: str, steps: Callable[[Any, Any], Any], **named: str) -> None:
    """As Alembic's commands do it, which read all migrations from their files each time."""
    with connected(url) as config, EnvironmentContext(config, _scripts(), fn=steps, **named):
        _scripts().run_env()


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(MIGRATIONS / "alembic.ini"))


def check(url: str) -> None:
    """Raise where the models declare something else than the database holds."""
    with connected(url) as config:
        command.check(config)


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]


@contextmanager
def connected(url: str) -> Iterator[Config]:
    """Give Alembic one connection of our own, so that no process has to start for it."""
    config = Config(MIGRATIONS / "alembic.ini", stdout=_Silence())
    engine = db.open_engine(url)
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            yield config
            connection.commit()
    finally:
        engine.dispose()


class _Silence:
    """Where Alembic's remarks go: what matters here is raised."""

    def write(self, _text: str) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Nothing was kept."""
