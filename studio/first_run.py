"""What `studio run` does and says before it serves: a demo on an empty database, then where to go.

Every start comes through here, so nothing is imported that a second start does not need.
"""

import json
import shlex
from importlib import import_module

import click
from sqlalchemy import text

from studio.core.db import open_engine
from studio.core.program import called
from studio.core.settings import Settings
from studio.gallery import installed
from studio.gallery.installed import Installed


def announce(settings: Settings) -> None:
    """Seed the demo where there is no workspace yet; then print the address and an order to send."""
    engine = open_engine(settings.engine_url)
    try:
        with engine.connect() as connection:
            empty = connection.execute(text("select 1 from workspace limit 1")).first() is None
        if empty:
            _install_demo(settings)
        with engine.connect() as connection:
            found = installed.find(connection, settings)
    finally:
        engine.dispose()
    click.echo(f"\nStudio: {settings.public_url}\n")
    if found is not None:
        click.echo(f"Send an order that asks for a refund (or `{called()} demo`: twenty of them):\n")
        click.echo(f"{_curl(found)}\n")


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
