"""A shop without a shop: so many units a minute, put into arms by their bucket, whose errors are drawn."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.ramps.plan import Plan
from studio.flags.ramps.policy import Kind, decide, follow
from studio.flags.ramps.states import Position, State, Verb, apply, share
from studio.flags.statistics.samples import Mean, Proportion

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """What happens in each minute. Rates are those of one unit, 0 to 1; sums are of 100 ± 30 a unit."""

    units: int = 2000
    errors: float = 0.02
    """Of control, and of the treatment until `worse_from`."""
    worse: float = 0.02
    worse_from: int = 0
    """The step from which the treatment fails so often."""
    lost: float = 0.0
    """The part of the treatment's exposures that never arrive."""
    silent_after: timedelta | None = None
    counts: np.ndarray = field(default_factory=lambda: np.zeros(4, dtype=int))
    sums: np.ndarray = field(default_factory=lambda: np.zeros(4))
    last: datetime | None = None

    def pass_minute(self, generator, plan, position, now):
        if not plan.monitored(position.step) or self.silent(now):
            return
        part = share(plan, position) / 100
        ours, theirs, _ = generator.multinomial(self.units, [part, part, 1 - 2 * part])
        ours = generator.binomial(ours, 1 - self.lost)
        rate = self.worse if position.step >= self.worse_from else self.errors
        self.counts += [ours, theirs, generator.binomial(ours, rate), generator.binomial(theirs, self.errors)]
        for index, units in enumerate((ours, theirs)):
            values = generator.normal(100, 30, units)
            self.sums[2 * index : 2 * index + 2] += [values.sum(), (values**2).sum()]
        if ours + theirs:
            self.last = now

    def silent(self, now):
        return self.silent_after is not None and now - START >= self.silent_after

    def evidence(self, approval=Approval.NOT_ASKED):
        ours, theirs, bad, worse = (int(one) for one in self.counts)
        metrics = {
            "errors": (Proportion(ours, bad), Proportion(theirs, worse)),
            "basket": (Mean(ours, *self.sums[:2]), Mean(theirs, *self.sums[2:])),
        }
        return Evidence(ours, theirs, metrics, self.last, approval)


@dataclass(frozen=True)
class Outcome:
    position: Position
    move: object
    units: int
    """An arm's, at the end."""
    took: timedelta


def run(plan: Plan, world: World, seed: int, *, most: timedelta = timedelta(days=3)) -> Outcome:
    """Minute by minute, as long as it goes on by itself."""
    generator = np.random.default_rng(seed)
    position = apply(Verb.START, Position(State.READY), plan, START)
    now = START
    move = None
    while now - START < most and position.state is State.RUNNING:
        now += MINUTE
        world.pass_minute(generator, plan, position, now)
        move = decide(plan, position, world.evidence(), now)
        position = follow(move, plan, position, now)
        if move.kind is Kind.ASK_APPROVAL:
            break
    return Outcome(position, move, int(world.counts[:2].min()), now - START)


def outcomes(plan: Plan, world: World, seeds: range) -> list[Outcome]:
    return [run(plan, replace(world, counts=np.zeros(4, dtype=int), sums=np.zeros(4)), seed) for seed in seeds]
