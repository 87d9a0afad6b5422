"""`studio backup FILE` and `studio restore FILE`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from studio.console import archive, reconciling
from studio.core.errors import StudioError
from studio.core.settings import Settings, SettingsError, load

_FILE = click.Path(dir_okay=False, path_type=Path)


@contextmanager
def _settings() -> Iterator[Settings]:
    """An expected refusal becomes one line."""
    try:
        yield load()
    except (StudioError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


@click.command("backup")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def backup(file: Path, *, force: bool) -> None:
    """Write database and master key into FILE. Studio may run meanwhile."""
    with _settings() as settings:
        archive.backup(settings, file.absolute(), force=force)
    click.echo(f"{file} holds everything, the master key included: keep it where only you can read it.")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace what is there.")
def restore(file: Path, *, force: bool) -> None:
    """Put a backup back. Stop Studio first."""
    with _settings() as settings:
        if reconciling.is_running(settings):
            raise click.ClickException(f"Something answers on port {settings.port}: stop Studio before restoring.")
        archive.restore(settings, file.absolute(), force=force)
        reconciling.fence(settings)
    click.echo(
        "Everything is as it was when the backup was made. Before you start Studio: `studio migrate`, then "
        "`studio reconcile` lists the calls that may have gone out since."
    )


commands = [backup, restore]
