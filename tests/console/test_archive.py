"""A backup holds everything, and comes back only where that loses nothing unasked."""

import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.console import archive
from studio.console.archive import ArchiveError
from studio.console.commands import backup as backup_command
from studio.core.crypto import KEY_FILE, Keyring
from studio.core.db import open_engine
from studio.core.settings import Settings
from studio.core.unit_of_work import Database
from tests.factories.accounts import make_tenant


def open_database(settings: Settings) -> Database:
    engine = open_engine(settings.database_url)
    return Database(app=engine, engine=engine)


def names(settings: Settings) -> list[str]:
    database = open_database(settings)
    with database.unit(read_only=True) as uow:
        found = sorted(uow.session.scalars(select(Workspace.name)))
    database.app.dispose()
    return found


def add(settings: Settings, name: str) -> None:
    database = open_database(settings)
    make_tenant(database, name)
    database.app.dispose()


@pytest.fixture
def settings(store_settings: Settings) -> Settings:
    Keyring.open(store_settings.data_dir)
    add(store_settings, "North")
    return store_settings


def test_a_backup_brings_back_what_was_there(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    key = (settings.data_dir / KEY_FILE).read_bytes()
    archive.backup(settings, file, force=False)
    assert file.stat().st_mode & 0o077 == 0
    add(settings, "South")
    (settings.data_dir / KEY_FILE).write_bytes(b"1:another\n")
    with pytest.raises(ArchiveError, match="--force"):
        archive.restore(settings, file, force=False)
    assert names(settings) == ["North", "South"]
    archive.restore(settings, file, force=True)
    assert names(settings) == ["North"]
    assert (settings.data_dir / KEY_FILE).read_bytes() == key
    assert [one.read_bytes() for one in settings.data_dir.glob(f"{KEY_FILE}-before-restore-*")] == [b"1:another\n"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_new_machine_needs_no_force(settings: Settings, tmp_path: Path) -> None:
    archive.backup(settings, tmp_path / "backup", force=False)
    folder = tmp_path / "new"
    url = f"sqlite:///{folder / 'studio.db'}"
    other = replace(settings, data_dir=folder, database_url=url, engine_url=url, migrate_url=url)
    archive.restore(other, tmp_path / "backup", force=False)
    assert names(other) == ["North"]
    assert (folder / KEY_FILE).read_bytes() == (settings.data_dir / KEY_FILE).read_bytes()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_file_is_not_replaced_unasked(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("precious")
    with pytest.raises(ArchiveError, match="exists already"):
        archive.backup(settings, file, force=False)
    assert file.read_text() == "precious"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_what_is_no_backup_is_refused(settings: Settings, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "backup"
    if content is None:
        with tarfile.open(file, "w:gz") as made:
            made.add(__file__, "../../outside.py")
    else:
        file.write_bytes(content)
    with pytest.raises(ArchiveError, match="no backup"):
        archive.restore(settings, file, force=True)
    assert names(settings) == ["North"]
    assert not (tmp_path.parent / "outside.py").exists()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_damaged_database_is_not_put_back(settings: Settings, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    archive.backup(settings, good, force=False)
    with tarfile.open(good) as old, tarfile.open(bad, "w:gz") as new:
        for member in old.getmembers():
            if member.name == archive.SQLITE:
                archive._add(new, member.name, old.extractfile(member).read()[:30_000])
            else:
                new.addfile(member, old.extractfile(member))
    with pytest.raises(ArchiveError):
        archive.restore(settings, bad, force=True)
    assert names(settings) == ["North"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_missing_program_is_named(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ArchiveError, match="pg_dump is not installed"):
        archive.backup(settings, tmp_path / "backup", force=False)


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    environment = {"STUDIO_DATA": str(tmp_path / "data")}
    done = CliRunner().invoke(backup_command, [str(tmp_path / "backup")], env=environment)
    assert done.exit_code == 1
    assert done.output.startswith("Error: There is no database at ")
