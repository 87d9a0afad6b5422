"""moto: S3 as a server of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.servers import process


@contextmanager
def moto(folder: Path) -> Iterator[int]:
    """Run one; give its port. It takes any signature."""
    port, log = process.free_port(), folder / "moto.log"
    command = [sys.executable, "-m", "moto.server", "-H", process.HOST, "-p", str(port)]
    child = process.start(command, log, cwd=folder)
    try:
        process.wait_until(lambda: process.accepts(port), child, log)
        yield port
    finally:
        process.stop(child)
