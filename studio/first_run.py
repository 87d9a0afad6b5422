"""What Studio does and says before it serves: a demo on an empty database where it is wanted, then where to go.

Every start comes through here, so nothing is imported that a second start does not need.
"""

import json
import shlex
from importlib import import_module

import click
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from studio.core.engines import open_engine
from studio.core.program import called
from studio.core.settings import Settings
from studio.gallery import installed
from studio.gallery.installed import Installed

_ANY = text("select 1 from workspace limit 1")


def announce(settings: Settings, *, demo: bool = True) -> None:
    """Seed the demo where there is no workspace yet; then print the address and an order to send.

    Without the demo, say where the first owner is made.
    """
    engine = open_engine(settings.engine_url)
    try:
        with engine.connect() as connection:
            empty = connection.execute(_ANY).first() is None
        if empty and demo:
            _install_demo(settings)
        elif empty:
            click.echo(_invitation(settings))
        with engine.connect() as connection:
            found = installed.find(connection, settings)
    finally:
        engine.dispose()
    click.echo(f"\nStudio: {settings.public_url}\n")
    if found is not None:
        click.echo(f"Send an order that asks for a refund (or `{called()} demo`: twenty of them):\n")
        click.echo(f"{_curl(found)}\n")


def invite(settings: Settings) -> None:
    """Print where the first owner is made, as long as nobody has made one."""
    engine = open_engine(settings.engine_url)
    try:
        with engine.connect() as connection:
            empty = connection.execute(_ANY).first() is None
    except DBAPIError:
        return  # not migrated: the server itself says so
    finally:
        engine.dispose()
    if empty:
        click.echo(_invitation(settings))


def _invitation(settings: Settings) -> str:
    """The link holds what proves that its reader can read this: whoever opens the page first owns Studio."""
    keyring = import_module("studio.core.crypto").Keyring.open(settings.data_dir)
    token = import_module("studio.accounts.service.founding").token(keyring)
    return f"\nNobody owns this Studio yet. Make its owner at {settings.public_url}/first-run/{token}\n"


def _install_demo(settings: Settings) -> None:
    app = import_module("studio.app").create_app(settings)
    for line in import_module("studio.gallery.demo").install(app):
        click.echo(line)
    app.extensions["studio_engine"].stop()
    database = app.extensions["studio_database"]
    for one in (database.app, database.engine):
        one.dispose()  # the server's processes open their own


def _curl(found: Installed) -> str:
    body = json.dumps(installed.numbered(found.sample), ensure_ascii=False)
    return f"curl {found.url} \\\n  -H 'Content-Type: application/json' \\\n  -d {shlex.quote(body)}"
