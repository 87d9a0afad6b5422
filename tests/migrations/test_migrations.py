"""The migrations make what the models declare, and can be taken back, on both databases."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.servers.schema import check, downgrade, revisions, upgrade
from tests.migrations.catalogue import schema


def test_each_step_can_be_taken_back(empty_database: str) -> None:
    """Up, down and up again: each step down leaves what the step up found, and the way up can be gone once more."""
    nothing = schema(empty_database)
    assert not any(nothing.values())
    on_the_way_up = [nothing]
    for revision in revisions():
        upgrade(empty_database, revision)
        on_the_way_up.append(schema(empty_database))
    newest = on_the_way_up.pop()
    assert all(newest.values())
    for revision, before in zip(reversed(revisions()), reversed(on_the_way_up), strict=True):
        downgrade(empty_database, "-1")
        assert schema(empty_database) == before, revision
    upgrade(empty_database)
    assert schema(empty_database) == newest


def test_models_declare_what_migrations_make(empty_database: str) -> None:
    upgrade(empty_database)
    check(empty_database)


def test_migrated_files_are_copies(new_sqlite_file: Callable[[], Path]) -> None:
    first, second = new_sqlite_file(), new_sqlite_file()
    assert first != second
    assert schema(f"sqlite:///{first}") == schema(f"sqlite:///{second}")
