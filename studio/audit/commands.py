"""Commands for operators: `studio audit verify`, `studio audit export`, `studio audit forget`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

import click
from sqlalchemy import select

from studio.audit import chain, erasing, export
from studio.audit.listing import Filter
from studio.audit.models import AuditHead
from studio.audit.verifying import verify as verify_chain
from studio.core.actor import Actor, ActorType
from studio.core.db import open_engine
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database

OPERATOR = Actor(ActorType.SYSTEM, "operator", "Operator")
"""Whoever may run commands on the machine; the trail says so."""


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
    with _database() as database:
        for chunk in write(partial(database.unit, workspace, read_only=True), Filter()):
            click.echo(chunk, nl=False)


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
    with database.unit(workspace_id, read_only=True) as uow:
        report = verify_chain(uow)
    if report.bad is None:
        erased = f" {report.erased} values were erased on request." if report.erased else ""
        click.echo(f"{workspace_id}: {report.checked} events, all in order.{erased} Head {report.head}")
        return True
    where = f"event {report.bad.seq}" + (f" ({report.bad.id})" if report.bad.id else "")
    click.echo(f"{workspace_id}: broken at {where}: {report.bad.problem}.", err=True)
    return False


commands: list[click.Command] = [audit]
