"""What `studio run` does and says before it serves: a demo on an empty database, then where to go.

Every start comes through here, so nothing is imported that a second start does not need.
"""

import json
import shlex
from importlib import import_module
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Connection, text

from studio.core.db import open_engine
from studio.core.settings import Settings

TEMPLATE = "high-value-refunds"


def announce(settings: Settings) -> None:
    """Seed the demo where there is no workspace yet; then print the address and an order to send."""
    engine = open_engine(settings.engine_url)
    try:
        with engine.connect() as connection:
            empty = connection.execute(text("select 1 from workspace limit 1")).first() is None
        if empty:
            _install_demo(settings)
        with engine.connect() as connection:
            order = _sample_order(connection, settings)
    finally:
        engine.dispose()
    click.echo(f"\nStudio: {settings.public_url}")
    if order:
        click.echo(f"\nSend an order that asks for a refund (or `studio demo`: twenty of them):\n\n{order}\n")


def _install_demo(settings: Settings) -> None:
    app = import_module("studio.app").create_app(settings)
    for line in import_module("studio.gallery.demo").install(app):
        click.echo(line)
    app.extensions["studio_engine"].stop()


def _sample_order(connection: Connection, settings: Settings) -> str | None:
    """A command that posts a real order to the installed workflow; None where that workflow is gone."""
    found = connection.execute(
        text(
            "select s.id, s.workspace_id, s.address_sealed, s.config from trigger_subscription s"
            " join workflow w on w.id = s.workflow_id where w.template_slug = :slug and w.archived_at is null"
            " and s.type = 'trigger.webhook' and s.active and s.address_sealed is not null order by s.id limit 1"
        ),
        {"slug": TEMPLATE},
    ).first()
    return _curl(settings, *found) if found else None


def _curl(settings: Settings, row_id: Any, workspace_id: Any, sealed: bytes, config: Any) -> str:
    from studio.core.crypto import Keyring  # noqa: PLC0415 - only where there is an address to open

    context = f"{_uuid(workspace_id)}|trigger|{_uuid(row_id)}"
    address = Keyring.open(settings.data_dir).unseal(sealed, context=context).decode()
    sample = (json.loads(config) if isinstance(config, str) else config).get("sample") or {}
    body = json.dumps(_fresh(sample), ensure_ascii=False)
    url = f"{settings.public_url}/hooks/{address}"
    return f"curl {url} \\\n  -H 'Content-Type: application/json' \\\n  -d {shlex.quote(body)}"


def _fresh(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample under the number of this start: the same refund twice would be one delivery."""
    from studio.core import rng  # noqa: PLC0415 - see _curl()

    refund = sample.get("refund")
    return {**sample, "refund": {**refund, "id": f"R-{rng.digits(6)}"}} if isinstance(refund, dict) else sample


def _uuid(value: Any) -> UUID:
    """SQLite keeps ids as hex, PostgreSQL gives them as they are."""
    return value if isinstance(value, UUID) else UUID(str(value))
