"""A backup holds everything, and comes back only where that loses nothing unasked."""

import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from benchmarks.servers.schema import revisions, upgrade
from studio.accounts.models import Workspace
from studio.audit.verifying import verify
from studio.console import archive
from studio.console.archive import ArchiveError
from studio.console.commands import backup as backup_command
from studio.core import migrate
from studio.core.crypto import KEY_FILE, Keyring
from studio.core.db import open_engine
from studio.core.settings import Settings
from studio.core.unit_of_work import Database
from tests.factories.accounts import PASSWORD, make_tenant
from tests.fixtures.app import close_app, open_app


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


def test_what_comes_back_works(store: str, store_settings: Settings, mailer, tmp_path: Path) -> None:
    """Sign-in, a sealed secret, the audit chain and, on PostgreSQL, what the two roles may not do."""
    app = open_app(store_settings, mailer)
    database: Database = app.extensions["studio_database"]
    tenant, stranger = make_tenant(database, "North"), make_tenant(database, "South")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        app.extensions["studio_vault"].create(uow, name="key", value="s3cr3t", hosts=["api.example.com"])
    close_app(app)
    archive.backup(store_settings, tmp_path / "backup", force=False)
    (store_settings.data_dir / KEY_FILE).unlink()
    archive.restore(store_settings, tmp_path / "backup", force=True)

    app = open_app(store_settings, mailer)
    database = app.extensions["studio_database"]
    sent = app.test_client().post("/sign-in", data={"email": tenant["owner"].email, "password": PASSWORD})
    assert sent.status_code == 302
    assert app.extensions["studio_vault"].reveal(tenant.id, "key", purpose="test", host="api.example.com") == "s3cr3t"
    with database.unit(tenant.id, read_only=True) as uow:
        report = verify(uow)
    assert (report.ok, report.checked) == (True, 2)
    for engine in (database.app, database.engine):
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"), engine.begin() as connection:
            connection.execute(text("delete from audit_event"))
    if store == "postgresql":
        with database.unit(tenant.id, read_only=True) as uow:
            seen = uow.session.connection().execute(text("select distinct workspace_id from seat")).scalars().all()
        assert seen == [tenant.id] != [stranger.id]
    close_app(app)


def test_an_older_backup_replaces_a_newer_schema_and_is_migrated_again(
    request, store: str, settings: Settings, tmp_path: Path
) -> None:
    """What later migrations have made must not be in the way of making it again."""
    url = f"sqlite:///{tmp_path / 'older.db'}"
    older = replace(settings, database_url=url, engine_url=url, migrate_url=url)
    if store == "postgresql":
        urls = request.getfixturevalue("postgres").empty_database()
        older = replace(settings, database_url=urls.app, engine_url=urls.engine, migrate_url=urls.migrate)
    upgrade(older.migrate_url, revisions()[-2])
    archive.backup(older, tmp_path / "backup", force=False)
    archive.restore(settings, tmp_path / "backup", force=True)
    migrate.upgrade(settings)
    assert names(settings) == []
    add(settings, "After")
    assert names(settings) == ["After"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_restore_that_fails_changes_nothing(settings: Settings, tmp_path: Path, monkeypatch) -> None:
    archive.backup(settings, tmp_path / "backup", force=False)
    add(settings, "South")
    monkeypatch.setattr(archive, "_EMPTY", archive._EMPTY + "; select 1 / 0")
    with pytest.raises(ArchiveError, match="division by zero"):
        archive.restore(settings, tmp_path / "backup", force=True)
    assert names(settings) == ["North", "South"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_an_empty_database_needs_no_force(settings: Settings, postgres, tmp_path: Path) -> None:
    archive.backup(settings, tmp_path / "backup", force=False)
    urls = postgres.empty_database()
    other = replace(
        settings, data_dir=tmp_path / "new", database_url=urls.app, engine_url=urls.engine, migrate_url=urls.migrate
    )
    archive.restore(other, tmp_path / "backup", force=False)
    assert names(other) == ["North"]
    assert migrate.upgrade(other) is None
    postgres.drop(urls)


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
