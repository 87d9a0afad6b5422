"""Memory and processor time of processes and all that they have started, read from /proc."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def resident_mib(pids: Iterable[int]) -> float:
    """Sum of resident memory: what forks share is counted once a process."""
    return _sum(pids, "Rss:")


def proportional_mib(pids: Iterable[int]) -> float:
    """Sum of proportional set sizes: a page that n processes share counts as one n-th in each, so once in all."""
    return _sum(pids, "Pss:")


def cpu_s(pids: Iterable[int]) -> float:
    """Processor seconds used so far, in user and kernel mode."""
    return sum(map(_ticks, families(pids))) / os.sysconf("SC_CLK_TCK")


def families(pids: Iterable[int]) -> Iterator[int]:
    """The processes and their descendants."""
    for pid in pids:
        yield pid
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                started = task.read_text()
            except OSError:
                continue  # the thread has ended meanwhile
            yield from families(map(int, started.split()))


def _sum(pids: Iterable[int], field: str) -> float:
    return sum(_kib(pid, field) for pid in families(pids)) / 1024


def _kib(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended, as a server's helpers do
        return 0
    return int(fields[11]) + int(fields[12])
