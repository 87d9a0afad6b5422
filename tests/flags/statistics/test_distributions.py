"""Quantiles and tails beside scipy's."""

from math import atan, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from studio.flags.statistics.distributions import (
    chi_square_survival,
    normal_quantile,
    student_t_quantile,
    student_t_survival,
)

inner = st.floats(1e-6, 1 - 1e-6).filter(lambda p: abs(p - 0.5) > 1e-6)


@settings(max_examples=50)
@given(inner)
def test_a_normal_quantile(p):
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9)


@settings(max_examples=50)
@given(inner, st.one_of(st.floats(1, 100), st.floats(1, 5000), st.floats(1000, 1e8), st.integers(1, 60)))
def test_a_quantile_of_student_s_t(p, df):
    assert student_t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)


@settings(max_examples=50)
# Nearer to 0 scipy itself answers 0.5.
@given(st.floats(-50, 50).filter(lambda t: abs(t) > 1e-5), st.floats(1, 1000))
def test_a_tail_of_student_s_t(t, df):
    assert student_t_survival(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-9, abs=1e-300)


@settings(max_examples=50)
@given(st.floats(0, 1000), st.integers(1, 30))
def test_a_tail_of_chi_square(x, df):
    assert chi_square_survival(x, df) == pytest.approx(stats.chi2.sf(x, df), rel=1e-9)


@pytest.mark.parametrize("t", [1e-9, 6e-9, 1e-7, -3e-5, 0.2, 40])
def test_a_tail_of_one_degree_is_cauchy_s(t):
    assert student_t_survival(t, 1) == pytest.approx(0.5 - atan(t) / pi, rel=1e-13)


def test_the_middle_of_student_s_t():
    assert student_t_quantile(0.5, 7) == 0


@pytest.mark.parametrize(("p", "df"), [(0, 5), (1, 5), (0.2, 0.5), (-0.1, 5)])
def test_no_quantile_there(p, df):
    with pytest.raises(ValueError, match="no quantile"):
        student_t_quantile(p, df)


@pytest.mark.parametrize(("x", "df"), [(-1, 2), (3, 0)])
def test_no_chi_square_there(x, df):
    with pytest.raises(ValueError, match="no chi-square"):
        chi_square_survival(x, df)
