"""A process's wall clock jumps while it runs, and what it measures does not."""

import os
import subprocess
import sys
import time

import pytest

from tests.servers.missing import missing
from tests.soak.clocks import available, clocks

ASKED = """
import sys, time
for line in sys.stdin:
    before = time.monotonic()
    time.sleep(0.05)
    print(time.time(), time.monotonic() - before, flush=True)
"""


@pytest.fixture
def clock(tmp_path):
    if not available():
        missing("cc is not installed")
    return clocks(tmp_path, ["one"])["one"]


def test_the_wall_clock_jumps_and_sleeping_goes_on(clock):
    command, environ = [sys.executable, "-c", ASKED], os.environ | clock.environ
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environ, **pipes) as process:
        for seconds in (0, 3_600, -86_400, 0):
            clock.move(seconds)
            process.stdin.write("\n")
            process.stdin.flush()
            wall, took = map(float, process.stdout.readline().split())
            assert abs(wall - time.time() - seconds) < 30
            assert 0.05 <= took < 30
