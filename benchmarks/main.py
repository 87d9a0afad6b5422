"""`studio bench NAME [--store sqlite|postgresql] [--workload W] [--json] [--compare FILE]`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import (
    approvals,
    backtesting,
    canvas,
    compare,
    connections,
    engine,
    evidence,
    exporting,
    flags,
    guard,
    run_pages,
    verifying,
    webhook,
)
from benchmarks.plan import Plan
from benchmarks.report import Figure, machine, show, unit
from benchmarks.servers.process import ServerMissing

BENCHES = {
    "webhook": webhook,
    "engine": engine,
    "approvals": approvals,
    "guard": guard,
    "evidence": evidence,
    "verify": verifying,
    "export": exporting,
    "connections": connections,
    "flags": flags,
    "history": run_pages,
    "backtest": backtesting,
    "canvas": canvas,
}
MISSING = 3
"""Exit status where a server is not installed."""
INTERRUPTED = 130


def main(arguments: list[str]) -> None:
    """Measure one bench: what it measures unless told otherwise, or the one workload that is named."""
    parser = _parser()
    options = parser.parse_args(arguments)
    bench = BENCHES[options.name]
    if options.workload is not None and options.workload not in bench.WORKLOADS:
        parser.error(f"{options.name} has the workloads {', '.join(bench.WORKLOADS)}")
    if options.workload in bench.POSTGRESQL_ONLY and options.store != "postgresql":
        parser.error(f"{options.workload} is measured with --store postgresql")
    try:
        old = compare.read(options.compare) if options.compare else None
    except compare.BadFile as bad:
        parser.error(str(bad))
    plan = Plan(options.seconds, options.warmup_seconds, options.rounds, options.sizes, options.count)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        _measure(options, plan, [options.workload] if options.workload else bench.USUAL, old)
    except ServerMissing as missing:
        parser.exit(MISSING, f"{missing}\n")
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, "Interrupted: everything that was started has been stopped.\n")


def _measure(
    options: argparse.Namespace, plan: Plan, names: Sequence[str], old: dict[compare.Key, dict[str, Any]] | None
) -> None:
    bench, told, here = BENCHES[options.name], set[str](), machine()
    for name in names:
        for metric, value in bench.WORKLOADS[name](options.store, plan).items():
            figure = Figure(
                options.name, name, options.store, metric, value, unit(metric), plan.seconds, plan.rounds, here
            )
            for difference in compare.differences(old.values(), figure) if old else ():
                if difference not in told:
                    print(f"{options.compare}: {difference}", file=sys.stderr, flush=True)
                told.add(difference)
            show(figure, compare.beside(old, figure) if old else None, as_json=options.json)


def _interrupt(_number: int, _frame: object) -> None:
    """Stop in order; a second Ctrl-C must not stop the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="studio bench", description=__doc__)
    add = parser.add_argument
    add("name", choices=BENCHES)
    add("--store", choices=["sqlite", "postgresql"], default="postgresql")
    add("--workload", help="one workload alone")
    add("--seconds", type=_positive, default=plan.seconds, help=f"how long the load of a round lasts ({plan.seconds})")
    add("--warmup-seconds", type=_positive, default=plan.warm_up_s, help=f"load before the rounds ({plan.warm_up_s})")
    add("--rounds", type=_number, default=plan.rounds, help=f"rounds, of which the median counts ({plan.rounds})")
    add("--sizes", type=_numbers, default=plan.sizes, help="runs in history for growth, such as 10000,1000000")
    counted = "rows that parked and approvals (100000), timers (10000), noisy (50000), verify and export (20000) make"
    counted += ", runs of history (5000000, SQLite 1000000), or records that connections (1000000) reads"
    add("--count", type=_number, help=counted)
    add("--json", action="store_true", help="one JSON object a line")
    add("--compare", type=Path, metavar="FILE", help="show each figure's ratio to an earlier --json output")
    return parser


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        message = f"{text} is not at least 1"
        raise argparse.ArgumentTypeError(message)
    return number


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(_number(part) for part in text.split(",")))


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        message = f"{text} is not greater than 0"
        raise argparse.ArgumentTypeError(message)
    return number
