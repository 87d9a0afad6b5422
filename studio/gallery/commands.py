"""`studio setup`: an owner and nothing else. `studio demo`: twenty orders, followed to their end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import click
import orjson
from sqlalchemy import select

from studio.accounts import passwords
from studio.accounts.service import founding
from studio.accounts.service.founding import Founder
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.audit import chain
from studio.core import clock, migrate
from studio.core.actor import Actor, ActorType
from studio.core.db import open_engine
from studio.core.errors import Gone, StudioError
from studio.core.http import HttpClient, HttpRequest
from studio.core.program import called
from studio.core.settings import Settings, SettingsError, load
from studio.core.unit_of_work import Database
from studio.gallery import installed
from studio.gallery.demo_orders import orders
from studio.gallery.installed import Installed
from studio.runtime.models import Run
from studio.runtime.outcomes import ENDED, STUCK

OPERATOR = Actor(ActorType.SYSTEM, "operator", "Operator")
LOOK_EVERY_S = 0.3
FOLLOW_S = 60.0
RESTING = (*ENDED, *STUCK, "waiting")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    app, engine = open_engine(settings.database_url), open_engine(settings.engine_url)
    try:
        yield Database(app=app, engine=engine, finishers=[chain.finish])
    finally:
        app.dispose()
        engine.dispose()


@contextmanager
def _settings() -> Iterator[Settings]:
    """An expected refusal becomes one line."""
    try:
        yield load()
    except (StudioError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


@click.command("setup")
@click.option("--email", prompt="Your e-mail address", help="Of the owner.")
@click.option("--name", prompt="Your name", help="As colleagues see it.")
@click.option("--workspace", prompt="Name of the shop", help="Of the first workspace.")
@click.option("--currency", prompt=True, default="EUR", show_default=True, help="Three letters.")
@click.option("--time-zone", prompt="Time zone", default="UTC", show_default=True, help="Such as Europe/Berlin.")
def setup(email: str, name: str, workspace: str, currency: str, time_zone: str) -> None:
    """Make an owner and an empty workspace, without the demo. Prints a first password."""
    with _settings() as settings:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate.upgrade(settings)
        with _database(settings) as database, database.unit(actor=OPERATOR) as uow:
            password = passwords.readable()
            facts = WorkspaceFacts(workspace, currency.upper(), time_zone)
            try:
                address = founding.found(uow, facts, Founder(email, name, password)).email
            except Gone as error:
                message = "There is a workspace already. More people: studio user create --help"
                raise click.ClickException(message) from error
    click.echo(f"\n{workspace} is ready. Start Studio with `{called()} run` and sign in as {address}.")
    click.echo(f"Password, shown this once: {password}")


@click.command("demo")
@click.option("--orders", "count", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many.")
def demo(count: int) -> None:
    """Send realistic orders to the running Studio, and follow their runs until they end or wait."""
    with _settings() as settings, _database(settings) as database:
        with database.engine.connect() as connection:
            found = installed.find(connection, settings)
        if found is None:
            raise click.ClickException(
                "No workflow made of the template “High-value refunds” is published. Use it from the gallery first."
            )
        runs = _send(found, count)
        click.echo(f"\nSent {count} orders; {len(runs)} runs began.\n")
        _summary(_follow(database, found.workspace_id, runs))


def _send(found: Installed, count: int) -> list[UUID]:
    parts = urlsplit(found.url)
    client = HttpClient((parts.netloc, parts.hostname or ""))
    begun = []
    for order in orders(count):
        headers = {"Content-Type": "application/json"}
        try:
            answer = client.send(HttpRequest("POST", found.url, headers, orjson.dumps(order)))
        except StudioError as error:
            raise click.ClickException(
                f"Studio does not answer at {parts.netloc}: start it first. ({error})"
            ) from error
        if answer.status != 202:
            raise click.ClickException(f"Order {order['name']} was refused with {answer.status}: {answer.body[:200]!r}")
        begun.append(UUID(orjson.loads(answer.body)["run_id"]))
        refund = order["refund"]
        click.echo(f"  {order['name']}  {refund['amount']:>9} {refund['currency']}  {refund['reason']}")
    return begun


def _follow(database: Database, workspace_id: UUID, wanted: list[UUID]) -> list[Any]:
    """Print every change of state, until nothing moves any more."""
    seen: dict[UUID, str] = {}
    until = clock.monotonic() + FOLLOW_S
    query = select(Run.id, Run.title, Run.state, Run.waiting_for).where(Run.id.in_(wanted)).order_by(Run.id)
    while True:
        with database.unit(workspace_id, OPERATOR, read_only=True) as uow:
            rows = list(uow.session.execute(query))
        for row in rows:
            if seen.get(row.id) != row.state and row.state in RESTING:
                click.echo(f"  {row.title or row.id}: {_state(row)}")
            seen[row.id] = row.state
        if all(row.state in RESTING for row in rows) or clock.monotonic() > until:
            return rows
        time.sleep(LOOK_EVERY_S)


def _summary(rows: list[Any]) -> None:
    counts: dict[str, int] = {}
    for row in rows:
        counts[_state(row)] = counts.get(_state(row), 0) + 1
    click.echo("")
    for state, count in sorted(counts.items()):
        click.echo(f"  {count:>4}  {state}")


def _state(row: Any) -> str:
    if row.state == "waiting":
        return "waits for a decision" if row.waiting_for == "approval" else f"waits for {row.waiting_for}"
    return str(row.state).replace("_", " ")


commands = [setup, demo]
