"""Destinations in a process of its own, which a test may kill: it writes down each event before it answers.

`python -m tests.servers.journal_sink PORT FOLDER`; a line of `FOLDER/<kind>` is number and id of one event, and
`FOLDER/s3` holds the objects of a store.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

Taken = Iterator[tuple[Any, str]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    numbers = count()

    def do_POST(self) -> None:
        """Write down event by event, so that a kill may come in the middle of a batch."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path.startswith("/services/collector/ack"):
            self._answer({"acks": {str(number): number < self.given() for number in json.loads(body)["acks"]}})
            return
        kind, taken = _KINDS[self.path]
        with (self.folder / kind).open("a") as file:
            for seq, event_id in taken(body):
                file.write(f"{seq} {event_id}\n")
                file.flush()
        self._answer({"code": 0, "ackId": next(self.numbers)} if kind == "splunk_hec" else {})

    def do_PUT(self) -> None:
        """An object is there as a whole, or not at all."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.rpartition("/")[2]
        part = self.folder / "s3" / f"{name}.part"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(body)
        part.replace(part.with_name(name))
        self._answer({})

    def given(self) -> int:
        """How many batches this process has acknowledged: those of one before it are forgotten with it."""
        return int(repr(self.numbers)[len("count(") : -1])

    def _answer(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: the journal tells."""


def _webhook(body: bytes) -> Taken:
    return ((event["seq"], event["id"]) for event in json.loads(body))


def _hec(body: bytes) -> Taken:
    fields = (json.loads(line)["fields"] for line in body.splitlines())
    return ((one["seq"], one["event_id"]) for one in fields)


def _datadog(body: bytes) -> Taken:
    return ((log["seq"], log["event_id"]) for log in json.loads(body))


def _otlp(body: bytes) -> Taken:
    records = json.loads(body)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    facts = ({pair["key"]: pair["value"] for pair in record["attributes"]} for record in records)
    return ((one["studio.seq"]["intValue"], one["log.record.uid"]["stringValue"]) for one in facts)


_KINDS = {
    "/webhook": ("webhook", _webhook), "/services/collector/event": ("splunk_hec", _hec),
    "/datadog": ("datadog", _datadog), "/v1/logs": ("otlphttp", _otlp),
}  # fmt: skip

if __name__ == "__main__":
    _Handler.folder = Path(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
