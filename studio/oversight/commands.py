"""Commands for operators: `studio approval-load rebuild`."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.core.db import open_engine
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database
from studio.oversight import folding


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
    yield Database(*engines)
    for engine in engines:
        engine.dispose()


@click.group("approval-load")
def approval_load() -> None:
    """Sums of how much people had to decide."""


@approval_load.command()
@click.option("--workspace", type=click.UUID, help="Its id; all workspaces unless said.")
def rebuild(workspace: object | None) -> None:
    """Add the last days up anew, from what was really answered. Studio may run meanwhile."""
    with _database() as database:
        with database.unit(read_only=True) as uow:
            every = uow.session.scalars(select(Workspace.id).order_by(Workspace.id)).all()
        chosen = [one for one in every if workspace in (None, one)]
        if not chosen:
            raise click.ClickException("There is no such workspace.")
        for one in chosen:
            with database.unit(one) as uow:
                days = folding.rebuild(uow)
            click.echo(f"{one}: {days} days added up")


commands = [approval_load]
