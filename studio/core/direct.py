"""Single statements on PostgreSQL without a session, for the engine's hottest few.

Each statement is its own transaction, on a connection that stays open and in autocommit: one round trip where a session
takes three, at a fifth of the processor time (docs/decisions/engine-statements.md).
"""

import threading
from collections.abc import Mapping
from typing import Any, cast

import psycopg
from sqlalchemy import Engine, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from studio.core import clashes
from studio.core.connecting import POOL_S

Row = tuple[Any, ...]


class Direct:
    """Runs statements of the role of one engine. Use from any thread."""

    def __init__(self, engine: Engine, most: int) -> None:
        """`most`: connections at once. Whoever comes then waits, as at a pool."""
        self._engine, self._most = engine, most
        self._free = threading.Semaphore(most)
        self._idle: list[psycopg.Connection[Row]] = []
        self._texts: dict[int, str] = {}
        self._keeps = True

    def rows(self, statement: TextClause, values: Mapping[str, Any]) -> list[Row]:
        """Run one statement that returns rows, and commit it. Raises sqlalchemy's DBAPIError.

        A connection that died while it lay idle is replaced and the statement repeated once, and one that was given up
        for another's sake is repeated a few times, so every statement that comes here must be safe to repeat: nobody
        knows whether the first one arrived.
        """
        for tries in range(1, clashes.TRIES):
            try:
                return self._permitted(statement, values)
            except DBAPIError as error:
                if not clashes.is_clash(error):
                    raise
            clashes.pause(tries)
        return self._permitted(statement, values)

    def _permitted(self, statement: TextClause, values: Mapping[str, Any]) -> list[Row]:
        if not self._free.acquire(timeout=POOL_S):
            message = f"all {self._most} connections for single statements are in use"
            raise PoolTimeout(message)
        try:
            return self._rows(statement, values)
        finally:
            self._free.release()

    def _rows(self, statement: TextClause, values: Mapping[str, Any]) -> list[Row]:
        connection, kept = self._take()
        try:
            return self._execute(connection, statement, values)
        except psycopg.OperationalError as error:
            if not (kept and connection.closed):
                raise self._worded(error, connection) from error
            self._drop()  # the others died with it
        except psycopg.Error as error:
            raise self._worded(error, connection) from error
        connection, _ = self._take()
        try:
            return self._execute(connection, statement, values)
        except psycopg.Error as error:
            raise self._worded(error, connection) from error

    def close(self) -> None:
        """Keep none open any more: a statement that is still under way closes its own, a later one opens anew."""
        self._keeps = False
        self._drop()

    def _drop(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _execute(
        self, connection: "psycopg.Connection[Row]", statement: TextClause, values: Mapping[str, Any]
    ) -> list[Row]:
        try:
            return connection.execute(self._text(statement), values).fetchall()
        finally:
            if connection.closed:
                connection.close()
            else:
                self._idle.append(connection)
                if not self._keeps:
                    self._drop()

    def _take(self) -> "tuple[psycopg.Connection[Row], bool]":
        """A connection, and whether it has been used before."""
        try:
            return self._idle.pop(), True
        except IndexError:
            try:
                pooled = self._engine.raw_connection()
            except psycopg.Error as error:  # a pool hands on what the driver says
                raise self._worded(error) from error
            pooled.detach()
            connection = cast("psycopg.Connection[Row]", pooled.dbapi_connection)
            connection.autocommit = True
            return connection, False

    def _text(self, statement: TextClause) -> str:
        """The statement in the driver's own wording, worked out once."""
        text = self._texts.get(id(statement))
        if text is None:
            text = self._texts[id(statement)] = str(statement.compile(dialect=self._engine.dialect))
        return text

    def _worded(self, error: psycopg.Error, connection: "psycopg.Connection[Row] | None" = None) -> BaseException:
        """As every other database error looks here; without the values, which may be private."""
        return DBAPIError.instance(
            None, None, error, cast("Any", psycopg.Error),
            connection_invalidated=connection is None or connection.closed, dialect=self._engine.dialect,
        )  # fmt: skip
