"""What happens where a server is not installed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from benchmarks.servers import process
from tests.servers.missing import start_or_skip


@contextmanager
def absent_server() -> Iterator[None]:
    process.program("no-such-server")
    yield


def test_a_missing_server_skips_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with ExitStack() as stack, pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        start_or_skip(absent_server(), stack)


def test_a_missing_server_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with ExitStack() as stack, pytest.raises(pytest.fail.Exception, match="CI must not skip"):
        start_or_skip(absent_server(), stack)


def test_a_server_that_does_not_come_up_shows_its_log(tmp_path) -> None:
    log = tmp_path / "log"
    started = process.start(["sh", "-c", "echo port in use; exit 3"], log, cwd=tmp_path)
    with pytest.raises(process.ServerFailed, match=r"(?s)exit status 3.*port in use"):
        process.wait_until(lambda: False, started, log)


def test_a_server_that_is_stopped_is_gone(tmp_path) -> None:
    started = process.start(["sleep", "60"], tmp_path / "log", cwd=tmp_path)
    process.stop(started)
    assert started.returncode is not None
