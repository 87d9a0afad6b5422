"""What a database holds, as its own catalogue tells it: a comparable value in three questions."""

import re

from sqlalchemy import Connection, text

from studio.core import db

Schema = dict[str, list[tuple[object, ...]]]
"""By kind of thing: lines that name the table first."""

_POSTGRESQL = {
    "column": """
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
    """,
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
}
_SQLITE = {
    "column": """
        SELECT made.name, own.name, own.type, own."notnull", own.dflt_value, own.pk
        FROM sqlite_master AS made, pragma_table_info(made.name) AS own WHERE made.type = 'table'
    """,
    "index": """
        SELECT made.name, CASE WHEN own.origin = 'c' THEN own.name ELSE own.origin END, own."unique", own.partial,
          (SELECT group_concat(coalesce(name, '?')) FROM (SELECT name FROM pragma_index_info(own.name) ORDER BY seqno))
        FROM sqlite_master AS made, pragma_index_list(made.name) AS own WHERE made.type = 'table'
    """,
    "reference": """
        SELECT made.name, own."from", own."table", own."to", own.on_delete
        FROM sqlite_master AS made, pragma_foreign_key_list(made.name) AS own WHERE made.type = 'table'
    """,
}
_NAMED = re.compile(r"CONSTRAINT\s+\"?(\w+)")
_BESIDE = ("alembic_version", "sqlite_stat1", "sqlite_stat4")
"""Where the schema stands, and what the planner is told of it: no migration's own."""


def schema(url: str) -> Schema:
    """Everything in the database that a migration could have made: columns, indexes, constraints."""
    engine = db.open_engine(url)
    try:
        with engine.connect() as connection:
            questions = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
            found = {kind: _lines(connection, question) for kind, question in questions.items()}
            if connection.dialect.name == "sqlite":
                found["constraint"] = _constraints(connection)
            return found
    finally:
        engine.dispose()


def _lines(connection: Connection, question: str) -> list[tuple[object, ...]]:
    rows = (tuple(row) for row in connection.execute(text(question)))
    return sorted((row for row in rows if row[0] not in _BESIDE), key=repr)


def _constraints(connection: Connection) -> list[tuple[object, ...]]:
    """Their names stand in the statements alone."""
    made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"))
    return sorted((name, one) for name, said in made for one in _NAMED.findall(said) if name != "alembic_version")
