"""A start brings an older file to the current schema, and leaves a copy of it as it was."""

from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks.servers.schema import revisions
from benchmarks.servers.schema import upgrade as to
from studio.core import migrate
from studio.core.db import open_engine
from studio.core.settings import Settings, load

OLDER = revisions()[-2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"STUDIO_DATA": str(tmp_path)})


def ask(path: Path, statement: str):
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        done = connection.execute(text(statement))
        found = done.scalar() if done.returns_rows else None
    engine.dispose()
    return found


def test_an_older_file_is_copied_first_and_keeps_its_rows(settings: Settings) -> None:
    file = settings.sqlite_path
    to(settings.database_url, OLDER)
    ask(file, "insert into attempt_counter values ('kept', 3, '2026-01-01', null)")
    copy = migrate.upgrade(settings)
    assert copy is not None
    assert copy.parent == file.parent
    assert copy.name.startswith("studio-before-migration-")
    for path, revision in ((copy, OLDER), (file, migrate.newest())):
        assert ask(path, "select version_num from alembic_version") == revision
        assert ask(path, "select failures from attempt_counter where key = 'kept'") == 3


def test_a_new_or_current_file_needs_no_copy(settings: Settings) -> None:
    assert migrate.upgrade(settings) is None
    assert migrate.upgrade(settings) is None
    assert [path.name for path in settings.data_dir.glob("*before-migration*")] == []


def test_a_copy_that_cannot_be_made_stops_the_migration(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    to(settings.database_url, OLDER)
    monkeypatch.setattr(migrate, "_copy", lambda _settings: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(settings)
    assert ask(settings.sqlite_path, "select version_num from alembic_version") == OLDER
