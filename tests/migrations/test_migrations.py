"""The migrations make what the models declare, and can be taken back, on both databases."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import MetaData, inspect

from benchmarks.servers.schema import check, downgrade, revisions, upgrade
from studio.core import db


def schema(url: str) -> dict[str, object]:
    """Everything in the database that a model could have declared, in one comparable value."""
    engine = db.open_engine(url)
    try:
        found = MetaData()
        found.reflect(engine)
        inspector = inspect(engine)
        return {
            name: (
                sorted((column.name, str(column.type), column.nullable) for column in table.columns),
                sorted(str(index["name"]) for index in inspector.get_indexes(name)),
                sorted(str(unique["name"]) for unique in inspector.get_unique_constraints(name)),
                sorted(str(key["name"]) for key in inspector.get_foreign_keys(name)),
            )
            for name, table in found.tables.items()
            if name != "alembic_version"
        }
    finally:
        engine.dispose()


def test_up_down_up(empty_database: str) -> None:
    upgrade(empty_database)
    first = schema(empty_database)
    assert first
    downgrade(empty_database)
    assert schema(empty_database) == {}
    upgrade(empty_database)
    assert schema(empty_database) == first


def test_each_step_can_be_taken_back(empty_database: str) -> None:
    before: dict[str, object] = {}
    for revision in revisions():
        upgrade(empty_database, revision)
        after = schema(empty_database)
        downgrade(empty_database, "-1")
        assert schema(empty_database) == before
        upgrade(empty_database, revision)
        before = after


def test_models_declare_what_migrations_make(empty_database: str) -> None:
    upgrade(empty_database)
    check(empty_database)


def test_migrated_files_are_copies(new_sqlite_file: Callable[[], Path]) -> None:
    first, second = new_sqlite_file(), new_sqlite_file()
    assert first != second
    assert schema(f"sqlite:///{first}") == schema(f"sqlite:///{second}")
