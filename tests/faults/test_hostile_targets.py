"""Systems that Studio calls hang, drip, break off and send too much (rows 27 and 28 of the catalogue)."""

import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from benchmarks import seeding
from benchmarks.memory import families
from benchmarks.stack import stack
from studio.audit.verifying import verify
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.runtime.models import Run, Step, WaitRow
from tests.faults import hostile_targets
from tests.faults.drill import UNDER_WAY, eventually
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(240)]
DEADLINE_S = 2
ATTEMPTS = 2
MOST_MIB = 96
"""What a worker may grow by while it is sent gigabytes; answers are cut at one MiB."""
CASES = {
    # what the target does: the step's error
    "hangs": (hostile_targets.hangs, "http.timeout"),
    "drips": (hostile_targets.drips, "http.timeout"),
    "resets midway": (hostile_targets.resets_midway, "http.broken"),
    "ends early": (hostile_targets.ends_early, "http.broken"),
    "never ends": (hostile_targets.never_ends, "http.too_large"),
    "bombs": (hostile_targets.bombs, "http.too_large"),
    "endless headers": (hostile_targets.endless_headers, "http.broken"),
    "redirects to itself": (hostile_targets.redirects_to_itself, "http.redirect"),
    "talks rubbish": (hostile_targets.talks_rubbish, "http.broken"),
}
RETRIED = ("http.timeout", "http.broken")


def document():
    """Webhook → a call to wherever the order says, with little time or with much."""

    def call(key, timeout_s):
        config = {"url": "{{ trigger.order.url }}", "if_unknown": "repeat", "body": {"id": "{{ trigger.order.id }}"}}
        retry = {"attempts": ATTEMPTS, "base_s": 0, "max_s": 0}
        return {
            "key": key, "type": "action.http", "name": key, "config": config, "retry": retry, "timeout_s": timeout_s
        }  # fmt: skip

    sample = {"order": {"id": "1", "url": "http://127.0.0.1/", "patient": False}}
    hook = {"sample": sample, "dedup_key": "trigger.order.id"}
    return {
        "schema": "studio.workflow/1",
        "name": "Call",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": hook},
            {"key": "long", "type": "condition.if", "name": "Long?", "config": {"condition": "trigger.order.patient"}},
            call("wait", 100),
            call("call", DEADLINE_S),
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "long"},
            {"from": "long", "port": "true", "to": "wait"},
            {"from": "long", "port": "false", "to": "call"},
        ],
    }


class Caller:
    """A whole Studio that calls what it is told to."""

    def __init__(self, running, database, seeded):
        self.running, self.database, self.seeded = running, database, seeded

    def order(self, name, url, *, patient=False):
        settings = self.running.settings
        address = f"http://{settings.host}:{settings.port}{self.seeded.path}"
        answer = requests.post(address, json={"order": {"id": name, "url": url, "patient": patient}}, timeout=30)
        assert answer.status_code == 202, answer.text

    def runs(self):
        """By order."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            found = list(unit.session.scalars(select(Run)))
        assert len(found) == len({run.input["order"]["id"] for run in found})  # I1
        return {run.input["order"]["id"]: run for run in found}

    def ended(self, names):
        """Wait until all of them have; gives the runs."""
        eventually(lambda: all(self.runs()[name].state not in UNDER_WAY for name in names), self.log, 90)
        return self.runs()

    def steps(self, run):
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            return list(unit.session.scalars(select(Step).where(Step.run_id == run.id).order_by(Step.id)))

    def check(self):
        """I2 and I6."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            waiting = select(func.count()).select_from(WaitRow).where(WaitRow.state == "open")
            assert unit.session.scalar(waiting) == 0
            assert verify(unit).bad is None

    def worker_mib(self):
        """The most memory that any process of what runs workflows has ever held."""
        name = "worker" if "worker" in self.running.processes else "studio"
        return max(_peak_mib(pid) for pid in families([self.running.processes[name].pid]))

    def log(self):
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in self.running.logs.values())


def _peak_mib(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def caller(request):
    """Give one on each store, for all tests."""
    with ExitStack() as opened:
        running = start_or_skip(stack(request.param, STUDIO_ALLOWED_HOSTS="127.0.0.1"), opened)
        seeded = seeding.seed(running.settings, document())
        engines = open_engine(running.settings.database_url), open_engine(running.settings.engine_url)
        for engine in engines:
            opened.callback(engine.dispose)
        if request.param == "sqlite":
            running.start("studio", "run")
        else:
            running.start("web", "web", "--workers", "1")
            running.start("worker", "worker")
        running.wait_ready()
        yield Caller(running, Database(*engines), seeded)


def test_every_hostile_answer_ends_its_step_in_words(caller):
    """All at once, so that each is its neighbours' trouble too."""
    with hostile_targets.all_of_them({name: behave for name, (behave, _) in CASES.items()}) as targets:
        with http_target() as well:
            caller.order("well", well.url)
            caller.ended(["well"])
            before = caller.worker_mib()
            for name, target in targets.items():
                caller.order(name, target.url)
            caller.order("well again", well.url)
            runs = caller.ended([*CASES, "well again"])
        grown = caller.worker_mib() - before
    assert runs["well again"].state == "succeeded"
    for name, (_, code) in CASES.items():
        tries = [step for step in caller.steps(runs[name]) if step.node_key == "call"]
        expected = ATTEMPTS if code in RETRIED else 1
        assert (runs[name].state, runs[name].error["code"]) == ("failed", code), (name, runs[name].error)
        assert [(step.attempt, step.state) for step in tries] == [(n + 1, "failed") for n in range(expected)], name
        assert tries[-1].error["message"].endswith("."), name
        took = [(step.finished_at - step.started_at).total_seconds() for step in tries]
        assert max(took) < DEADLINE_S * 3, (name, took)
        assert len(targets[name].calls) == expected, name
        assert len({key for _, key in targets[name].calls}) == 1, name  # I4
    assert grown < MOST_MIB
    caller.check()


def test_a_pause_that_a_target_asks_for_is_kept(caller):
    with http_target() as target:
        target.answer(429, headers={"Retry-After": "3"})
        caller.order("asked", target.url)
        run = caller.ended(["asked"])["asked"]
    tries = [step for step in caller.steps(run) if step.node_key == "call"]
    assert [(step.state, step.attempt) for step in tries] == [("failed", 1), ("succeeded", 2)]
    assert (tries[1].finished_at - tries[0].started_at).total_seconds() >= 3
    assert len({request.headers["idempotency-key"] for request in target.requests}) == 1
    assert len(target.requests) == 2
    caller.check()


def test_calls_that_hang_leave_threads_for_calls_to_others(caller):
    """More of them than there are threads: another host's call ends while not one of them has."""
    threads, at_once = caller.running.settings.worker_threads, caller.running.settings.worker_threads // 2
    go_on = threading.Event()
    names = [f"hanging {number}" for number in range(threads * 2)]
    with http_target() as hanging, http_target() as quick:
        hanging.always(until=go_on)
        for name in names:
            caller.order(name, hanging.url, patient=True)
        hanging.wait_for(at_once)
        caller.order("quick", quick.url)
        run = caller.ended(["quick"])["quick"]
        assert run.state == "succeeded"
        assert len(hanging.requests) == at_once
        took = (run.finished_at - run.created_at).total_seconds()
        print(f"beside {len(names)} runs whose host hangs: {took:.2f} s")
        go_on.set()
        runs = caller.ended(names)
        keys = Counter(request.headers["idempotency-key"] for request in hanging.requests)
    assert {runs[name].state for name in names} == {"succeeded"}
    assert {runs[name].attempts for name in names} == {0}
    assert sorted(keys.values()) == [1] * len(names)  # I4
    for name in names:
        steps = Counter((step.node_key, step.attempt) for step in caller.steps(runs[name]))
        assert steps == {("hook", 1): 1, ("long", 1): 1, ("wait", 1): 1}  # I3
    caller.check()
