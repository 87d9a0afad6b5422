"""A whole installation as one file: the database as of one moment, and the key without which it cannot be read.

SQLite is copied through its own backup interface, which is right while Studio runs; PostgreSQL by pg_dump, and put back
in one transaction.
"""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, make_url, text

from studio.core import clock, db
from studio.core.errors import StudioError
from studio.core.key_file import KEY_FILE, KeyFile
from studio.core.settings import Settings

FORMAT = 1
MANIFEST, SQLITE, DUMP = "manifest.json", "studio.db", "studio.dump"
_EMPTY = """set local client_min_messages = warning; do $$ declare one record; begin
    for one in select tablename from pg_tables where schemaname = current_schema() and tableowner = current_user loop
        execute format('drop table if exists %I cascade', one.tablename);
    end loop;
    for one in select oid::regprocedure as name from pg_proc
        where pronamespace = current_schema()::regnamespace and proowner = current_user::regrole loop
        execute format('drop routine %s cascade', one.name);
    end loop;
end $$"""
"""A newer schema than the archive's has tables and functions that its own clean-up would leave in the way.

Partitions go with their table, so one may be gone already.
"""


class ArchiveError(StudioError):
    """The archive could not be made or put back; the message says what to do. Nothing was changed."""

    code = "archive"


def backup(settings: Settings, target: Path, *, force: bool) -> None:
    """Write the archive. Raises ArchiveError; a file that was there before stays as it was."""
    if target.exists() and not force:
        raise ArchiveError(f"{target} exists already. Choose another name, or say --force.")
    key = KeyFile.of(settings.data_dir)
    with _folder(target.parent) as folder, key.held():  # no key is taken out between the data and the keys to it
        name = _dump(settings, folder)
        made = folder / "archive"
        with tarfile.open(made, "w:gz") as archive:
            _add(archive, MANIFEST, json.dumps(_manifest(settings, name)).encode())
            archive.add(folder / name, name)
            if key.path.exists():
                archive.add(key.path, KEY_FILE)
        made.chmod(0o600)  # it holds the master key
        made.replace(target)


def restore(settings: Settings, source: Path, *, force: bool) -> None:
    """Put an archive back. Raises ArchiveError; then nothing was changed."""
    with _folder(settings.data_dir) as folder:
        manifest = _unpack(source, folder)
        wanted = SQLITE if settings.sqlite_path else DUMP
        if manifest.get("database") != wanted:
            kind = "PostgreSQL" if wanted == SQLITE else "SQLite"
            raise ArchiveError(f"{source} holds a {kind} database; the settings name another kind.")
        if not force and not is_empty(settings):
            raise ArchiveError("The target holds a workspace already. To replace everything in it, say --force.")
        _load(settings, folder / wanted)
        _put_key(settings, folder / KEY_FILE)


def is_empty(settings: Settings) -> bool:
    """Whether nobody works with this database yet."""
    if settings.sqlite_path is not None and not settings.sqlite_path.exists():
        return True
    engine = db.open_engine(settings.migrate_url)
    try:
        with engine.connect() as connection:
            known = inspect(connection).has_table("workspace")
            return not known or connection.execute(text("select 1 from workspace limit 1")).first() is None
    finally:
        engine.dispose()


def _manifest(settings: Settings, name: str) -> dict[str, Any]:
    key = (settings.data_dir / KEY_FILE).exists()
    return {"format": FORMAT, "database": name, "made_at": clock.local_now().isoformat(), "master_key": key}


def _dump(settings: Settings, folder: Path) -> str:
    if settings.sqlite_path is None:
        _run(settings, "pg_dump", *_where(settings), "--format=custom", f"--file={folder / DUMP}")
        return DUMP
    if not settings.sqlite_path.exists():
        raise ArchiveError(f"There is no database at {settings.sqlite_path} to back up.")
    _copy_sqlite(settings.sqlite_path, folder / SQLITE)
    return SQLITE


def _load(settings: Settings, dump: Path) -> None:
    if settings.sqlite_path is None:
        script = dump.with_suffix(".sql")
        _run(settings, "pg_restore", "--no-owner", f"--file={script}", str(dump))
        alone = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run(settings, "psql", *_where(settings), *alone, f"--command={_EMPTY}", f"--file={script}")
        return
    settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(dump, settings.sqlite_path)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Page by page under SQLite's own locks: readers and writers of either file see before or after."""
    driver = db.sqlite_driver()
    try:
        with closing(driver.connect(str(source))) as old, closing(driver.connect(str(target), timeout=15)) as new:
            if old.execute("pragma quick_check").fetchone()[0] != "ok":
                raise ArchiveError(f"{source.name} is damaged; nothing was copied.")
            old.backup(new)
    except driver.Error as error:
        raise ArchiveError(f"{source.name} could not be copied: {error}") from error


def _put_key(settings: Settings, key: Path) -> None:
    """The key that fits the data. A different one that was here is kept beside it."""
    target = settings.data_dir / KEY_FILE
    if not key.exists():
        return
    if target.exists() and target.read_bytes() != key.read_bytes():
        stamp = clock.local_now().strftime("%Y%m%dT%H%M%SZ")
        target.rename(target.with_name(f"{KEY_FILE}-before-restore-{stamp}"))
    key.chmod(0o600)
    shutil.copy2(key, target)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """The known members of an archive, and no others: names in it lead nowhere else."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            for name in (MANIFEST, SQLITE, DUMP, KEY_FILE):
                if name in archive.getnames() and (member := archive.extractfile(name)) is not None:
                    with (folder / name).open("wb") as file:
                        shutil.copyfileobj(member, file)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise ArchiveError(f"{source} is no backup of Studio, or it is damaged: {error}") from error
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{source} was made by a newer Studio. Restore it with that one.")
    return manifest


def _where(settings: Settings) -> tuple[str]:
    return (f"--dbname={make_url(settings.migrate_url).database}",)


def _run(settings: Settings, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, as the role that owns the tables. The password stays off the command line."""
    found = shutil.which(program)
    if found is None:
        raise ArchiveError(f"{program} is not installed here. It comes with PostgreSQL's client programs.")
    url = make_url(settings.migrate_url)
    where = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    environment = os.environ | {name: str(value) for name, value in where.items() if value}
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    if "host" in query:
        environment["PGHOST"] = query["host"]
    done = subprocess.run(  # noqa: S603 - a program of the system with our own arguments
        [found, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ArchiveError(f"{program} failed: {done.stderr.strip()[:2000]}")


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(data), int(clock.local_now().timestamp()), 0o600
    archive.addfile(member, io.BytesIO(data))


@contextmanager
def _folder(parent: Path) -> Iterator[Path]:
    """A folder of our own on the target's disk, gone at the end."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, prefix=".studio-archive-") as name:
            yield Path(name)
    except OSError as error:
        raise ArchiveError(f"{parent} cannot be written: {error.strerror or error}") from error
