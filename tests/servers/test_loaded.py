"""What is forked from a Studio that has been loaded is as what was started by itself."""

import os
import signal
import subprocess
import urllib.request
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from benchmarks import memory
from benchmarks.servers.process import ServerFailed
from benchmarks.stack import PROJECT, stack
from studio.core.engines import open_engine
from studio.runtime.models import WorkerProcess
from tests.faults.drill import eventually
from tests.servers.loaded import Starting, fits, loaded


@pytest.fixture(scope="module")
def forking():
    with loaded() as opened:
        yield opened


def environ_of(folder, **more):
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "STUDIO_DATA": str(folder / "data"), **more}


def test_it_says_what_it_was_asked_and_ends_as_it_would(forking, tmp_path):
    log = tmp_path / "log"
    told = forking.start(["--help"], environ_of(tmp_path), log)
    assert told.wait(60) == 0
    assert "workflows that ask people before they act" in log.read_text()
    refused = forking.start(["no-such-command"], environ_of(tmp_path), log)
    assert refused.wait(60) == 2
    assert (refused.poll(), refused.returncode) == (2, 2)
    assert "No such command" in log.read_text()
    refused.terminate()  # nothing is left to tell


def test_it_serves_as_a_session_of_its_own_and_is_killed_like_one(forking):
    with stack("sqlite") as made:
        made.processes["studio"] = served = forking.start(["run"], made.environ, made.settings.data_dir / "log")
        made.logs["studio"] = made.settings.data_dir / "log"
        made.wait_ready()
        assert os.getpgid(served.pid) == os.getsid(served.pid) == served.pid
        assert len(list(memory.families([served.pid]))) > 1  # the server's own processes
        with pytest.raises(subprocess.TimeoutExpired):
            served.wait(0.01)
        made.kill()
        assert served.returncode == -signal.SIGKILL


def test_told_to_stop_it_drains_and_ends_well_and_the_next_is_ready(forking):
    for _ in range(2):
        with stack("sqlite") as made:
            made.processes["studio"] = served = forking.start(["run"], made.environ, made.settings.data_dir / "log")
            made.wait_ready()
            address = f"http://{made.settings.host}:{made.settings.port}/readyz"
            assert urllib.request.urlopen(address, timeout=10).status == 200
            served.terminate()
            assert served.wait(60) == 0


def test_its_clock_is_that_of_its_own_environment(forking):
    with stack("sqlite", STUDIO_CLOCK_OFFSET="86400") as made:
        made.processes["studio"] = forking.start(["run"], made.environ, made.settings.data_dir / "log")
        made.wait_ready()
        engine = open_engine(made.settings.engine_url)

        def looked():
            with engine.connect() as connection:  # each look sees what has been committed since the last
                return connection.scalar(select(WorkerProcess.seen_at))

        seen = eventually(looked)
        engine.dispose()
        assert timedelta(hours=23) < seen - datetime.now(UTC) < timedelta(hours=25)


def test_it_ends_with_whoever_asked(tmp_path):
    with ExitStack() as opened:
        starting = Starting(opened)
        with stack("sqlite") as made:
            served = starting(["run"], made.environ, PROJECT, made.settings.data_dir / "log")
            made.processes["studio"] = served
            made.wait_ready()
            opened.close()
            with pytest.raises(ServerFailed):
                served.wait(60)
            made.processes.clear()


def test_who_is_told_more_than_studio_reads_starts_afresh(tmp_path):
    same = dict(os.environ)
    assert fits(same | {"STUDIO_PORT": "1", "FAULT": "x", "PYTEST_CURRENT_TEST": "another"}, PROJECT)
    assert not fits(same | {"LD_PRELOAD": "/lib/libfaketime.so"}, PROJECT)
    assert not fits(same, tmp_path)
