"""The processes of a measured Studio, and what is sent to them."""

import json
import subprocess
import sys
import urllib.request

from benchmarks import workloads
from benchmarks.stack import PROJECT, Stack

CONNECTIONS = 32
ANSWER_S = 30


def start(running: Stack, store: str) -> None:
    """The processes of a production set-up on two cores, or the one embedded process."""
    if store == "sqlite":
        running.start("studio", "run")
    else:
        running.start("web", "web", "--workers", "1")
        running.start("worker", "worker")
    running.wait_ready()


def post(running: Stack, path: str, seconds: float, connections: int = CONNECTIONS) -> dict[str, float]:
    """Load from a process of its own."""
    settings = running.settings
    command = [settings.host, str(settings.port), path, str(connections), str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *command],
        cwd=PROJECT, input=workloads.BODY, stdout=subprocess.PIPE, check=True, timeout=seconds + 60,
        start_new_session=True,  # a Ctrl-C is for the measurement, which then ends this too
    )  # fmt: skip
    result: dict[str, float] = json.loads(done.stdout)
    return result


def deliver(running: Stack, path: str) -> None:
    """One webhook."""
    ask(running, path, workloads.BODY, {"Content-Type": "application/json"})


def ask(running: Stack, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """One request, and its answer's body. Raises OSError where it is not answered, or with a status of 400 or more."""
    address = f"http://{running.settings.host}:{running.settings.port}{path}"
    request = urllib.request.Request(address, body, headers or {})
    with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
        found: bytes = answer.read()
        return found
