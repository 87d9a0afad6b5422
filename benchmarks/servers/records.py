"""A shop in a process of its own that has any number of orders: `python -m benchmarks.servers.records PORT COUNT`.

A page is cut out of text that was made beforehand, so that the server is not what is measured.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.servers import process

_ORDER = (
    '{"id":"%d","number":"SO-%d","state":"PaymentSettled","placed_at":"2026-03-02T10:15:00+00:00","currency":"EUR",'
    '"total":"%d.00","quantity":2,"customer":{"id":"%d","email":"anna.keller@example.com","first_name":"Anna",'
    '"last_name":"Keller"},"tags":["gift"],"lines":[{"id":"9","sku":"CHAIR-OAK","name":"Oak chair","quantity":2,'
    '"unit_price":"210.00","total":"420.00"}]}'
)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    count = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """`/orders?after=N&limit=M`: the orders behind the Nth."""
        query = parse_qs(urlsplit(self.path).query)
        after, limit = int(query["after"][0]), int(query["limit"][0])
        end = min(after + limit, self.server.count)
        orders = ",".join(_ORDER % (n, n, n % 997, n % 9973) for n in range(after, end))
        done = "true" if end >= self.server.count else "false"
        body = f'{{"records":[{orders}],"next":{end},"done":{done}}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: what was read is counted by its reader."""


@contextmanager
def records(folder: Path, count: int) -> Iterator[int]:
    """Run one with so many orders; give its port."""
    port, log = process.free_port(), folder / "records.log"
    with log.open("ab") as output:
        command = [sys.executable, "-m", "benchmarks.servers.records", str(port), str(count)]
        child = subprocess.Popen(
            command, cwd=Path(__file__).resolve().parents[2], stdout=output, stderr=output, start_new_session=True
        )
    try:
        process.wait_until(lambda: process.accepts(port), child, log)
        yield port
    finally:
        process.stop(child)


def main(port: int, count: int) -> None:
    """Serve until it is stopped."""
    server = _Server((process.HOST, port), _Handler)
    server.count = count
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
