"""A shop that delivers orders without pause and repeats what was not taken, and what became of its orders."""

import itertools
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session

from benchmarks import workloads
from studio.core import db
from studio.runtime.models import Run, RunNote, Step
from tests.servers.patience import PATIENCE_S

DEADLINE_S = 14.0
"""Longest that a delivery may take: the writer gives up after ten seconds, and this machine may be busy."""
PAUSE_S = 0.02
READY, DATABASE_AWAY = (200, "ok", set()), (503, "down", {"database"})
"""What `Shop.ready` gives."""
NODES = ("hook", "fields", "call", "note")


def selling(url: str) -> dict:
    """Webhook → memory → a call under a key → a note: one boundary of each kind."""
    return {
        "schema": "studio.workflow/1",
        "name": "Sell",
        "nodes": [
            {
                "key": "hook", "type": "trigger.webhook", "name": "Order",
                "config": {"sample": workloads.SAMPLE, "dedup_key": "trigger.order.id"},
            },
            {
                "key": "fields", "type": "data.set", "name": "Fields",
                "config": {"fields": [{"name": "id", "value": "trigger.order.id"}]},
            },
            {
                "key": "call", "type": "action.http", "name": "Tell the ERP",
                "config": {"url": url + "/orders", "if_unknown": "repeat", "body": {"id": "{{ trigger.order.id }}"}},
            },
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.order.id }}"}},
        ],
        "edges": [
            {"from": one, "port": "next", "to": other} for one, other in itertools.pairwise(NODES)
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One answer of Studio's."""

    order: str
    status: int
    took: float
    retry_after: str | None
    run_id: str | None


def wait_for(fact, timeout=PATIENCE_S, why=lambda: ""):
    """Look until it is so, and return it."""
    until = time.monotonic() + timeout
    while not (found := fact()):
        assert time.monotonic() < until, f"still not so: {fact} {why()}"
        time.sleep(0.05)  # between two looks at a fact
    return found


class Shop:
    """Orders of one name, so that tests can share a Studio."""

    def __init__(self, made, target, name, pause=PAUSE_S):
        self.made, self.target, self.name, self._pause = made, target, name, pause
        self.address = f"http://{made.settings.host}:{made.settings.port}"
        self.told: list[Told] = []
        self.broken: list[str] = []
        """Deliveries without any answer."""
        self._closed = threading.Event()
        self._numbers = itertools.count()

    @contextmanager
    def open(self, senders=2, pause=None):
        """Sell while the block runs, each sender with another pause between two orders where one is given, in seconds.

        What is under way then is delivered to the end.
        """
        self._closed.clear()
        threads = [
            threading.Thread(target=self._sell, args=(pause or self._pause,), daemon=True) for _ in range(senders)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._closed.set()
            for thread in threads:
                thread.join(60)
        assert not any(thread.is_alive() for thread in threads), "an order was never taken"

    def deliver(self, order):
        """Once. Returns whether it was taken."""
        body, started = {"order": workloads.SAMPLE["order"] | {"id": order}}, time.monotonic()
        try:
            answer = requests.post(self.address + self.made.seeded.path, json=body, timeout=DEADLINE_S)
        except requests.RequestException as error:
            self.broken.append(repr(error))
            return False
        took, run_id = time.monotonic() - started, answer.json().get("run_id")
        self.told.append(Told(order, answer.status_code, took, answer.headers.get("Retry-After"), run_id))
        return answer.ok

    def get(self, path, **more):
        """Look at a page."""
        return requests.get(self.address + path, timeout=DEADLINE_S, **more)

    def ready(self):
        """What /readyz says: HTTP's status and its own, and which parts are not well."""
        answer = self.get("/readyz")
        parts = {name for name, part in answer.json()["parts"].items() if part["status"] != "ok"}
        return answer.status_code, answer.json()["status"], parts

    def taken(self):
        """Orders that were accepted, with the run that the shop was told of."""
        return {told.order: told.run_id for told in self.told if told.status in (200, 202)}

    def sells(self, more, timeout=30.0):
        """Wait until so many further orders were taken."""
        goal = len(self.taken()) + more
        wait_for(lambda: len(self.taken()) >= goal, timeout)

    def finishes(self, more, timeout=30.0):
        """Wait until so many further runs have succeeded."""
        goal = self.succeeded() + more
        wait_for(lambda: self.succeeded() >= goal, timeout)

    def is_refused(self, timeout=30.0):
        """Wait until one further delivery is told to come later."""
        before = len(self.told)
        wait_for(lambda: self.refused_since(before), timeout)

    def refused_since(self, before):
        """Whether one was, since there were so many answers."""
        return any(told.status == 503 for told in self.told[before:])

    def succeeded(self):
        """How many of its runs have."""
        return sum(state == "succeeded" for found in self.runs().values() for _, state in found)

    def _wait_for_all(self, goal, timeout):
        """How many there are depends on how long the test took: each further one gives the rest the same time anew."""
        while (succeeded := self.succeeded()) < goal:
            wait_for(lambda at=succeeded: self.succeeded() > at, timeout, self._states)

    def _states(self):
        return Counter(state for found in self.runs().values() for _, state in found)

    def runs(self):
        """Runs by order: (id, state)."""
        found = defaultdict(list)
        with self.looking() as session:
            for run_id, state, data in session.execute(select(Run.id, Run.state, Run.input)):
                if (order := data["order"]["id"]).startswith(self.name):
                    found[order].append((str(run_id), state))
        return found

    def assert_nothing_lost(self, timeout=PATIENCE_S, *, broken=False):
        """Invariants 1 to 4 for all its orders, and that Studio was honest and prompt all the time.

        `timeout`: longest, in seconds, that no run ends although some are left.
        `broken`: the web itself was away, so some deliveries had no answer.
        """
        assert broken or self.broken == []
        assert {told.status for told in self.told} <= {200, 202, 503}
        assert all(told.retry_after for told in self.told if told.status == 503)
        assert max(told.took for told in self.told) < DEADLINE_S
        taken = self.taken()
        self._wait_for_all(len(taken), timeout)
        assert self.runs() == {order: [(run_id, "succeeded")] for order, run_id in taken.items()}
        run_ids = set(taken.values())
        with self.looking() as session:
            steps = Counter((str(run_id), node) for run_id, node in session.execute(select(Step.run_id, Step.node_key)))
            notes = Counter(str(run_id) for run_id in session.scalars(select(RunNote.run_id)))
        assert {key: n for key, n in steps.items() if key[0] in run_ids} == dict.fromkeys(
            itertools.product(run_ids, NODES), 1
        )
        assert {run_id: n for run_id, n in notes.items() if run_id in run_ids} == dict.fromkeys(run_ids, 1)
        keys = defaultdict(set)
        for request in list(self.target.requests):
            if (order := request.json()["id"]).startswith(self.name):
                keys[order].add(request.headers["idempotency-key"])
        assert {order: len(found) for order, found in keys.items()} == dict.fromkeys(taken, 1)
        assert len(set().union(*keys.values())) == len(taken)

    def _sell(self, pause):
        for number in self._numbers:
            order = f"{self.name}-{number}"
            while not self.deliver(order):
                time.sleep(0.1)  # a shop's pause before it delivers again
            if self._closed.wait(pause):
                return

    @contextmanager
    def looking(self):
        """As superuser, who has connections of its own and sees every row."""
        made = self.made
        if made.postgres is None:
            engine = db.open_engine(made.settings.engine_url)
            engine = engine.execution_options(read_only=True)
        else:
            name = made.settings.engine_url.rpartition("/")[2]
            engine = create_engine(
                "postgresql+psycopg://", creator=lambda: made.postgres.superuser(name), poolclass=NullPool
            )
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()
