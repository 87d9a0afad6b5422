"""`studio bench NAME [--store sqlite|postgresql] [--workload W] [--json]`."""

import argparse

from benchmarks import engine, webhook
from benchmarks.report import show
from benchmarks.servers.process import ServerMissing

BENCHES = {"webhook": webhook, "engine": engine}
MISSING = 3
"""Exit status where a server is not installed."""


def main(arguments: list[str]) -> None:
    """Measure one bench: every workload of it, or the one that is named."""
    parser = argparse.ArgumentParser(prog="studio bench", description=__doc__)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--workload", help="one workload alone")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the load lasts (10)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    bench = BENCHES[options.name]
    if options.workload is not None and options.workload not in bench.WORKLOADS:
        parser.error(f"{options.name} has the workloads {', '.join(bench.WORKLOADS)}")
    try:
        for workload in [options.workload] if options.workload else bench.WORKLOADS:
            for figure in bench.measure(workload, options.store, options.seconds):
                show(figure, as_json=options.json)
    except ServerMissing as missing:
        parser.exit(MISSING, f"{missing}\n")
