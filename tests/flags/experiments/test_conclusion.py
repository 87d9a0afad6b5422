"""What experiments come to; and over many of them how often they say so, with fixed seeds and beside scipy."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy import stats

from studio.flags.experiments.conclusion import Conclusion, Outcome, conclude
from studio.flags.experiments.design import Design, Variant
from studio.flags.experiments.result import Counted, result
from studio.flags.ramps.plan import Guardrail
from studio.flags.statistics.samples import Proportion

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TWO = Design((Variant("old", 50), Variant("new", 50)), "orders", units=2000)
THREE = Design((Variant("old", 30), Variant("new", 30), Variant("newer", 30)), "orders", units=2000)


def read(design, *orders, n=2000, errors=0):
    arms = {
        one.name: Counted(n, {"orders": Proportion(n, count), "errors": Proportion(n, errors if place else 0)})
        for place, (one, count) in enumerate(zip(design.variants, orders, strict=True))
    }
    return conclude(result(design, arms, NOW))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (read(TWO, 200, 280), Conclusion(Outcome.SHIP, "new")),
        (read(TWO, 200, 120), Conclusion(Outcome.KEEP)),
        (read(TWO, 200, 205), Conclusion(Outcome.INCONCLUSIVE)),
        (read(TWO, 200, 280, n=1900), Conclusion(Outcome.INCONCLUSIVE)),
        (read(THREE, 200, 280, 320), Conclusion(Outcome.SHIP, "newer")),
        (read(THREE, 200, 120, 205), Conclusion(Outcome.INCONCLUSIVE)),
        (read(THREE, 200, 120, 110), Conclusion(Outcome.KEEP)),
        (read(replace(TWO, guardrails=(Guardrail("errors"),)), 200, 280, errors=200), Conclusion(Outcome.KEEP)),
    ],
)
def test_what_it_comes_to(found, said):
    assert found == said


def _many(generator, times, rates, keep=(1.0, 1.0)):
    """Outcomes of experiments of 4,000 people drawn to two arms, of which each arm reports a part."""
    said = []
    for _ in range(times):
        first = int(generator.binomial(4000, 0.5))
        sizes = [int(generator.binomial(n, part)) for n, part in zip((first, 4000 - first), keep, strict=True)]
        arms = {
            name: Counted(n, {"orders": Proportion(n, int(generator.binomial(n, rate)))})
            for name, n, rate in zip(("old", "new"), sizes, rates, strict=True)
        }
        design = replace(TWO, units=min(sizes))
        said.append((conclude(result(design, arms, NOW)).outcome, arms))
    return said


def test_without_an_effect_it_calls_one_as_often_as_it_may():
    """1,000 experiments, seed 41: alpha is 0.05, so 50 of them may be called; both figures beside scipy's."""
    found = _many(np.random.default_rng(41), 1000, (0.1, 0.1))
    called = sum(outcome in (Outcome.SHIP, Outcome.KEEP) for outcome, _arms in found)
    theirs = 0
    for _outcome, arms in found:
        table = [[arm.metrics["orders"].successes, arm.units - arm.metrics["orders"].successes]
                 for arm in arms.values()]  # fmt: skip
        theirs += stats.chi2_contingency(table, correction=False).pvalue < 0.05
    assert 0.035 <= called / 1000 <= 0.065
    assert abs(called - theirs) <= 10


def test_an_effect_is_found_as_often_as_its_power_says():
    """400 experiments, seed 42: 10 against 13 per cent with 2,000 an arm has a power of 0.84 by scipy's normal."""
    rates, n = (0.10, 0.13), 2000
    spread = np.sqrt(sum(rate * (1 - rate) / n for rate in rates))
    power = stats.norm.sf(stats.norm.isf(0.025) - (rates[1] - rates[0]) / spread)
    found = [outcome for outcome, _arms in _many(np.random.default_rng(42), 400, rates)]
    assert Outcome.KEEP not in found
    assert found.count(Outcome.SHIP) / 400 == pytest.approx(power, abs=0.05)


def test_people_who_are_lost_on_one_side_make_it_invalid():
    """200 experiments, seed 43: one in five of the treatment is not reported, whatever they would have done."""
    found = [outcome for outcome, _arms in _many(np.random.default_rng(43), 200, (0.1, 0.2), keep=(1.0, 0.8))]
    assert found.count(Outcome.INVALID) >= 198
    fair = [outcome for outcome, _arms in _many(np.random.default_rng(44), 1000, (0.1, 0.1))]
    assert fair.count(Outcome.INVALID) <= 6
