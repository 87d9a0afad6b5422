"""`studio bench` measures what it says, loses nothing, and prints what a program can read."""

import json
import subprocess
import sys

import pytest

from benchmarks.main import MISSING
from benchmarks.report import UNITS
from tests.project.source import PROJECT
from tests.servers.missing import missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

LOAD = {"accepted_per_s", "completed_per_s", "p50_ms", "p99_ms", "rss_mib", "lost"}


def bench(*arguments):
    """Standard output alone: whatever else is said goes elsewhere."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", "bench", *arguments, "--seconds", "1", "--json"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == MISSING:
        missing(done.stderr)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("name", "workload", "metrics"),
    [("webhook", "W1", LOAD), ("engine", "W3", LOAD), ("engine", "idle", {"p50_ms", "p99_ms", "rss_mib", "lost"})],
)
def test_each_figure_is_one_object_a_line(name, workload, metrics, store):
    figures = bench(name, "--store", store, "--workload", workload)
    assert {figure["metric"] for figure in figures} == metrics
    for figure in figures:
        assert set(figure) == {"bench", "workload", "store", "metric", "value", "unit"}
        assert (figure["bench"], figure["workload"], figure["store"]) == (name, workload, store)
        assert figure["unit"] == UNITS[figure["metric"]]
        assert figure["value"] == 0 if figure["metric"] == "lost" else figure["value"] > 0
