"""A destination in a process of its own, which a test may kill: it writes down each event before it answers.

`python -m tests.servers.journal_sink PORT FILE`; a line of the file is number and id of one event.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    journal: Path

    def do_POST(self) -> None:
        """Write down event by event, so that a kill may come in the middle of a batch."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.journal.open("a") as file:
            for event in json.loads(body):
                file.write(f"{event['seq']} {event['id']}\n")
                file.flush()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: the journal tells."""


if __name__ == "__main__":
    _Handler.journal = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
