"""`studio bench` measures what it says, loses nothing, and prints what a program can read."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.main import INTERRUPTED, MISSING
from benchmarks.memory import families
from benchmarks.report import unit
from tests.project.source import PROJECT
from tests.servers.missing import missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MEMORY = {"memory_mib", "rss_mib"}
LOAD = {"accepted_per_s", "completed_per_s", "p50_ms", "p99_ms", "lost", *MEMORY}
PARKED = {"parked_mib", "idle_cpu_pct", "inbox_p95_ms", "wake_p99_ms", "lost", *MEMORY}
DECIDED = {"inbox_p95_ms", "decisions_per_s", "lost"}
ESCALATED = {"escalation_s", "last_words_s", "lost"}
GROWTH = {"lost", *(f"{name}_{size}" for name in ("completed_per_s", "p99_ms", "ratio") for size in (10, 200))}
RETENTION = {
    *("completed_per_s", "p99_ms", "p99_deleting_ms", "ratio_deleting", "ratio_cpu_deleting", "deleted_per_s"),
    *("left_due", "lost"),
}
HISTORY = {"seed_s", "list_p95_ms", "run_page_p95_ms", "search_p95_ms"}
KEYS = {"bench", "workload", "store", "metric", "value", "unit", "seconds", "rounds", "machine"}
BOTH = ("sqlite", "postgresql")
# A store each is enough where only what is asked of it differs: starting one costs up to a minute.
MEASURED = [
    *(("webhook", "W1", LOAD, store, ()) for store in BOTH),
    ("webhook", "growth", GROWTH, "postgresql", ("--sizes", "200,10")),
    ("webhook", "retention", RETENTION, "postgresql", ("--count", "2000")),
    ("engine", "W3", LOAD, "postgresql", ()),
    ("engine", "idle", {"p50_ms", "p99_ms", "lost", *MEMORY}, "sqlite", ()),
    ("engine", "fanout", LOAD, "postgresql", ()),
    ("engine", "parked", PARKED, "postgresql", ("--count", "200")),
    ("approvals", "inbox", DECIDED, "sqlite", ("--count", "200")),
    ("approvals", "escalation", ESCALATED, "postgresql", ("--count", "50")),
    *(("export", kind, {"events_per_s"}, "sqlite", ("--count", "500")) for kind in ("otlphttp", "file")),
    ("export", "webhook", {"events_per_s"}, "postgresql", ("--count", "500")),
    ("connections", "first", {"records_per_s", "records_per_cpu_s", "rss_mib"}, "sqlite", ("--count", "1000")),
    ("history", "pages", HISTORY, "sqlite", ("--count", "500")),
    ("export", "sealed", {"verify_per_s", "verify_database_per_s"}, "sqlite", ("--count", "500")),
    ("engine", "timers", {"lateness_p99_s", "lost", *MEMORY}, "sqlite", ("--count", "50")),
    ("engine", "noisy", {"quiet_start_p95_s", "lost", *MEMORY}, "postgresql", ("--count", "500")),
    ("canvas", "500", {"fps", "near_fps", "tti_ms", "editor_kb", "page_kb"}, "sqlite", ()),
]
MAY_BE_NOTHING = {"deleted_per_s", "left_due", "lost", "parked_mib", "lateness_p99_s", "idle_cpu_pct"}


STARTING = """
import signal
from benchmarks.stack import stack

with stack("sqlite") as running:
    running.start("studio", "run")
    print(running.processes["studio"].pid, running.settings.data_dir.parent, flush=True)
    running.wait_ready()
    print("ready", flush=True)
    signal.pause()
"""


def command(*arguments):
    return [sys.executable, "-m", "studio", "bench", *arguments, "--json"]


@pytest.mark.parametrize(("name", "workload", "metrics", "store", "more"), MEASURED)
def test_each_figure_is_one_object_a_line(name, workload, metrics, store, more):
    quick = ["--seconds", "1", "--warmup-seconds", "0.5", "--rounds", "1"]
    done = subprocess.run(
        command(name, "--store", store, "--workload", workload, *quick, *more),
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == MISSING:
        missing(done.stderr)
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]  # standard output alone: warnings go elsewhere
    assert {figure["metric"] for figure in figures} == metrics
    for figure in figures:
        assert set(figure) == KEYS
        assert (figure["bench"], figure["workload"], figure["store"]) == (name, workload, store)
        assert (figure["seconds"], figure["rounds"]) == (1, 1)
        assert figure["unit"] == unit(figure["metric"])
        if figure["metric"] == "lost":
            assert figure["value"] == 0
        elif figure["metric"] not in MAY_BE_NOTHING:
            assert figure["value"] > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_nothing_behind_when_it_is_interrupted(number):
    running = subprocess.Popen(
        command("webhook", "--store", "sqlite", "--seconds", "60"), cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while not (serving := _serving(running.pid)):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)  # between two looks at a fact: has it started its Studio?
    started, folder = list(families([running.pid])), serving.parent
    assert folder.exists()
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == INTERRUPTED
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert not folder.exists()
    assert not [pid for pid in started if _runs(pid)]


def _serving(pid: int) -> Path | None:
    """The data folder of the Studio that a measurement has started, once it runs and has started processes itself.

    By then the measurement has heard that its start went well: before that, it could not know whom to stop.
    """
    for child in families([pid]):
        if child == pid or b"studio\0run\0" not in Path(f"/proc/{child}/cmdline").read_bytes():
            continue
        if len(list(families([child]))) == 1:
            continue
        environ = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        return next(Path(os.fsdecode(line[12:])) for line in environ if line.startswith(b"STUDIO_DATA="))
    return None


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("ready", [False, True])
def test_who_is_killed_leaves_no_studio_behind(ready):
    """While it starts as well, and with the processes that it has started by then."""
    running = subprocess.Popen([sys.executable, "-c", STARTING], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    pid, folder = running.stdout.readline().split()
    try:
        if ready:
            assert running.stdout.readline() == "ready\n"
        started = list(families([int(pid)]))
        running.kill()
        running.wait()
        until = time.monotonic() + 30
        while any(map(_runs, started)) and time.monotonic() < until:
            time.sleep(0.05)  # nobody tells that a process which is no child of ours has gone: only a look does
        assert not any(map(_runs, started))
    finally:
        running.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
