"""A destination in a process of its own: takes whatever is posted, and says that all is well.

`python -m benchmarks.servers.sink PORT`.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.servers import process


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read to the end before the answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: what was delivered is counted by its sender's cursor."""


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """Run one; give its port."""
    port, log = process.free_port(), folder / "sink.log"
    with log.open("ab") as output:
        command = [sys.executable, "-m", "benchmarks.servers.sink", str(port)]
        child = subprocess.Popen(
            command, cwd=Path(__file__).resolve().parents[2], stdout=output, stderr=output, start_new_session=True
        )
    try:
        process.wait_until(lambda: process.accepts(port), child, log)
        yield port
    finally:
        process.stop(child)


if __name__ == "__main__":
    ThreadingHTTPServer((process.HOST, int(sys.argv[1])), _Handler).serve_forever()
