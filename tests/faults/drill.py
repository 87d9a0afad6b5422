"""A Studio of real processes that a test breaks in the middle of a run, and what must hold afterwards.

I1 one run an accepted trigger · I2 nothing stuck · I3 one commit a step · I4 a target sees each key's effect once ·
I6 the audit chain verifies. (I5, one decision an approval: see approving.py.)
"""

import http.client
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text, update

from benchmarks import seeding, workloads
from benchmarks.servers.process import Running
from benchmarks.stack import Stack, stack
from studio.audit import chain
from studio.audit.verifying import verify
from studio.core.db import open_engine
from studio.core.faults import CHARGE
from studio.core.models import LocalMail, OutboxRow
from studio.core.unit_of_work import Database
from studio.runtime.models import LoopLease, Run, RunNote, Step, TriggerSubscription, WaitRow
from tests.servers.http_target import HttpTarget, Request
from tests.servers.patience import PATIENCE_S

LEASE_S = 2
RESPAWN_S = 6.0
"""Granian exits where what it has just started dies sooner: it takes that for a loop of crashes."""
CALLS = ("left", "right")
NOTES = ("beside", "joined")
STEPS = ("hook", *CALLS, *NOTES, "join", "sub", "tell", "pause", "done")
INNER = ("called", "inside")
UNDER_WAY = ("queued", "running", "waiting")


def document(url: str) -> dict[str, Any]:
    """Webhook → two calls and a note side by side → join → note → a workflow → mail → a timer → end."""
    fields = [{"name": "id", "value": "trigger.order.id"}]
    return {
        "schema": "studio.workflow/1",
        "name": "Drill",
        "nodes": [
            {
                "key": "hook", "type": "trigger.webhook", "name": "Order",
                "config": {"sample": workloads.SAMPLE, "dedup_key": "trigger.order.id"},
            },
            *(_call(key, url) for key in CALLS),
            _note("beside"),
            {"key": "join", "type": "flow.join", "name": "join", "config": {"mode": "all"}},
            _note("joined"),
            {"key": "sub", "type": "flow.call", "name": "sub", "config": {"inputs": {"order": "{{ trigger.order }}"}}},
            {
                "key": "tell", "type": "action.email", "name": "tell",
                "config": {"to": ["anna@example.com"], "subject": "{{ trigger.order.id }}", "body": "It is done."},
            },
            {"key": "pause", "type": "flow.delay", "name": "pause", "config": {"seconds": 1}},
            {"key": "done", "type": "data.set", "name": "done", "config": {"fields": fields}},
        ],
        "edges": [
            *(_edge("hook", key) for key in (*CALLS, "beside")),
            *(_edge(key, "join") for key in (*CALLS, "beside")),
            _edge("join", "joined"), _edge("joined", "sub"), _edge("sub", "tell"), _edge("tell", "pause"),
            _edge("pause", "done"),
        ],
    }  # fmt: skip


def called() -> dict[str, Any]:
    """What it calls: one commit of its own before its end."""
    return {
        "schema": "studio.workflow/1",
        "name": "Called",
        "nodes": [{"key": "called", "type": "trigger.called", "name": "Called", "config": {}}, _note("inside")],
        "edges": [_edge("called", "inside")],
    }


def _call(key: str, url: str) -> dict[str, Any]:
    config = {"url": f"{url}/{key}", "if_unknown": "repeat", "body": {"id": "{{ trigger.order.id }}"}}
    return {"key": key, "type": "action.http", "name": key, "config": config}


def _note(key: str) -> dict[str, Any]:
    return {"key": key, "type": "action.note", "name": key, "config": {"text": key}}


def _edge(source: str, target: str) -> dict[str, str]:
    return {"from": source, "port": "next", "to": target}


def eventually(what: Callable[[], Any], why: Callable[[], object] = lambda: "", timeout: float = PATIENCE_S) -> Any:
    """Wait until something is the case and return it."""
    until = time.monotonic() + timeout
    while not (found := what()):
        assert time.monotonic() < until, why()
        time.sleep(0.05)  # between two looks at a fact
    return found


def age_s(pid: int) -> float:
    """How long a process has been there."""
    began = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def environ_of(pid: int) -> list[bytes]:
    """What a process was started with; nothing of one that is over but not waited for yet."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


class Drill:
    """One store with one workflow; its processes begin anew for each test."""

    def __init__(self, running: Stack, store: str, target: HttpTarget, database: Database, seeded: seeding.Seeded):
        self.running, self.store, self.target = running, store, target
        self.database, self.seeded = database, seeded
        self.charge = running.settings.data_dir / "charge"
        """While it is there, an armed process dies of it."""
        self._plain = dict(running.environ)
        self._charged = ""
        self._control: dict[str, Any] | None = None
        self._begun: dict[str, Running] = {}
        self._first: set[int] = set()

    # -- processes ----------------------------------------------------------------------------------------------

    def begin(self, workers: int = 1, *, laid: bool = False, **environ: str) -> None:
        """Start the processes with such an environment; with the charge `laid`, they may die while they start."""
        self.end()
        if laid:
            self.lay()
        self.target.clear()
        self.running.environ.clear()
        self.running.environ |= self._plain | environ | {"FAULT_ONCE": str(self.charge)}
        if self.store == "postgresql":
            self.running.start("web", "web", "--workers", "1")
        self.start_executing(workers)

    def resume(self, **environ: str) -> None:
        """As begin(), but those of the test before go on where all are there and nothing but the point is different.

        Whoever died was started again by its supervisor, so a test costs the start of one process and not of three.
        """
        point, passes = environ.pop("FAULT"), environ.pop("FAULT_AFTER", "0")
        wanted = self._plain | environ | {"FAULT": CHARGE, "FAULT_ONCE": str(self.charge)}
        if self.running.environ == wanted and self._begun and self._begun == self.running.processes and self._alive():
            self.charge.unlink(missing_ok=True)
            self.target.clear()
            self.running.wait_ready()
            eventually(self._may_die, self.log)
        else:
            self.begin(FAULT=CHARGE, **environ)
            self._begun, self._first = dict(self.running.processes), set(self._serving())
        self._charged = f"{point} {passes}"

    def restart(self, *, at: str) -> None:
        """All die and start anew, and one of them dies at a point while it starts; after that, resume() goes on."""
        self._charged = f"{at} 0"
        self.begin(laid=True, FAULT=CHARGE)
        self._begun, self._first = dict(self.running.processes), set()

    def _alive(self) -> bool:
        return all(process.poll() is None for process in self.running.processes.values())

    def _serving(self) -> list[int]:
        """What Granian has started."""
        watched = [self.running.processes[name] for name in ("web", "studio") if name in self.running.processes]
        return [child for process in watched for child in children(process.pid)]

    def _may_die(self) -> bool:
        return all(pid in self._first or age_s(pid) > RESPAWN_S for pid in self._serving())

    def start_executing(self, workers: int = 1) -> None:
        """Start what runs workflows: the worker, or the one embedded process."""
        if self.store == "sqlite":
            self.running.start("studio", "run")
        else:
            self.running.start("worker", "worker", "--processes", str(workers))
        self.running.wait_ready()

    def end(self) -> None:
        """Everything dies at once, and nothing kills the next one."""
        for name in list(self.running.processes):
            self.kill(name)
        self.charge.unlink(missing_ok=True)
        with self.database.across() as unit:  # the next test need not wait for the sweeper's lease to run out
            unit.session.execute(delete(LoopLease))

    def kill(self, name: str) -> None:
        """One of them dies with its children."""
        self.running.kill_one(name)

    def limit(self, control: dict[str, Any] | None) -> None:
        """Limit the runs of the workflow; None: not at all. Processes that run hear of it only after some seconds."""
        if control != self._control:
            self._control, self._begun = control, {}
        with self.database.across() as unit:
            ordered = TriggerSubscription.type == "trigger.webhook"
            unit.session.execute(update(TriggerSubscription).where(ordered).values(control=control))

    def lay(self) -> None:
        """From now on the armed point kills, once. Written as a whole: processes look for it all the time."""
        written = self.charge.with_suffix(".new")
        written.write_text(self._charged)
        written.replace(self.charge)

    def rest(self) -> None:
        """Between two tests: nothing kills any more. The processes run on for who resumes."""
        self.charge.unlink(missing_ok=True)

    def died(self) -> None:
        """Wait until it has."""
        eventually(lambda: not self.charge.exists(), lambda: f"the point was never reached\n{self.log()}")

    def stop_executing(self) -> None:
        """Tell what runs workflows to stop, and wait until it has."""
        process = self.running.processes.pop("studio" if self.store == "sqlite" else "worker")
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise

    def log(self) -> str:
        """The end of what the processes wrote."""
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in self.running.logs.values())

    def worker_of(self, order: str) -> tuple[str, int]:
        """The worker process that holds an order's run, and the name of what started it."""
        return eventually(lambda: self._worker(self.run(order).lease_by), self.log)

    def sweeping_worker(self) -> tuple[str, int]:
        """The same of who holds the sweeper's lease."""
        return eventually(lambda: self._worker(self._sweeping()), self.log)

    def _sweeping(self) -> str | None:
        with self.database.across(read_only=True) as unit:
            return unit.session.scalar(select(LoopLease.holder).where(LoopLease.name == "sweeper"))

    def _worker(self, holder: str | None) -> tuple[str, int] | None:
        named = f"STUDIO_HOLDER={holder}".encode()
        for name, process in self.running.processes.items():
            for pid in children(process.pid):
                if named in environ_of(pid):
                    return name, pid
        return None

    # -- deliveries ---------------------------------------------------------------------------------------------

    def deliver(self, order: str) -> list[int | None]:
        """Post until a 2xx comes, as a shop does. Returns each try's status; None where no answer came."""
        tried: list[int | None] = []
        until = time.monotonic() + PATIENCE_S
        while not tried or tried[-1] not in (200, 202):
            assert time.monotonic() < until, f"{tried}\n{self.log()}"
            if tried:
                time.sleep(0.05)  # a shop waits too
            tried.append(self._post(order))
        return tried

    def _post(self, order: str) -> int | None:
        settings = self.running.settings
        address = f"http://{settings.host}:{settings.port}{self.seeded.path}"
        body = json.dumps({"order": {"id": order}}).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except (OSError, http.client.HTTPException):
            return None

    # -- facts --------------------------------------------------------------------------------------------------

    def runs(self, order: str) -> list[Run]:
        """Runs that an order's deliveries have started."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            started = unit.session.scalars(select(Run).where(Run.parent_run_id.is_(None)))
            return [run for run in started if run.input.get("order", {}).get("id") == order]

    def run(self, order: str) -> Run:
        """Its one run (I1)."""
        [run] = self.runs(order)
        return run

    def requests(self, order: str) -> list[Request]:
        """What the target was asked for an order."""
        return [request for request in self.target.requests if request.json()["id"] == order]

    def finished(self, order: str, timeout: float = PATIENCE_S) -> None:
        """Wait until nothing of it is under way any more."""
        eventually(
            lambda: self.run(order).state not in UNDER_WAY, lambda: f"{self.story(order)}\n{self.log()}", timeout
        )
        eventually(lambda: self._unsent() == 0, self.log)

    def hurry_mail(self) -> None:
        """As if the two minutes had passed for which a machine that vanished keeps a mail."""
        with self.database.across() as unit:
            unit.session.execute(text("update outbox set lease_until = created_at where state = 'running'"))

    def _unsent(self) -> int:
        """Jobs that are due soon; a deadline in an hour is not waited for."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            soon = OutboxRow.due_at < unit.now + timedelta(minutes=1)
            left = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("queued", "running")), soon)
            return unit.session.scalar(left) or 0

    def story(self, order: str) -> list[object]:
        """What became of an order, for whoever reads a failure."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            found: list[object] = []
            for run in self.runs(order):
                steps = unit.session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.id)).all()
                found.append((run.state, run.lane, run.epoch, run.attempts, run.error))
                found += [(step.node_key, step.attempt, step.state, step.error) for step in steps]
            return found

    def check(self, order: str, *, repeated: int = 0, perhaps: int = 0) -> None:
        """I1 to I4 and I6 of an order; `repeated` calls were asked for a second time, under their key.

        `perhaps`: so many more may have been, for it depends on the moment of the death.
        """
        run = self.run(order)
        assert run.state == "succeeded", self.story(order)
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            steps = unit.session.scalars(select(Step).where(Step.run_id == run.id)).all()
            assert Counter(step.node_key for step in steps) == Counter(STEPS), self.story(order)
            assert {(step.state, step.attempt) for step in steps} == {("succeeded", 1)}, self.story(order)
            notes = unit.session.scalars(select(RunNote.text).where(RunNote.run_id == run.id)).all()
            assert sorted(notes) == sorted(NOTES)
            [child] = unit.session.scalars(select(Run).where(Run.parent_run_id == run.id))
            inner = unit.session.scalars(select(Step.node_key).where(Step.run_id == child.id)).all()
            assert (child.state, sorted(inner)) == ("succeeded", sorted(INNER)), self.story(order)
            waits = select(func.count()).select_from(WaitRow).where(WaitRow.run_id == run.id, WaitRow.state == "open")
            assert unit.session.scalar(waits) == 0
            assert verify(unit).bad is None
        keys = defaultdict(list)
        for request in self.requests(order):
            keys[request.path].append(request.headers["idempotency-key"])
        assert {path: len(set(found)) for path, found in keys.items()} == {f"/{key}": 1 for key in CALLS}
        assert 0 <= sum(map(len, keys.values())) - len(CALLS) - repeated <= perhaps, keys

    def mails(self, order: str) -> int:
        """Mails of an order in the local mailbox."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            kept = select(func.count()).select_from(LocalMail).where(LocalMail.subject == order)
            return unit.session.scalar(kept) or 0


@contextmanager
def drill(
    store: str, target: HttpTarget, make: Callable[[str], dict[str, Any]] = document, **settings: str
) -> Iterator[Drill]:
    """Databases with a workflow in them; the tests start and kill the processes."""
    with ExitStack() as opened:
        settings = {
            "STUDIO_ALLOWED_HOSTS": f"127.0.0.1:{target.port}", "STUDIO_LEASE_SECONDS": str(LEASE_S)
        } | settings  # fmt: skip
        running = opened.enter_context(stack(store, **settings))
        seeded = seeding.seed(running.settings, make(target.url), called() if make is document else None)
        engines = open_engine(running.settings.database_url), open_engine(running.settings.engine_url)
        for engine in engines:
            opened.callback(engine.dispose)
        made = Drill(running, store, target, Database(*engines, finishers=[chain.finish]), seeded)
        opened.callback(made.end)
        yield made
