"""Start a server as a child process, wait until it answers, stop it."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

HOST = "127.0.0.1"


class Running(Protocol):
    """A process that was started, as `subprocess.Popen` is one."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """Its end, None before."""

    def wait(self, timeout: float | None = None) -> int:
        """Its end, waited for."""

    def send_signal(self, sig: int) -> None:
        """Nothing where it has ended."""

    def terminate(self) -> None:
        """SIGTERM."""

    def kill(self) -> None:
        """SIGKILL."""


class ServerMissing(Exception):
    """The server's program is not installed here."""


class ServerFailed(Exception):
    """The server did not come up; the message carries its log."""


def program(name: str, *folders: Path) -> Path:
    """Find an installed program on PATH, then in the given folders."""
    candidates = [shutil.which(name), *(folder / name for folder in folders)]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return Path(candidate)
    message = f"{name} is not installed (make test-system installs it)"
    raise ServerMissing(message)


PORTS = range(10_240, 32_768)


def free_port() -> int:
    """One below those that the system gives to connections: such a one may be taken before a server binds it."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            port = secrets.choice(PORTS)
            probe.bind((HOST, port))
            return port


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def memory() -> str:
    """Where files may lie that need not outlive the machine: in memory if there is room, 4 GiB, else on disk."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= 4 << 30
    return str(shared) if roomy else "/tmp"


@contextmanager
def scratch(prefix: str, user: str | None = None, place: str = "/tmp") -> Iterator[Path]:
    """Make a short-named temporary folder in `place`, owned by `user` if given."""
    folder = Path(tempfile.mkdtemp(prefix=f"studio-{prefix}-", dir=place))
    try:
        if user:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(
    command: list[str | Path],
    log: Path,
    *,
    cwd: Path,
    user: str | None = None,
    last_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a server that the kernel ends with `last_signal` when the starting thread dies."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            [*tied_to_parent(last_signal, user), *map(str, command)],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(cwd)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C in the terminal is for the tests; they then stop their servers in order.
            start_new_session=True,
        )
    wait_tied(running)
    return running


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    log: Path,
    timeout: float = 30,
) -> None:
    deadline = time.monotonic() + timeout
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.02)
    why = "still not ready" if process.poll() is None else f"exit status {process.returncode}"
    message = f"{process.args}: {why}\n{log.read_text(errors='replace')[-4000:]}"
    raise ServerFailed(message)


def stop(process: Running, *signals: signal.Signals) -> None:
    """Send one signal after the other, the last always SIGKILL, until the process is gone."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
        return


def service_user(name: str) -> str | None:
    """Whom a server that refuses root must run as; None where we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(name)
    except KeyError:
        message = f"the system user {name!r} is missing, and this server refuses to run as root"
        raise ServerMissing(message) from None
    return name


def tied_to_parent(last_signal: signal.Signals, user: str | None = None) -> list[str]:
    """What goes before a command so that the kernel sends it this signal when the thread that starts it dies.

    Empty where the system has no `setpriv` and nobody else is to run it.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ["runuser", "-u", user, "--"] if user else []
    become = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return [setpriv, *become, f"--pdeathsig={last_signal.name.removeprefix('SIG')}", "--"]


def wait_tied(running: subprocess.Popen[bytes]) -> None:
    """Wait until a command has taken the place of what ties it: before, nobody would tell it that we have ended."""
    while running.poll() is None and _ties(running.pid):
        time.sleep(0.001)  # between two looks at a fact: what runs there?


def _ties(pid: int) -> bool:
    try:
        program = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]
    except OSError:
        return False  # it has ended
    return program.endswith(b"/setpriv")
