"""Many rows of one table in one statement.

PostgreSQL parses, plans and answers each row of an `executemany` by itself, which costs both sides more than the rows
do; as one document they are one statement. SQLite lives in this process and loses nothing by taking them one by one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Dialect, String, Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from studio.core.db import Model

FEW = 8
"""Up to so many rows are written as ever: the statement is known already."""


def insert_all(
    session: Session, model: type[Model], rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False
) -> None:
    """Write rows, all of the same columns; with `unless_there` without those that a constraint would refuse.

    Columns that the rows leave out get their defaults. A document (jsonb) must not be None: that is NULL here.
    """
    if not rows:
        return
    session.flush()  # what was added before stands before it
    database = session.get_bind().dialect
    on_postgresql = database.name == "postgresql"
    if on_postgresql and len(rows) > FEW:
        table: Table = model.metadata.tables[model.__tablename__]
        whole = _whole(table, rows)
        statement = _statement(database, table, tuple(whole[0]), "on conflict do nothing" if unless_there else "")
        session.execute(statement, {"rows": orjson.dumps(whole, _plain, _AS_TEXT).decode()})
        return
    insert = (postgresql if on_postgresql else sqlite).insert(model)
    session.execute(insert.on_conflict_do_nothing() if unless_there else insert, list(rows))


_AS_TEXT = orjson.OPT_NON_STR_KEYS | orjson.OPT_NAIVE_UTC


def _whole(table: Table, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The rows with what their columns have by default in Python."""
    left_out = [column for column in table.columns if column.default is not None and column.name not in rows[0]]
    defaults: dict[str, Any] = {column.name: column.default for column in left_out}
    if not defaults:
        return rows
    return [
        {**row, **{name: one.arg(None) if one.is_callable else one.arg for name, one in defaults.items()}}
        for row in rows
    ]


@lru_cache(maxsize=50)
def _statement(database: Dialect, table: Table, names: tuple[str, ...], otherwise: str) -> TextClause:
    columns = ", ".join(f'"{name}"' for name in names)
    types = ", ".join(f'"{name}" {_type(database, table, name)}' for name in names)
    return text(
        f"insert into {table.name} ({columns}) select {columns} "  # noqa: S608 - names of the schema alone
        f"from jsonb_to_recordset(cast(:rows as jsonb)) as given({types}) {otherwise}"
    )


def _type(database: Dialect, table: Table, name: str) -> str:
    """A text has no limit here: the column's own is checked as the row is written."""
    type_ = table.c[name].type
    return "text" if isinstance(type_, String) else type_.dialect_impl(database).compile(database)


def _plain(value: Any) -> str:
    """What JSON does not know: bytes, as PostgreSQL reads them."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    message = f"{type(value).__name__} has no place in a column"
    raise TypeError(message)
