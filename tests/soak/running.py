"""One soak run: begin, break for a time, heal, drain, judge."""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.stack import PROJECT
from studio.audit.verifying import verify
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from tests.soak import clocks, facts, mixture
from tests.soak.approvers import Approvers
from tests.soak.breaking import Breaker
from tests.soak.invariants import Broken, Witnessed, judge
from tests.soak.load import Load
from tests.soak.report import Report, resumes_s
from tests.soak.seeding import Seeded, seed
from tests.soak.studio import Studio, studio

STILL_S = 60.0
"""So long no step is committed and no job done once all is healed, and what is left is stuck."""
TOLD_EVERY_S = 10.0
LOG_SHOWN = 3_000


@dataclass(frozen=True)
class Wanted:
    """What to run."""

    seed: int
    seconds: float
    store: str = "postgresql"
    """Or `sqlite`, embedded."""
    lease_s: float = 10.0
    rate: float = 8.0
    """Deliveries a second."""
    gap_s: float = 3.0
    """Seconds between two faults, on the average."""

    @property
    def artifacts(self) -> Path:
        """Where the logs are kept."""
        return PROJECT / "artifacts" / f"soak-{self.store}-{self.seed}"


def soak(wanted: Wanted) -> Report:
    """Run it. Raises ServerMissing where a server is not installed."""
    cards = mixture.deck(wanted.store, wanted.lease_s, wanted.seconds, moving_clocks=clocks.available())
    plan = mixture.plan(wanted.seed, wanted.seconds, cards, wanted.gap_s)
    with studio(wanted.store, wanted.seed, wanted.lease_s) as running:
        try:
            return _soak(wanted, plan, running)
        finally:
            _keep_logs(running, wanted.artifacts)


def _soak(wanted: Wanted, plan: list[mixture.Incident], running: Studio) -> Report:
    seeded = seed(running)
    running.begin()
    load = Load(running.address, seeded, wanted.seed, wanted.rate)
    people, breaker = Approvers(running.address, seeded), Breaker(running)
    broken = []
    with people.at_work():
        with load.open():
            breaker.carry_out(plan, wanted.seconds, _teller(lambda: f"{len(load.taken)} taken, {breaker.killed} kills"))
            breaker.heal()
            running.serves()
        broken += [Broken("I2", order, "was never taken") for order in sorted(load.left)]
        began = time.monotonic()
        drained = _drain(running)
        print(f"drained after {time.monotonic() - began:.1f} s", file=sys.stderr)
    if not drained:
        broken.append(Broken("I2", "everything", f"does not go on: {facts.left(running)}"))
    broken += [Broken("stop", name, "did not end when it was told to") for name in breaker.stubborn]
    broken += [Broken("answer", "shop", odd) for odd in load.odd]
    broken += [Broken("answer", "approver", odd) for odd in people.odd]
    broken += _audit(running, seeded)
    found, target = facts.read(running), running.target
    seen = Witnessed(load.taken, target.asked, target.effects, target.silent, people.told)
    verdict = judge(found, seen, seeded.flows)
    verdict.broken += broken
    more = {
        "seed": wanted.seed, "seconds": wanted.seconds, "store": wanted.store, "lease_s": wanted.lease_s,
        "faults": dict(breaker.done), "answers": dict(load.answers), "approvals": dict(people.answers),
        "target": dict(target.moods), "decided": sum(len(made) for made in found.decisions.values()),
    }  # fmt: skip
    logs = "\n".join(
        f"--- {name}\n{path.read_text(errors='replace')[-LOG_SHOWN:]}" for name, path in running.made.logs.items()
    )
    by_kind = {
        kind: resumes_s([kill for kill in breaker.kills if kill.kind == kind], found.commits)
        for kind in sorted({kill.kind for kill in breaker.kills})
    }
    for kill in breaker.kills:
        went_on = resumes_s([kill], found.commits)
        if went_on:
            print(f"{kill.at:%H:%M:%S} {kill.kind}: {len(kill.runs)} runs went on after {went_on} s", file=sys.stderr)
    resumes = resumes_s(breaker.kills, found.commits)
    return Report(verdict, len(load.taken), breaker.killed, resumes, by_kind, more, logs)


def _drain(running: Studio) -> bool:
    """Wait until nothing is under way, for as long as there is progress. Whether that came."""
    until, before = time.monotonic() + STILL_S, None
    while (now := facts.left(running))[:2] != (0, 0):
        if now != before:
            until, before = time.monotonic() + STILL_S, now
        elif time.monotonic() > until:
            return False
        running.tend()
        facts.hurry(running, timedelta(seconds=5))
        time.sleep(0.2)  # between two looks at a fact
    return True


def _audit(running: Studio, seeded: Seeded) -> list[Broken]:
    """I6."""
    settings = running.made.settings
    engines = open_engine(settings.database_url), open_engine(settings.engine_url)
    try:
        with Database(*engines).unit(seeded.workspace_id, read_only=True) as unit:
            bad = verify(unit).bad
    finally:
        for engine in engines:
            engine.dispose()
    return [Broken("I6", "audit", str(bad))] if bad is not None else []


def _teller(words: Callable[[], str]) -> Callable[[float], None]:
    told = [0.0]

    def alive(gone_s: float) -> None:
        if gone_s - told[0] >= TOLD_EVERY_S:
            told[0] = gone_s
            print(f"{gone_s:8.0f} s: {words()}", file=sys.stderr)

    return alive


def _keep_logs(running: Studio, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in running.made.logs.values():
        shutil.copy(path, folder)
    for server in (running.made.postgres, running.made.redis):
        if server is not None:
            shutil.copy(server.log, folder / f"{type(server).__name__}.log")
