"""One measured figure a line: for people, or as JSON."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

UNITS = {
    "accepted_per_s": "1/s",
    "completed_per_s": "1/s",
    "p50_ms": "ms",
    "p99_ms": "ms",
    "records_per_s": "1/s",
    "records_per_cpu_s": "1/s",
    "memory_mib": "MiB",
    "rss_mib": "MiB",
    "lost": "runs",
    "idle_cpu_pct": "%",
    "parked_mib": "MiB",
    "p99_deleting_ms": "ms",
    "deleted_per_s": "1/s",
    "left_due": "runs",
    "ratio_deleting": "",
    "ratio_cpu_deleting": "",
    "footprint_runs": "",
    "kb_a_run": "kB",
    "wal_kb_a_run": "kB",
    "inbox_p95_ms": "ms",
    "wake_p99_ms": "ms",
    "check_ms": "ms",
    "check_first_ms": "ms",
    "proof_500_ms": "ms",
    "lateness_p99_s": "s",
    "quiet_start_p95_s": "s",
    "escalation_s": "s",
    "last_words_s": "s",
    "decisions_per_s": "1/s",
    "verify_per_s": "1/s",
    "events_per_s": "1/s",
    "verify_database_per_s": "1/s",
    **{f"load_{by}{how}_ms": "ms" for by in ("person", "group", "workflow") for how in ("", "_raw")},
    "fold_s": "s",
    "list_p95_ms": "ms",
    "run_page_p95_ms": "ms",
    "search_p95_ms": "ms",
    "seed_s": "s",
    "pack_10k_s": "s",
    "events_10k_s": "s",
    "events_10k_cpu_s": "s",
    "pack_verify_s": "s",
    "pack_mb": "MB",
    "fps": "1/s",
    "near_fps": "1/s",
    "tti_ms": "ms",
    "editor_kb": "KB",
    "page_kb": "KB",
    **{
        f"{of}{what}_per_s": "1/s"
        for of in ("", "unleash_")
        for what in ("client_features", "not_modified", "frontend")
    },
    **{f"ratio_{what}": "" for what in ("client_features", "not_modified", "frontend")},
    "ratio": "",
}
_SIZE = re.compile(r"_\d+$")


@dataclass(frozen=True)
class Figure:
    """One figure, and what it was measured with. `machine`: processors and memory."""

    bench: str
    workload: str
    store: str
    metric: str
    value: float
    unit: str
    seconds: float
    rounds: int
    machine: str


def unit(metric: str) -> str:
    """The unit of a metric; `completed_per_s_10000` is one of `completed_per_s`, with 10,000 runs in history."""
    return UNITS[_SIZE.sub("", metric)]


def machine() -> str:
    """Processors that may be used, and memory."""
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE) or ["processor"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{len(os.sched_getaffinity(0))} cores of {models[0]}, {memory / 2**30:.0f} GiB"


def show(figure: Figure, earlier: Mapping[str, Any] | None = None, *, as_json: bool) -> None:
    """Print one line; beside it what an earlier measurement said, as `compare.beside` gives it."""
    if as_json:
        print(json.dumps(asdict(figure) | (earlier or {})), flush=True)
        return
    line = (
        f"{figure.bench:8} {figure.workload:6} {figure.store:11} {figure.metric:24} "
        f"{figure.value:>12,.{_digits(figure.value)}f} {figure.unit}"
    )
    print(line + _told(earlier), flush=True)


def _digits(value: float) -> int:
    return 1 if abs(value) >= 10 or value == 0 else 3


def _told(earlier: Mapping[str, Any] | None) -> str:
    if earlier is None:
        return ""
    ratio = "" if earlier["ratio"] is None else f"{earlier['ratio']:.2f} times "
    return f"  {ratio}(was {earlier['old']:,.{_digits(earlier['old'])}f})"
