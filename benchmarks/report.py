"""One measured figure a line: for people, or as JSON."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One figure."""

    bench: str
    workload: str
    store: str
    metric: str
    value: float
    unit: str


UNITS = {
    "accepted_per_s": "1/s",
    "completed_per_s": "1/s",
    "p50_ms": "ms",
    "p99_ms": "ms",
    "rss_mib": "MiB",
    "lost": "runs",
}


def show(figure: Figure, *, as_json: bool) -> None:
    """Print one line."""
    if as_json:
        print(json.dumps(asdict(figure)), flush=True)
    else:
        print(
            f"{figure.bench:8} {figure.workload:5} {figure.store:11} {figure.metric:16} "
            f"{figure.value:>12,.1f} {figure.unit}",
            flush=True,
        )
