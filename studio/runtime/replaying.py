"""Would this Studio decide as the runs of before were decided? For `studio replay`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.core.db import open_engine
from studio.core.errors import StudioError
from studio.core.settings import Settings
from studio.core.unit_of_work import Database
from studio.runtime.engine.histories import History, newest
from studio.runtime.engine.replay import Difference

SHOWN = 200
"""Characters of a value in a line."""


def report(settings: Settings, most: int, say: Callable[[str], None]) -> tuple[int, list[dict[str, Any]]]:
    """Walk each workspace's `most` newest runs and say what differs. Returns how many, and the histories that differ.

    Node types must be registered. Nothing is changed.
    """
    walked, differing = 0, list[dict[str, Any]]()
    with _database(settings) as database:
        for workspace_id in _workspaces(database):
            for history in newest(database, workspace_id, most):
                walked += 1
                lines = list(_lines(history))
                for line in lines:
                    say(f"run {history.run.id} {line}")
                if lines:
                    differing.append(history.as_json())
    return walked, differing


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    app, engine = open_engine(settings.database_url), open_engine(settings.engine_url)
    try:
        yield Database(app, engine)
    finally:
        app.dispose()
        engine.dispose()


def _workspaces(database: Database) -> list[UUID]:
    with database.across(read_only=True) as unit:
        return list(unit.session.scalars(select(Workspace.id).order_by(Workspace.id)))


def _lines(history: History) -> Iterator[str]:
    try:
        differences = history.differences()
    except StudioError as error:
        yield f"this Studio cannot run its version: {error.message}"
        return
    yield from map(_line, differences)


def _line(one: Difference) -> str:
    node, path = one.place
    where = f"{node} [{path}]" if path else node or "as a whole"
    return f"{where}: {one.what} was {_short(one.then)}, now {_short(one.now)}"


def _short(value: object) -> str:
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
