"""What arms say: nothing before the horizon but a broken guardrail, and nothing of arms of the wrong size."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from studio.flags.experiments.design import Better, Design, Variant
from studio.flags.experiments.result import Counted, Verdict, result
from studio.flags.ramps.plan import Guardrail
from studio.flags.statistics.comparing import Withheld
from studio.flags.statistics.samples import Mean, Proportion
from studio.flags.statistics.srm import Ratio

NOW = datetime(2026, 5, 1, tzinfo=UTC)
DESIGN = Design((Variant("old", 50), Variant("new", 50)), "orders", units=2000, guardrails=(Guardrail("errors"),))


def counted(n, orders, errors=0):
    return Counted(n, {"orders": Proportion(n, orders), "errors": Proportion(n, errors)})


def read(new, old=None, design=DESIGN):
    return result(design, {"old": old or counted(2000, 200), "new": new}, NOW)


@pytest.mark.parametrize(
    ("new", "verdict"),
    [
        (counted(2000, 260), Verdict.WIN),
        (counted(2000, 150), Verdict.LOSS),
        (counted(2000, 210), Verdict.NO_DIFFERENCE),
        (counted(1990, 900), Verdict.TOO_EARLY),
        (counted(2000, 260, errors=200), Verdict.LOSS),
        (counted(1990, 260, errors=200), Verdict.LOSS),
        (counted(2400, 900), Verdict.MISMATCH),
        (counted(1500, 900, errors=900), Verdict.MISMATCH),
        (Counted(2000), Verdict.TOO_FEW_UNITS),
    ],
)
def test_what_is_called(new, verdict):
    assert read(new).arms[1].verdict is verdict


def test_where_less_is_better():
    assert read(counted(2000, 150), design=replace(DESIGN, better=Better.DOWN)).arms[1].verdict is Verdict.WIN


def test_what_an_arm_shows():
    found = read(counted(2000, 260))
    old, new = found.arms
    assert (old.name, old.units, old.expected, old.primary.mean, old.comparison) == ("old", 2000, 2000, 0.1, None)
    assert (new.comparison.absolute.estimate, new.comparison.relative.estimate) == pytest.approx((0.03, 0.3))
    assert (found.final, found.ratio.ratio, old.verdict) == (True, Ratio.EXPECTED, None)
    assert read(counted(1990, 260)).arms[1].comparison.absolute.low < new.comparison.absolute.low


def test_at_a_moment_without_units_nothing_is_called():
    dated = replace(DESIGN, units=None, until=NOW)
    found = result(dated, {}, NOW)
    assert (found.final, found.ratio.ratio, found.arms[1].verdict) == (True, Ratio.TOO_FEW, Verdict.TOO_FEW_UNITS)
    assert isinstance(found.arms[1].guardrails[0].comparison, Withheld)


samples = st.integers(100, 400).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(0, 400), min_size=n, max_size=n))
)


@settings(max_examples=30)
@given(samples, samples)
def test_means_are_read_as_welch_reads_them(new, old):
    def arm(values):
        return Counted(1000, {"orders": Mean(len(values), sum(values), sum(one * one for one in values))})

    absolute = read(arm(new[1]), arm(old[1]), replace(DESIGN, units=1000)).arms[1].comparison.absolute
    limits = stats.ttest_ind(new[1], old[1], equal_var=False).confidence_interval(0.95)
    assert (absolute.low, absolute.high) == pytest.approx((limits.low, limits.high), rel=1e-9, abs=1e-9)


def test_several_arms_together_keep_alpha():
    """600 experiments of a control and three arms without any difference, seed 23: at most 5 % call one."""
    generator = np.random.default_rng(23)
    design = Design(tuple(Variant(name, 25) for name in "abcd"), "orders", units=2000)
    called = 0
    for _ in range(600):
        arms = {name: counted(2000, int(generator.binomial(2000, 0.1))) for name in "abcd"}
        found = result(design, arms, NOW)
        called += any(arm.verdict in (Verdict.WIN, Verdict.LOSS) for arm in found.arms[1:])
    assert called / 600 <= 0.05 + 2 * (0.05 * 0.95 / 600) ** 0.5
