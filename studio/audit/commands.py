"""Commands for operators: `studio audit verify`, `studio audit export`."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from sqlalchemy import select

from studio.audit import chain, export
from studio.audit.listing import Filter
from studio.audit.models import AuditHead
from studio.audit.verifying import verify as verify_chain
from studio.core.db import open_engine
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database


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
@click.option("--workspace", type=click.UUID, help="Its id; all workspaces unless said.")
def verify(workspace: UUID | None) -> None:
    """Check every hash chain; ends with status 1 and the first bad event where one is broken."""
    with _database() as database:
        broken = [_verify(database, one) for one in _workspaces(database, workspace)].count(False)
    if broken:
        raise click.exceptions.Exit(1)


@audit.command("export")
@click.option("--workspace", type=click.UUID, required=True, help="Its id.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv"]), default="jsonl")
def export_command(workspace: UUID, format_: str) -> None:
    """Write the events of a workspace to standard output, oldest first."""
    write = export.jsonl if format_ == "jsonl" else export.csv_file
    with _database() as database, database.unit(workspace, read_only=True) as uow:
        for chunk in write(uow, Filter()):
            click.echo(chunk, nl=False)


def _workspaces(database: Database, chosen: UUID | None) -> list[UUID]:
    if chosen is not None:
        return [chosen]
    with database.across(read_only=True) as uow:
        return list(uow.session.scalars(select(AuditHead.workspace_id)))


def _verify(database: Database, workspace_id: UUID) -> bool:
    with database.unit(workspace_id, read_only=True) as uow:
        report = verify_chain(uow)
    if report.bad is None:
        click.echo(f"{workspace_id}: {report.checked} events, all in order. Head {report.head}")
        return True
    where = f"event {report.bad.seq}" + (f" ({report.bad.id})" if report.bad.id else "")
    click.echo(f"{workspace_id}: broken at {where}: {report.bad.problem}.", err=True)
    return False


commands: list[click.Command] = [audit]
