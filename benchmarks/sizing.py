"""A month of an installation, minute by minute, worked out from what was measured: `python -m benchmarks.sizing`.

A fluid model, no measurement: runs arrive by the hour of the day and the day of the week, with days of a sale in it and
Poisson's noise; what the shards do not get done waits. It says how many machines are needed, how long runs wait, and
what the disks hold. It knows nothing of slow targets, of locks between many machines, or of a network.
"""

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

DAYS, MINUTES = 30, 1_440
DAILY = tuple(1 + 0.75 * math.sin((hour - 9) / 24 * 2 * math.pi) for hour in range(24))
"""Share of each hour: a shop's evening is seven times its night."""
WEEKLY = (0.95, 0.92, 0.95, 1.0, 1.08, 1.12, 0.98)
SALE_DAYS = (12, 13)


@dataclass(frozen=True)
class Measured:
    """Figures of docs/performance.md and docs/operations.md, of one machine with two cores that did everything."""

    runs_per_s: float
    """Completed, with PostgreSQL, Redis, web, worker and the load's own generator on it."""
    grown: float
    """What is left of it with five million runs in history."""
    kb_a_run: float
    """On disk, indexes and all."""
    wal_kb_a_run: float


W1 = Measured(3_855, 0.905, 2.7, 5.1)
"""webhook → condition → two fields."""
W2 = Measured(2_095, 0.905, 5.1, 8.6)
"""webhook and nine steps."""


@dataclass(frozen=True)
class Wanted:
    """What is to be carried."""

    runs_a_month: float = 1e9
    sale: float = 2.5
    """So many times a usual day on the days of a sale."""
    busy: float = 0.5
    """Share of what was measured that is planned with: the rest is for pages, retries and what was not measured."""
    workspaces: int = 10_000
    kept_days: int = 90
    shard_tb: float = 2.0
    """What one shard is to hold at most: an operator's choice, by how long a backup and its restore may take."""
    patience_s: float = 60.0
    """Longest that a run may wait for a worker."""


@dataclass(frozen=True)
class Month:
    """What came out."""

    shards: int
    mean_per_s: float
    peak_per_s: float
    """Of the busiest minute."""
    longest_wait_s: float
    busiest: float
    """Of what its shard does, in its busiest minute; over 1: runs wait."""
    hottest_share: float
    """Load of the fullest shard over the mean: workspaces are not of one size."""
    largest_workspace_per_s: float
    """Of the busiest minute: one workspace is never spread over shards."""
    terabytes: float
    """On all shards, of what is kept."""
    fullest_tb: float
    """On the fullest."""
    partition_gb: float
    """A month of a usual shard."""
    wal_mb_s: float
    """Of the busiest minute, over all shards: what a replica has to follow."""


def simulate(wanted: Wanted, measured: Measured, shards: int, seed: int = 1) -> Month:
    """One month on so many shards, each one machine as it was measured; the fullest one decides how long runs wait."""
    random = Random(seed)
    shares, largest = spread(wanted.workspaces, shards)
    capacity = measured.runs_per_s * measured.grown * wanted.busy
    backlog = longest = peak = busiest = 0.0
    for rate in arrivals(wanted):
        come = max(0.0, random.gauss(rate * 60, math.sqrt(rate * 60)))
        peak = max(peak, come / 60)
        mine = come * shares[0]
        busiest = max(busiest, mine / 60 / capacity)
        backlog = max(0.0, backlog + mine - capacity * 60)
        longest = max(longest, backlog / capacity)
    kept = wanted.runs_a_month * wanted.kept_days / DAYS * measured.kb_a_run
    return Month(
        shards=shards,
        mean_per_s=wanted.runs_a_month / (DAYS * 86_400),
        peak_per_s=peak,
        longest_wait_s=longest,
        busiest=busiest,
        hottest_share=shares[0] * shards,
        largest_workspace_per_s=peak * largest,
        terabytes=kept / 1e9,
        fullest_tb=kept / 1e9 * shares[0],
        partition_gb=wanted.runs_a_month / shards * measured.kb_a_run / 1e6,
        wal_mb_s=peak * measured.wal_kb_a_run / 1e3,
    )


def arrivals(wanted: Wanted) -> Iterator[float]:
    """Runs a second, for each minute of the month; they add up to the month's."""
    days = [WEEKLY[day % 7] * (wanted.sale if day in SALE_DAYS else 1.0) for day in range(DAYS)]
    scale = wanted.runs_a_month / (sum(days) * sum(DAILY) * 3_600)
    for day in days:
        for minute in range(MINUTES):
            yield scale * day * DAILY[minute // 60]


def spread(workspaces: int, shards: int) -> tuple[Sequence[float], float]:
    """Each shard's share of all runs, the fullest first, and the largest workspace's: sizes fall as Zipf has it.

    Each workspace goes, largest first, where least is so far, as an operator places them.
    """
    sizes = [1 / rank for rank in range(1, workspaces + 1)]
    total = sum(sizes)
    loads = [0.0] * shards
    for size in sizes:
        loads[loads.index(min(loads))] += size / total
    return sorted(loads, reverse=True), sizes[0] / total


def enough(wanted: Wanted, measured: Measured, most: int = 64) -> Month:
    """The fewest shards that carry it. Raises ValueError where no number of them is enough."""
    for shards in range(1, most + 1):
        month = simulate(wanted, measured, shards)
        if month.longest_wait_s <= wanted.patience_s and month.fullest_tb <= wanted.shard_tb:
            return month
    message = f"no number of shards up to {most} is enough: the largest workspace alone is more than one carries"
    raise ValueError(message)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the month."""
    parser = argparse.ArgumentParser(description="How many machines a month's runs need.")
    parser.add_argument("--runs", type=float, default=1e9, help="runs a month")
    parser.add_argument("--workload", choices=("W1", "W2"), default="W1", help="of which they are")
    parser.add_argument("--workspaces", type=int, default=10_000)
    parser.add_argument("--sale", type=float, default=2.5, help="times a usual day")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args(arguments)
    wanted = replace(Wanted(), runs_a_month=said.runs, workspaces=said.workspaces, sale=said.sale)
    month = enough(wanted, {"W1": W1, "W2": W2}[said.workload])
    if said.json:
        print(json.dumps(vars(month), indent=2))
        return
    for line in told(month):
        print(line)


def told(month: Month) -> Iterator[str]:
    """The month in words."""
    yield f"{month.mean_per_s:,.0f} runs a second, {month.peak_per_s:,.0f} in the busiest minute."
    yield f"Shards of two cores: {month.shards}; the fullest is busy by {month.busiest:.0%} of what is planned with."
    yield f"Runs wait for a worker for {month.longest_wait_s:.0f} s at most."
    yield f"The largest workspace has {month.largest_workspace_per_s:,.0f} runs a second of its own."
    yield f"Kept: {month.terabytes:,.1f} TB, {month.fullest_tb:.1f} on the fullest shard."
    yield f"A month of one shard: {month.partition_gb:,.0f} GB."
    yield f"Log of writes: {month.wal_mb_s:,.1f} MB a second at the peak."


if __name__ == "__main__":
    main()
