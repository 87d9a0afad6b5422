"""What is sent is too large, too deep, not whole, or comes for ever: a clear answer, and no process dies of it.

Rows 29 to 31 of the catalogue, with the processes and sockets that tests/security/test_bad_input.py does without.
"""

import itertools
import select
import socket
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest
import requests
from sqlalchemy import select as select_rows

from benchmarks import seeding
from benchmarks.memory import families
from benchmarks.stack import stack
from studio.accounts.permissions import SCOPES
from studio.app import create_app
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.runtime.models import Run
from studio.wsgi import READING
from tests.factories.accounts import make_tenant, make_token
from tests.faults.drill import UNDER_WAY, eventually
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(240)]
SLOW = 80
"""Senders that drip: more than there are threads."""
MOST_MIB = 200
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
API = "/api/v1/workflows"
KiB, MiB = 1024, 1 << 20
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'


def document():
    """Webhook → a loop over what was sent, or an expression that grows with its square."""
    grows = "size(trigger.items.map(a, trigger.items.map(b, [a, b])))"
    return {
        "schema": "studio.workflow/1",
        "name": "Loop",
        "nodes": [
            {
                "key": "hook", "type": "trigger.webhook", "name": "Items",
                "config": {"sample": {"items": [1, 2], "grow": False}},
            },
            {"key": "which", "type": "condition.if", "name": "Grow?", "config": {"condition": "trigger.grow"}},
            {
                "key": "grow", "type": "data.set", "name": "Grow",
                "config": {"fields": [{"name": "size", "value": grows}]},
            },
            {"key": "each", "type": "flow.for_each", "name": "Each", "config": {"items": "trigger.items"}},
            {
                "key": "body", "type": "data.set", "name": "Item", "parent": "each",
                "config": {"fields": [{"name": "item", "value": "item"}]},
            },
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "which"},
            {"from": "which", "port": "true", "to": "grow"},
            {"from": "which", "port": "false", "to": "each"},
            {"from": "each", "port": "each", "to": "body"},
        ],
    }  # fmt: skip


class Sender:
    """Whoever sends bytes to a running Studio."""

    def __init__(self, running, seeded, token, database):
        self.running, self.seeded, self.token, self.database = running, seeded, token, database
        self.hook = seeded.path

    @property
    def address(self):
        return self.running.settings.host, self.running.settings.port

    def pids(self):
        return set(families(process.pid for process in self.running.processes.values()))

    def peak_mib(self):
        """The most that any process has ever held."""
        return max(_peak_mib(pid) for pid in self.pids())

    def open(self, head, *headers):
        """A connection on which a request has begun."""
        lines = [f"{head} HTTP/1.1", "Host: studio", "Connection: close", f"Authorization: Bearer {self.token}"]
        connection = socket.create_connection(self.address, timeout=30)
        connection.sendall("\r\n".join([*lines, *headers, "", ""]).encode())
        return connection

    def send(self, head, kind, body, *, length=None):
        """A body in one piece, or an iterator of chunks. Returns (status, code or None)."""
        if isinstance(body, bytes):
            framing = f"Content-Length: {len(body) if length is None else length}"
        else:
            framing = "Transfer-Encoding: chunked"
        with self.open(head, f"Content-Type: {kind}", framing) as connection:
            try:
                if isinstance(body, bytes):
                    connection.sendall(body)
                    if length is not None:  # who leaves after a whole request does not hear the answer
                        connection.shutdown(socket.SHUT_WR)
                else:
                    for chunk in body:
                        connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    connection.sendall(b"0\r\n\r\n")
            except OSError:
                pass  # it has said no before everything was sent: what it said is what counts
            return answered(connection)

    def is_live(self):
        host, port = self.address
        return requests.get(f"http://{host}:{port}/livez", timeout=10).status_code == 200

    def runs(self):
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            return {run.id: run for run in unit.session.scalars(select_rows(Run))}


def answered(connection):
    """The status and, where the body is a problem, its code."""
    got = bytearray()
    try:
        while piece := connection.recv(65_536):
            got += piece
    except OSError:
        pass  # the server closes without reading what is still on its way, which resets the connection
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head else None
    try:
        return status, orjson.loads(body).get("code")
    except (orjson.JSONDecodeError, AttributeError):
        return status, None


@contextmanager
def slow_senders(sender):
    """So many who send a byte now and then, for ever."""
    done = threading.Event()
    with ExitStack() as opened:
        found = [
            opened.enter_context(
                sender.open(f"POST {sender.hook}", f"Content-Type: {JSON}", "Content-Length: 100000")
            )
            for _ in range(SLOW)
        ]  # fmt: skip
        dripping = threading.Thread(target=_drip, args=(found, done), daemon=True)
        dripping.start()
        try:
            yield found
        finally:
            done.set()
            dripping.join(20)


def _answered_of(connections, count):
    """Those that were answered, once they are so many."""
    ready, _, _ = select.select(connections, [], [], 0)
    return ready if len(ready) >= count else None


def _drip(connections, done):
    while not done.wait(0.5):
        for one in connections:
            try:
                one.sendall(b" ")
            except OSError:
                continue  # it was turned away


def _peak_mib(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def sender(request):
    """A running Studio with a workflow, and a token that may do everything."""
    with ExitStack() as opened:
        running = start_or_skip(stack(request.param), opened)
        seeded = seeding.seed(running.settings, document())
        engines = open_engine(running.settings.database_url), open_engine(running.settings.engine_url)
        for engine in engines:
            opened.callback(engine.dispose)
        database = Database(*engines)
        app = create_app(running.settings)
        token = make_token(app, make_tenant(database), "owner", list(SCOPES))
        app.extensions["studio_engine"].stop()
        app.extensions["studio_database"].app.dispose()
        app.extensions["studio_database"].engine.dispose()
        if request.param == "sqlite":
            running.start("studio", "run")
        else:
            running.start("web", "web", "--workers", "1")
            running.start("worker", "worker")
        running.wait_ready()
        yield Sender(running, seeded, token, database)


def endless(piece=b" " * 65_536, count=3_000):
    """Chunks of 190 MiB together."""
    return itertools.repeat(piece, count)


CASES = {
    # name: (head with {hook}, content type, body, status, code)
    "a hook's body over the cap": ("POST {hook}", JSON, b'"' + b"x" * MiB + b'"', 413, "webhook.too_large"),
    "chunks without end, to a hook": ("POST {hook}", JSON, endless, 413, "webhook.too_large"),
    "chunks without end, to the API": (f"POST {API}/import", JSON, endless, 413, "body.too_large"),
    "depth 100,000, to a hook": ("POST {hook}", JSON, b"[" * 100_000 + b"]" * 100_000, 422, "webhook.not_json"),
    "depth 100,000, to the API": (
        f"POST {API}/import",
        JSON,
        b"[" * 100_000 + b"]" * 100_000,
        422,
        "document.not_json",
    ),
    "5,000 digits, to a hook": ("POST {hook}", JSON, b'{"a": ' + b"9" * 5_000 + b"}", 422, "webhook.not_json"),
    "5,000 digits, to the API": (f"POST {API}/import", JSON, b'{"a": ' + b"9" * 5_000 + b"}", 422, "document.not_json"),
    "a float too large": ("POST {hook}", JSON, b'{"a": 1e999}', 422, "webhook.not_json"),
    "no number": ("POST {hook}", JSON, b'{"a": NaN}', 422, "webhook.not_json"),
    "infinity, to the API": (f"POST {API}/import", JSON, b'{"a": Infinity}', 422, "document.not_json"),
    "another type": ("POST {hook}", "text/xml", b"<a/>", 415, "webhook.content_type"),
    "another type, to the API": (f"POST {API}/import", "text/xml", b"<a/>", 415, "body.content_type"),
    "no UTF-8": ("POST {hook}", JSON, b'{"a": "\xff"}', 422, "webhook.not_json"),
    "no UTF-8, to the API": (f"POST {API}/import", JSON, b'{"a": "\xff"}', 422, "document.not_json"),
    "half a surrogate": ("POST {hook}", JSON, b'{"a": "\\ud800"}', 422, "webhook.not_json"),
    "half a surrogate, to the API": (f"POST {API}/import", JSON, b'{"a": "\\ud800"}', 422, "document.not_json"),
    "a zero character": ("POST {hook}", JSON, b'{"a": "\\u0000"}', 422, "payload.text"),
    "a zero character in a name": ("POST {hook}", JSON, b'{"\\u0000": 1}', 422, "payload.text"),
    "a zero character in a form": ("POST {hook}", FORM, b"a=%00", 422, "payload.text"),
    "a zero character in a query": ("POST {hook}?a=%00", JSON, b"", 422, "payload.text"),
    "a query of 300 KiB": ("POST {hook}?" + "a=1&" * 75_000, JSON, b"", 414, None),
    "many fields": ("POST /sign-in", FORM, b"a=1&" * 200_000, 422, None),
    "many parts": ("POST /sign-in", "multipart/form-data; boundary=b", PART * 100_000 + b"--b--\r\n", 413, None),
    "parts without end": ("POST /sign-in", "multipart/form-data; boundary=b", lambda: endless(PART * 1_000), 413, None),
}


def test_bad_input_is_answered_and_nobody_dies(sender):
    """Beside senders who never finish: they hold no page up."""
    pids, peak, before = sender.pids(), sender.peak_mib(), sender.runs()
    with slow_senders(sender) as slow:
        turned_away = eventually(lambda: _answered_of(slow, SLOW - READING))
        assert {answered(one) for one in turned_away} == {(503, "unavailable")}
        assert sender.is_live()
    wrong = {}
    for name, (head, kind, body, status, code) in CASES.items():
        found = sender.send(head.format(hook=sender.hook), kind, body if isinstance(body, bytes) else body())
        if found != (status, code):
            wrong[name] = found
    assert wrong == {}
    assert sender.send(f"POST {sender.hook}", JSON, b'{"a": 1}', length="9" * 5_000) == (400, None)
    assert sender.send(f"POST {sender.hook}", JSON, b'{"a": 1}', length="9" * 19) == (413, "webhook.too_large")
    assert sender.send(f"POST {sender.hook}", JSON, b'{"a": 1}', length=100) == (400, "body.incomplete")
    assert sender.send(f"POST {API}/import", JSON, b'{"a": 1}', length=100) == (400, "body.incomplete")
    with sender.open("GET /livez", "X-Long: " + "a" * MiB) as connection:
        assert answered(connection) == (431, None)
    assert sender.runs().keys() == before.keys()
    assert sender.is_live()
    assert sender.pids() == pids
    assert sender.peak_mib() - peak < MOST_MIB


def test_of_a_name_that_stands_twice_the_last_counts(sender):
    """As JSON readers everywhere take it: orjson, pydantic, JavaScript, PostgreSQL's jsonb."""
    before = sender.runs()
    status, _ = sender.send(f"POST {sender.hook}", JSON, b'{"items": [1], "grow": false, "items": [2, 3]}')
    assert status == 202
    [run] = [run for run_id, run in sender.runs().items() if run_id not in before]
    assert run.input == {"items": [2, 3], "grow": False}


@pytest.mark.parametrize(
    ("count", "grow", "codes"),
    [(500_000, "false", {"loop.too_many"}), (3_000, "true", {"expression.too_complex"})],
    ids=["half a million items", "an expression that grows with the square"],
)
def test_what_grows_without_bounds_is_stopped_in_words(sender, count, grow, codes):
    pids, peak, before = sender.pids(), sender.peak_mib(), sender.runs()
    body = b'{"grow": %s, "items": [%s]}' % (grow.encode(), b",".join([b"1"] * count))
    assert sender.send(f"POST {sender.hook}", JSON, body)[0] == 202

    def ended():
        found = [run for run_id, run in sender.runs().items() if run_id not in before]
        return found if found and found[0].state not in UNDER_WAY else None

    [run] = eventually(ended, timeout=90)
    assert run.state == "failed"
    assert run.error["code"] in codes, run.error
    assert run.attempts == 0
    assert sender.pids() == pids
    assert sender.peak_mib() - peak < MOST_MIB
