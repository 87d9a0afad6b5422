"""The month's arithmetic: what comes in adds up, more machines never make it worse, and too little is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import sizing
from benchmarks.sizing import W1, W2, Wanted, arrivals, enough, simulate, spread

BILLION = Wanted()


@given(st.floats(1e3, 1e10), st.floats(1, 10))
def test_all_runs_of_a_month_arrive(runs, sale):
    rates = list(arrivals(Wanted(runs_a_month=runs, sale=sale)))
    assert len(rates) == sizing.DAYS * sizing.MINUTES
    assert sum(rates) * 60 == pytest.approx(runs)
    assert min(rates) > 0


@given(st.integers(1, 2_000), st.integers(1, 40))
def test_every_workspace_is_on_one_shard(workspaces, shards):
    loads, largest = spread(workspaces, shards)
    assert sum(loads) == pytest.approx(1)
    assert loads == sorted(loads, reverse=True)
    assert loads[0] >= largest >= 1 / workspaces * 0.999


@pytest.mark.parametrize("measured", [W1, W2], ids=["W1", "W2"])
def test_a_billion_runs_a_month_need_that_many_shards_and_no_fewer(measured):
    month = enough(BILLION, measured)
    fewer = simulate(BILLION, measured, month.shards - 1)
    assert (month.longest_wait_s <= 60, month.fullest_tb <= 2) == (True, True)
    assert fewer.longest_wait_s > 60 or fewer.fullest_tb > 2
    assert month.mean_per_s == pytest.approx(385.8, abs=0.1)
    assert 2 * month.mean_per_s < month.peak_per_s < 6 * month.mean_per_s
    assert month.terabytes == pytest.approx(3 * measured.kb_a_run)


def test_runs_wait_where_machines_are_too_few_and_shards_cannot_split_a_workspace():
    waits = [simulate(Wanted(runs_a_month=4e9), W2, shards).longest_wait_s for shards in (1, 4, 16)]
    assert waits == sorted(waits, reverse=True)
    assert waits[0] > 3_600 > waits[-1]
    with pytest.raises(ValueError, match="largest workspace"):
        enough(Wanted(runs_a_month=1e11, workspaces=10), W2, most=4)


def test_it_is_a_command(capsys):
    sizing.main(["--json", "--runs", "1e8"])
    month = json.loads(capsys.readouterr().out)
    assert month["shards"] == 1
    sizing.main(["--runs", "1e8"])
    assert "Shards of two cores: 1;" in capsys.readouterr().out
