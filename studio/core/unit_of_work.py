"""The only place that commits.

One request, writer-thread group, actor call, executor boundary, loop tick or command is one unit. Services take it,
change rows and return; the unit runs its finishers (audit's last) and commits. What must leave the process waits in
`after_commit`, from where it goes out as a hint: whatever matters is a row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from studio.core import clock, tenancy
from studio.core.actor import SYSTEM, Actor
from studio.core.connecting import shares
from studio.core.db import db

log = structlog.get_logger()

Finisher = Callable[["UnitOfWork"], None]


@dataclass
class UnitOfWork:
    """One transaction: a session that sees one workspace, who acts, and what happens around the commit."""

    session: Session
    workspace_id: UUID | None
    actor: Actor = SYSTEM
    collected: dict[str, list[Any]] = field(default_factory=dict)
    """What finishers write at the end, such as audit events, by the name of the finisher's package."""
    _after: list[Callable[[], None]] = field(default_factory=list)
    _now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The database's time, asked once a unit: all rows of one unit carry one moment."""
        if self._now is None:
            self._now = clock.database_now(self.session)
        return self._now

    @property
    def workspace(self) -> UUID:
        """The workspace of this unit; a unit without one must not ask."""
        if self.workspace_id is None:
            message = "This unit of work has no workspace."
            raise tenancy.TenancyError(message)
        return self.workspace_id

    def after_commit(self, send: Callable[[], None]) -> None:
        """Send a hint once the rows are safe. A hint that fails is logged: the sweeper finds what it announced."""
        self._after.append(send)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that may fail alone: where it raises, its rows, what it collected and its hints go, the rest stays."""
        collected, hints = {name: len(found) for name, found in self.collected.items()}, len(self._after)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            for name, found in self.collected.items():
                del found[collected.get(name, 0) :]
            del self._after[hints:]
            raise

    def _announce(self) -> None:
        for send in self._after:
            try:
                send()
            except Exception:  # a lost hint costs a sweep, never the answer to a request that has committed
                log.exception("hint_failed")


@dataclass
class Database:
    """The engines of this process and the finishers that run before each commit."""

    app: Engine
    engine: Engine
    direct: int = 5
    """Connections for single statements beside the pools."""
    finishers: list[Finisher] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.app.dialect.name

    @contextmanager
    def unit(
        self,
        workspace_id: UUID | None = None,
        actor: Actor = SYSTEM,
        *,
        user_id: UUID | None = None,
        read_only: bool = False,
    ) -> Iterator[UnitOfWork]:
        """A unit as studio_app. Commits at the end of the block, rolls back where it raises."""
        with self._session(self.app, read_only=read_only) as session:
            tenancy.bind(session, workspace_id=workspace_id, user_id=user_id or actor.user_id)
            yield from self._run(UnitOfWork(session, workspace_id, actor))

    @contextmanager
    def across(self, *, read_only: bool = False) -> Iterator[UnitOfWork]:
        """A unit as studio_engine, across workspaces: accept, claim, flush, sweep. Nothing else uses it."""
        with self._session(self.engine, read_only=read_only) as session:
            tenancy.bind(session, workspace_id=None, cross=True)
            yield from self._run(UnitOfWork(session, None))

    @contextmanager
    def _session(self, engine: Engine, *, read_only: bool) -> Iterator[Session]:
        options = {"read_only": True} if read_only else {}
        with tenancy.TenantSession(engine.execution_options(**options), expire_on_commit=False) as session:
            yield session

    def _run(self, unit: UnitOfWork) -> Iterator[UnitOfWork]:
        try:
            yield unit
            for finish in self.finishers:
                finish(unit)
            unit.session.commit()
        except BaseException:
            unit.session.rollback()
            raise
        unit._announce()  # noqa: SLF001 - its own class's other half


def init_app(app: Flask) -> Database:
    """Make the database of an app from its engines."""
    with app.app_context():
        engines = cast("dict[str | None, Engine]", db.engines)
        share = shares(app.extensions["studio_settings"].database_connections).direct
        database = Database(app=engines[None], engine=engines["engine"], direct=share)
    app.extensions["studio_database"] = database
    return database
