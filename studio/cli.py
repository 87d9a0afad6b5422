"""The `studio` command."""

import json
import logging
import os
import shutil
import socket
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from studio.core import aside, draining, heap
from studio.core import settings as settings_module
from studio.core.errors import StudioError
from studio.core.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

COMMANDS = {
    "user": "studio.accounts.commands",
    "token": "studio.accounts.commands",
    "audit": "studio.audit.commands",
    "archive": "studio.runtime.archive.commands",
    "approval-load": "studio.oversight.commands",
    "keys": "studio.console.keys.commands",
    "backup": "studio.console.commands",
    "restore": "studio.console.commands",
    "completion": "studio.remote.commands",
    "demo": "studio.gallery.commands",
    "runs": "studio.remote.commands",
    "setup": "studio.gallery.commands",
    "workflow": "studio.remote.commands",
    "doctor": "studio.operations.commands",
}
"""Commands of packages: a module with a list `commands` of click commands, imported when one of them is asked for."""

OVER_ALL_TABLES = ("keys", "doctor")
"""Commands that know every table there is: whoever misses one would leave secrets under a key that is thrown away."""

THREADS = 64
"""Of a web process. Not all of them may be waiting for bodies: see studio.wsgi."""
STOP_S = 15
"""Longest that a web process may take to finish what it is doing."""


class PackageCommands(click.Group):
    """Finds a package's command without importing the others: `studio run` starts in a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours and the packages'."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """By name."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        if cmd_name in OVER_ALL_TABLES:
            import_module("studio.models").load_all()
        found: list[click.Command] = import_module(module).commands
        return next(command for command in found if command.name == cmd_name)


@click.group(cls=PackageCommands)
def cli() -> None:
    """Studio: workflows that ask people before they act."""


@cli.command()
@click.option("--demo/--no-demo", default=True, help="On an empty database: make demo people, or make an owner.")
def run(*, demo: bool) -> None:
    """Start everything on this machine: web, workers and timers in one process."""
    heap.leave_out()
    settings = _settings()
    _share_metrics(settings, fresh=True)
    if not settings.embedded:
        _fail("STUDIO_REDIS_URL is set: use `studio web` and `studio worker` then, or unset it for one process.")
    _prepare(settings)
    import_module("studio.first_run").announce(settings, demo=demo)
    _serve("studio.wsgi:embedded", settings, workers=1)


@cli.command()
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def web(workers: int) -> None:
    """Start the web processes of a production set-up."""
    heap.leave_out()
    settings = _settings()
    _must_be_free(settings)
    _must_suit(settings, workers, then=partial(_invite, settings))
    _share_metrics(settings, fresh=True)
    _serve("studio.wsgi:web", settings, workers=workers)


@cli.command()
@click.option("--processes", default=1, show_default=True, help="Worker processes.")
def worker(processes: int) -> None:
    """Start worker processes: they run workflows, timers, mail."""
    heap.leave_out()
    settings = _settings()
    _must_suit(settings, processes)
    _share_metrics(settings, fresh=False)
    import_module("studio.worker").supervise(processes)


@cli.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    copy = _upgrade(_settings())
    click.echo(f"The schema is current. The file as it was before: {copy}" if copy else "The schema is current.")


@cli.command()
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="Newest runs of a workspace.")
@click.option("--save", type=click.File("w", lazy=True), help="Keep the histories that differ here, as a JSON list.")
@click.pass_context
def replay(context: click.Context, limit: int, save: TextIO | None) -> None:
    """Walk recorded runs with this code and name each decision that differs. Status 1 where one does.

    For a new release, against the running Studio's database, before its deploy. It changes nothing: what runs did
    outside of themselves is taken from the record, all else is worked out again.
    """
    import_module("studio.joining").load_node_types()
    walked, differing = import_module("studio.runtime.replaying").report(_settings(), limit, click.echo)
    click.echo(f"{walked:,} runs walked, {len(differing):,} differ.")
    if save is not None:
        json.dump(differing, save, indent=2, ensure_ascii=False)
    context.exit(1 if differing else 0)


@cli.command()
@click.option("--fence", is_flag=True, help="For a copy that `studio restore` did not put back. Stop Studio first.")
def reconcile(*, fence: bool) -> None:
    """After a restore: list the calls that may have gone out since the backup was made."""
    settings = _settings()
    reconciling = import_module("studio.console.reconciling")
    import_module("studio.joining").load_node_types()
    if fence:
        if reconciling.is_running(settings):
            _fail(f"Something answers on port {settings.port}: stop Studio first.")
        reconciling.fence(settings)
    try:
        for line in reconciling.lines(settings):
            click.echo(line)
    except StudioError as error:
        _fail(str(error))


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure: `studio bench webhook|engine [--store sqlite|postgresql] [--workload W] [--json] [--compare FILE]`."""
    import_module("benchmarks.main").main(list(arguments))


def _settings() -> Settings:
    try:
        settings = settings_module.load()
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (SettingsError, OSError) as error:
        _fail(str(error))
    return settings


def _share_metrics(settings: Settings, *, fresh: bool) -> None:
    """All processes on one data folder count into files there; a web start begins anew."""
    folder = settings.data_dir / "metrics"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))


def _prepare(settings: Settings) -> None:
    _must_be_free(settings)
    copy = _upgrade(settings)
    if copy:
        click.echo(f"The database was brought to the current schema; a copy of it as it was: {copy}")


def _upgrade(settings: Settings) -> Path | None:
    try:
        copy: Path | None = import_module("studio.core.migrate").upgrade(settings)
    except StudioError as error:
        _fail(str(error))
    return copy


def _must_be_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            _fail(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                f"Stop what uses it, or choose another: STUDIO_PORT={settings.port + 1} make run"
            )


def _must_suit(settings: Settings, processes: int, then: Callable[[], None] = lambda: None) -> None:
    """Ask the database whether so many processes may serve; then do what needs the database too.

    Each process aside takes a third of a second to import what speaks with it.
    """

    def ask() -> None:
        _ask_database(settings, processes)
        then()

    status = aside.run(ask)
    if status:
        sys.exit(status)


def _invite(settings: Settings) -> None:
    import_module("studio.first_run").invite(settings)


def _ask_database(settings: Settings, processes: int) -> None:
    _must_be_bound(settings)
    _must_fit(settings, processes)


def _must_be_bound(settings: Settings) -> None:
    """Tenants are kept apart twice, or Studio does not serve: by its own filters, and by PostgreSQL's row security."""
    for name, url in (
        ("STUDIO_DATABASE_URL", settings.database_url),
        ("STUDIO_ENGINE_DATABASE_URL", settings.engine_url),
    ):
        role = _unbound_role(name, url)
        if role is not None:
            _fail(
                f"{name} connects as {role}, whom row security does not bind: it is a superuser or owns the tables. "
                "Connect as studio_app and studio_engine; docs/operations.md says how to make them."
            )


def _unbound_role(name: str, url: str) -> str | None:
    role: str | None = _asked(name, url, import_module("studio.core.row_security").unbound_role)
    return role


def _must_fit(settings: Settings, processes: int) -> None:
    """PostgreSQL allows what these processes may open: else one of them would find none left, at its busiest."""
    allowed = _asked("STUDIO_DATABASE_URL", settings.database_url, import_module("studio.core.connecting").allowed)
    each = settings.database_connections
    if allowed is None or processes * each <= allowed:
        return
    _fail(
        f"PostgreSQL allows {allowed} connections, but {processes} times {each} may be opened here. Raise "
        "max_connections there, start fewer processes, or give each fewer connections: STUDIO_DATABASE_CONNECTIONS."
    )


def _asked(name: str, url: str, question: Callable[["Engine"], Any]) -> Any:
    """What one database answers."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - other commands start faster without it

    engine = import_module("studio.core.engines").open_engine(url)
    try:
        return question(engine)
    except SQLAlchemyError as error:
        _fail(f"The database of {name} does not answer: {str(error).splitlines()[0]}")
    finally:
        engine.dispose()


def _serve(target: str, settings: Settings, *, workers: int) -> None:
    """Granian watches its processes and replaces one that dies."""
    from granian import Granian  # noqa: PLC0415 - other commands start faster without it
    from granian.constants import Interfaces  # noqa: PLC0415 - see above
    from granian.log import LogLevels  # noqa: PLC0415 - see above

    heap.load()
    logging.getLogger("_granian").addFilter(_not_about_threads)
    server = Granian(
        target=target,
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S,  # a signal that comes while a worker begins to serve can be lost on it
        log_access=False,
        log_level=LogLevels.debug if settings.log_level == "debug" else LogLevels.warning,
        websockets=False,
    )
    draining.before_stopping(server, settings.drain_s)
    server.serve()


def _not_about_threads(record: logging.LogRecord) -> bool:
    """Granian warns of more threads than cores; ours wait for commits, which docs/performance.md measured."""
    return "Python threads" not in record.getMessage()


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)


def main() -> None:
    """Entry point."""
    heap.look_less()
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    cli()
