"""Commands for operators: `studio archive read` gives archived runs back as JSON lines, checked against their hash."""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import click
import orjson
from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.accounts.service.vault import SecretVault
from studio.audit import Target, chain, record
from studio.audit.commands import OPERATOR
from studio.audit.taxonomy import archives as actions
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.errors import StudioError
from studio.core.http import HttpClient
from studio.core.ids import parse_id
from studio.core.settings import Settings, SettingsError, load
from studio.core.unit_of_work import Database
from studio.runtime.archive import finding, records
from studio.runtime.archive.places import Reach, store_of
from studio.runtime.models import ArchivedRun, ArchivePlace, RunArchive

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEYS_TO_SAY = "This installation knows no such file. Say what its hash shall be: --sha256 HEX."


@dataclass(frozen=True, slots=True)
class Installation:
    """What the commands work with."""

    database: Database
    reach: Reach


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as its row knows it."""

    workspace_id: UUID
    file: RunArchive
    place: ArchivePlace


@click.group()
def archive() -> None:
    """Runs that were archived before they were deleted."""


@archive.command()
@click.argument("file", type=_EXISTING, required=False)
@click.option("--run", "run_id", type=click.UUID, help="One archived run, from where its file lies.")
@click.option("--stored", "stored_id", type=click.UUID, help="A whole file by its id, from where it lies.")
@click.option("--sha256", help="With FILE: what its SHA-256 shall be, where this installation does not know the file.")
@click.option("--workspace", type=click.UUID, help="Look in this one alone.")
def read(
    file: Path | None, run_id: UUID | None, stored_id: UUID | None, sha256: str | None, workspace: UUID | None
) -> None:
    """Write archived runs to standard output, one JSON object a line: run, event, steps, waits, notes, labels.

    FILE is one that was copied from the archive (….jsonl.gz). Nothing is written unless the whole file is what was
    archived, by its SHA-256; the command ends with status 1 then. The audit trail tells that it was read.
    """
    if sum(one is not None for one in (file, run_id, stored_id)) != 1:
        raise click.UsageError("Name one thing: FILE, --run or --stored.")
    if sha256 is not None and file is None:
        raise click.UsageError("--sha256 goes with FILE.")
    if file is not None and sha256 is not None:
        data = file.read_bytes()
        _expect(data, sha256.strip().lower(), str(file))
        _write(data)
        return
    with _installation() as here:
        if run_id is not None:
            _one(here, run_id, workspace)
        else:
            _whole(here, file, stored_id or (parse_id(file.name.split(".")[0]) if file else None), workspace)


def _one(here: Installation, run_id: UUID, workspace: UUID | None) -> None:
    for workspace_id in _workspaces(here.database, workspace):
        with here.database.unit(workspace_id, read_only=True) as uow:
            row = uow.session.get(ArchivedRun, run_id)
            known = _known(here.database, row.archive_id, workspace_id) if row is not None else None
        if row is not None and known is not None:
            data = _fetched(here, known)[row.offset : row.offset + row.length]
            with here.database.unit(workspace_id, OPERATOR) as uow:
                finding.note_taking(uow, run_id)
            _write(data)
            return
    raise click.ClickException("There is no such archived run.")


def _whole(here: Installation, path: Path | None, file_id: UUID | None, workspace: UUID | None) -> None:
    found = (_known(here.database, file_id, one) for one in _workspaces(here.database, workspace) if file_id)
    known = next((one for one in found if one is not None), None)
    if known is None:
        raise click.ClickException(_KEYS_TO_SAY if path else "There is no such archived file.")
    if path is None:
        data = _fetched(here, known)
    else:
        data = path.read_bytes()
        _expect(data, known.file.sha256, str(path))
    with here.database.unit(known.workspace_id, OPERATOR) as uow:
        target = Target("run_archive", known.file.id, known.file.name)
        record(uow, actions.ARCHIVE_FILE_READ, targets=[target], metadata={"runs": known.file.runs})
    _write(data)


def _known(database: Database, file_id: UUID, workspace_id: UUID) -> _Known | None:
    with database.unit(workspace_id, read_only=True) as uow:
        file = uow.session.get(RunArchive, file_id)
        place = uow.session.get(ArchivePlace, file.place_id) if file is not None else None
        return _Known(workspace_id, file, place) if file is not None and place is not None else None


def _fetched(here: Installation, known: _Known) -> bytes:
    """The whole file, since its hash is of the whole."""
    try:
        data = store_of(known.place, here.reach).read(known.file.name, 0, known.file.size)
    except StudioError as error:
        raise click.ClickException(error.message) from error
    _expect(data, known.file.sha256, known.file.name)
    return data


def _expect(data: bytes, sha256: str, name: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise click.ClickException(f"{name} is not what was archived: its SHA-256 is {found}, not {sha256}.")


def _write(data: bytes) -> None:
    try:
        for _member, told in records.members_of(data):
            orjson.loads(told)
            click.echo(told, nl=False)
    except (zlib.error, ValueError) as error:
        raise click.ClickException(f"This is no file of archived runs: {error}.") from error


def _workspaces(database: Database, chosen: UUID | None) -> Iterator[UUID]:
    if chosen is not None:
        yield chosen
        return
    with database.unit(read_only=True) as uow:
        found = uow.session.scalars(select(Workspace.id).order_by(Workspace.id)).all()
    yield from found


@contextmanager
def _installation() -> Iterator[Installation]:
    """This one, or the one that a caller has put into the context."""
    given = click.get_current_context().find_object(Installation)
    if given is not None:
        yield given
        return
    try:
        settings = load()
        engines = open_engine(settings.database_url), open_engine(settings.engine_url)
        database = Database(*engines, finishers=[chain.finish])
        yield Installation(database, _reach(settings, database))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    for engine in engines:
        engine.dispose()


def _reach(settings: Settings, database: Database) -> Reach:
    vault = SecretVault(database, Keyring.open(settings.data_dir))
    folder = settings.data_dir / "archive"
    return Reach(HttpClient(settings.allowed_hosts), vault, folder, settings.allowed_hosts)


commands: list[click.Command] = [archive]
