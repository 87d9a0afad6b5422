"""The commands against a Studio that serves over HTTP, as from another desk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from studio.accounts.permissions import SCOPES
from studio.cli import cli
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadeTenant, make_tenant, make_token, with_token
from tests.fixtures.client import StudioClient

Typed = Callable[..., Result]


@pytest.fixture
def store() -> str:
    """One database is enough: what is tried here is this side of the API, whose own tests run on both."""
    return "sqlite"


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("localhost", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environment(app: Flask, tenant: MadeTenant, address: str) -> dict[str, str | None]:
    token = make_token(app, tenant, "owner", list(SCOPES))
    return {"STUDIO_URL": address, "STUDIO_TOKEN": token, "STUDIO_TOKEN_FILE": None}


@pytest.fixture
def typed(environment: dict[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What a person or CI types, in a folder of its own."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(line: str, *more: str, **changed: str | None) -> Result:
        return CliRunner().invoke(cli, [*line.split(), *more], env={**environment, **changed}, prog_name="studio")

    return run


@pytest.fixture
def lena(app: Flask, tenant: MadeTenant) -> StudioClient:
    """Somebody else, who works by the API as the builder does."""
    return with_token(app, make_token(app, tenant, "admin", list(SCOPES)))
