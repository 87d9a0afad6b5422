"""Commands for operators: `studio keys status`, `rotate`, `rewrap`, `retire`. Studio may run meanwhile."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click

from studio.audit import chain
from studio.console.keys.rotating import Rotation
from studio.console.keys.walking import Told, Walk
from studio.contract import gates
from studio.core import key_file, migrate
from studio.core.actor import Actor, ActorType
from studio.core.crypto import KEY_VARIABLE, PRIMARY_VARIABLE, Keyring
from studio.core.db import open_engine
from studio.core.errors import StudioError
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database
from studio.guard import targets
from studio.guard.gates import GuardGates

OPERATOR = Actor(ActorType.SYSTEM, "operator", "Operator")
"""Whoever may run commands on the machine; the trail says so."""
_REASON = click.option("--reason", help="Why it must be, where a policy protects it. The audit trail keeps it.")


@contextmanager
def _rotation() -> Iterator[Rotation]:
    """The keys and databases of this installation. An expected refusal becomes one line."""
    try:
        settings = load()
        targets.load()
        gates.join(GuardGates())
        if not migrate.is_current(settings):
            raise click.ClickException("The database is not of this Studio's schema yet. Run `studio migrate` first.")
        keyring = Keyring.open(settings.data_dir)
        engine = open_engine(settings.database_url)
        try:
            yield Rotation(Walk(Database(app=engine, engine=engine, finishers=[chain.finish]), OPERATOR), keyring)
        finally:
            engine.dispose()
    except (StudioError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


@click.group("keys")
def keys() -> None:
    """The master keys under which all secrets are sealed."""


@keys.command("status")
def status() -> None:
    """Which keys there are, which one seals, and how much is sealed under each."""
    with _rotation() as rotation:
        ring, found = rotation.keyring, rotation.walk.counted()
    where = KEY_VARIABLE if ring.file is None else str(ring.file.path)
    click.echo(f"Master keys from {where}. Version {ring.current} seals.")
    known = ring.versions
    for version in sorted({*known, *(one for one in found if one is not None)}):
        tables = found.get(version, Counter())
        told = ", ".join(f"{number:,} of {table}" for table, number in sorted(tables.items())) or "nothing"
        click.echo(f"  {version}: {told}" + ("" if version in known else " - THIS KEY IS MISSING, they cannot be read"))
    for table, number in sorted(found.get(None, Counter()).items()):
        click.echo(f"  damaged: {number:,} of {table}")


@keys.command("rotate")
@_REASON
def rotate(reason: str | None) -> None:
    """Add a newer master key: running processes seal under it from now on. What is sealed stays as it is."""
    with _rotation() as rotation:
        if rotation.keyring.file is None:
            click.echo(_by_environment(rotation.keyring.versions[-1]))
            return
        version = rotation.add(reason)
        file, primary = rotation.keyring.file.path, rotation.keyring.current
    click.echo(f"Master key {version} is in {file}: back it up again. Version {primary} seals.")
    click.echo("Where Studio runs on several machines, copy the file to all of them now.")
    click.echo("Next: studio keys rewrap")


@keys.command("rewrap")
def rewrap() -> None:
    """Put every sealed record under the key that seals now. Interrupted, it is simply begun again."""
    with _rotation() as rotation:
        rotation.tell_added()
        told = rotation.walk.rewrap(rotation.keyring, click.echo)
        version = rotation.keyring.current
    click.echo(f"{told.rewrapped.total():,} records were put under master key {version}.")
    _end(told)


@keys.command("retire")
@click.argument("version", type=click.IntRange(1))
@click.option("--now", is_flag=True, help="Do not wait a day; who signed in under it signs in again.")
@_REASON
def retire(version: int, reason: str | None, *, now: bool) -> None:
    """Take an old key away, once nothing is sealed under it any more."""
    with _rotation() as rotation:
        if rotation.keyring.file is None:
            rotation.check_unused(version, at_once=now)
            click.echo(f"Nothing is sealed under master key {version}: take it out of {KEY_VARIABLE} in every process.")
            return
        rotation.retire(version, reason, at_once=now)
    click.echo(f"Master key {version} is gone. Processes that run keep it in memory until they are restarted.")
    click.echo("Backups of before hold records under it, and the key with them: keep them as you keep the key.")


def _end(told: Told) -> None:
    if not told.closed:
        return
    for one in told.closed:
        click.echo(f"Does not open, left as it is: {one}", err=True)
    raise click.exceptions.Exit(1)


def _by_environment(newest: int) -> str:
    return (
        f"The keys come from {KEY_VARIABLE}; nothing was changed. In every process, one after the other:\n"
        f"  1. set {PRIMARY_VARIABLE}={newest}, and add to {KEY_VARIABLE}, after a comma:\n"
        f"     {key_file.line(newest + 1).strip()}\n"
        f"  2. once all of them have it, take {PRIMARY_VARIABLE} away again: they seal under {newest + 1} then;\n"
        f"  3. studio keys rewrap\n"
        f"  4. studio keys retire {newest}, which says whether the old key may go."
    )


commands: list[click.Command] = [keys]
