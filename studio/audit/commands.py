"""Commands for operators: `studio audit verify`, `export`, `seal`, `public-key`, `rotate-key`, `forget`."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select

from studio.audit import chain, erasing, export
from studio.audit.findings import Report
from studio.audit.listing import Filter
from studio.audit.models import AuditHead
from studio.audit.packs import checking
from studio.audit.packs.checking import PackReport
from studio.audit.sealing import archive, closing, keys, offline
from studio.audit.verifying import verify as verify_chain
from studio.core.actor import Actor, ActorType
from studio.core.crypto import KEY_VARIABLE, Keyring
from studio.core.db import open_engine
from studio.core.key_file import KEY_FILE
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database

OPERATOR = Actor(ActorType.SYSTEM, "operator", "Operator")
"""Whoever may run commands on the machine; the trail says so."""
_EXISTING = click.Path(exists=True, path_type=Path)


@contextmanager
def _database() -> Iterator[Database]:
    """The database of this installation, or the one that a caller has put into the context."""
    given = click.get_current_context().find_object(Database)
    if given is not None:
        yield given
        return
    try:
        settings = load()
        engines = open_engine(settings.database_url), open_engine(settings.engine_url)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    yield Database(*engines, finishers=[chain.finish])
    for engine in engines:
        engine.dispose()


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.argument("pack", type=_EXISTING, required=False)
@click.option("--workspace", type=click.UUID, help="Its id; all workspaces unless said.")
@click.option("--files", type=_EXISTING, help="Check an archive by its files alone: the ZIP file, or its folder.")
@click.option("--public-key", type=_EXISTING, help="With files: keys from `studio audit public-key`, kept elsewhere.")
def verify(pack: Path | None, workspace: UUID | None, files: Path | None, public_key: Path | None) -> None:
    """Check every hash chain and its seals; ends with status 1 and the first bad event where one is broken.

    PACK: check an evidence pack, or an archive of the whole trail, by its files alone: no database is needed. Of a
    pack every file and record that was altered is named.
    """
    if pack is not None and files is not None:
        raise click.UsageError("Name one file: PACK and --files say the same.")
    given = pack or files
    if given is not None:
        broken = _verify_files(given, public_key)
    elif public_key is not None:
        raise click.UsageError("--public-key goes with a file.")
    else:
        with _database() as database:
            broken = [_verify(database, one) for one in _workspaces(database, workspace)].count(False)
    if broken:
        raise click.exceptions.Exit(1)


@audit.command("export")
@click.option("--workspace", type=click.UUID, required=True, help="Its id.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "sealed"]), default="jsonl")
@click.option("--without-personal", is_flag=True, help="With --format sealed: leave out what tells of people.")
def export_command(workspace: UUID, format_: str, *, without_personal: bool) -> None:
    """Write the events of a workspace to standard output, oldest first.

    `sealed` is a ZIP file with the seals and public keys, which `studio audit verify --files` checks by itself.
    """
    with _database() as database:
        if format_ == "sealed":
            units = partial(database.unit, workspace, OPERATOR)
            for part in archive.archive(units, _keyring(), personal=not without_personal):
                click.echo(part, nl=False)
            return
        write = export.jsonl if format_ == "jsonl" else export.csv_file
        for chunk in write(partial(database.unit, workspace, read_only=True), Filter()):
            click.echo(chunk, nl=False)


@audit.command("seal")
@click.option("--workspace", type=click.UUID, help="Its id; all workspaces unless said.")
def seal_command(workspace: UUID | None) -> None:
    """Close a segment now, however few its events are. By itself it happens each 1,000 events or hour."""
    with _database() as database:
        for one in _workspaces(database, workspace):
            try:
                with database.unit(one, OPERATOR) as uow:
                    count = closing.seal_all(uow, _keyring(), early=True)
            except closing.ChainBroken as broken:
                raise click.ClickException(f"{one}: nothing was sealed, since {broken}.") from broken
            click.echo(f"{one}: {count} segments closed.")


@audit.command("public-key")
def public_key_command() -> None:
    """Write the public keys as JSON. Keep them elsewhere: they are what `verify --files` believes."""
    with _database() as database:
        with database.unit(actor=OPERATOR) as uow:
            keys.signer(uow, _keyring())
        with database.unit(actor=OPERATOR) as uow:
            click.echo(json.dumps([key.line() for key in keys.public_keys(uow)], indent=1))


@audit.command("rotate-key")
def rotate_key_command() -> None:
    """Make a new signing key, endorsed by the one before. Seals so far stay as they are."""
    with _database() as database, database.unit(actor=OPERATOR) as uow:
        key = keys.rotate(uow, _keyring())
        click.echo(f"Key {key.number} signs from now on: {key.key_id}")


@audit.command()
@click.argument("subject")
@click.option("--workspace", type=click.UUID, required=True, help="Its id.")
@click.option("--also", multiple=True, help="Erase every value that holds this text too, such as an address.")
def forget(subject: str, workspace: UUID, also: tuple[str, ...]) -> None:
    """Erase what the trail says of SUBJECT, such as user:ID: names, addresses, remarks.

    The events stay, with who acted by id, and the chain still verifies. It cannot be undone.
    """
    kind, _, id_ = subject.partition(":")
    if not id_:
        raise click.ClickException("Name whom to forget as TYPE:ID, such as user:0190…; the audit page shows both.")
    with _database() as database, database.unit(workspace, OPERATOR) as uow:
        count = erasing.forget(uow, kind, id_, also=also)
    click.echo(f"Erased {count} values.")


def _workspaces(database: Database, chosen: UUID | None) -> list[UUID]:
    if chosen is not None:
        return [chosen]
    with database.across(read_only=True) as uow:
        return list(uow.session.scalars(select(AuditHead.workspace_id)))


def _verify(database: Database, workspace_id: UUID) -> bool:
    known = KEY_VARIABLE in os.environ or (load().data_dir / KEY_FILE).exists()
    with database.unit(workspace_id, read_only=True) as uow:
        report = verify_chain(uow, _keyring() if known else None)
    return _told(str(workspace_id), report)


def _verify_files(path: Path, public_key: Path | None) -> int:
    try:
        pinned = offline.read_keys(public_key.read_bytes()) if public_key else None
        with offline.opened(path) as files:
            if checking.is_pack(files):
                fine = _told_pack(path, checking.check(files, pinned, path=None if path.is_dir() else path))
            else:
                fine = _told(str(path), offline.verify_files(files, pinned))
    except (offline.Unreadable, OSError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    if fine and pinned is None:
        click.echo("The keys in the file were believed; compare them, or check against --public-key.")
    return not fine


def _told_pack(path: Path, report: PackReport) -> bool:
    for one in report.altered:
        click.echo(f"{path}: altered: {one.what}: {one.problem}.", err=True)
    if report.ok:
        click.echo(f"{path}: {report.files} files and {report.events} audit events, all as they were sealed.")
        click.echo(
            f"  {report.about.get('title', '')} Made {report.about['made_at']}. Keys {', '.join(report.key_ids)}"
        )
    return report.ok


def _told(what: str, report: Report) -> bool:
    if report.bad is None:
        erased = f" {report.erased} values were erased on request." if report.erased else ""
        click.echo(f"{what}: {report.checked} events, all in order.{erased} Head {report.head}")
        if report.sealed:
            signed_by = ", ".join(report.key_ids)
            click.echo(f"  {report.segments} sealed segments, to event {report.sealed}. Keys {signed_by}")
        return True
    where = f"event {report.bad.seq}" + (f" ({report.bad.id})" if report.bad.id else "")
    click.echo(f"{what}: broken at {where}: {report.bad.problem}.", err=True)
    return False


def _keyring() -> Keyring:
    try:
        return Keyring.open(load().data_dir)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


commands: list[click.Command] = [audit]
