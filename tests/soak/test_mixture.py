"""The plan of faults: repeatable, one fault at a time on a part, everything mended before the end."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.soak.mixture import QUIET_S, Kind, deck, plan

seeds = st.integers(0, 10**6)
stores = st.sampled_from(["postgresql", "sqlite"])
durations = st.floats(10, 3_600)


@given(seeds, stores, durations)
def test_a_seed_gives_the_same_plan(seed, store, seconds):
    cards = deck(store, 10.0, seconds)
    assert plan(seed, seconds, cards) == plan(seed, seconds, cards)


@given(seeds, stores, durations)
def test_faults_come_in_order_and_are_mended_in_time(seed, store, seconds):
    found = plan(seed, seconds, deck(store, 3.0, seconds))
    assert [one.at_s for one in found] == sorted(one.at_s for one in found)
    assert all(one.at_s >= QUIET_S and one.until_s <= seconds - QUIET_S for one in found)


@given(seeds, stores, durations)
def test_no_part_has_two_faults_at_once(seed, store, seconds):
    by_part = defaultdict(list)
    for one in plan(seed, seconds, deck(store, 3.0, seconds)):
        by_part[one.part].append(one)
    for faults in by_part.values():
        assert all(one.until_s < other.at_s for one, other in pairwise(faults))


@given(seeds, stores)
def test_every_kind_happens_in_ten_minutes(seed, store):
    cards = deck(store, 10.0, 600.0)
    assert {one.kind for one in plan(seed, 600.0, cards)} == {card.kind for card in cards}


@given(seeds)
def test_only_clocks_jump(seed):
    found = plan(seed, 600.0, deck("postgresql", 10.0, 600.0))
    assert all(bool(one.jump_s) == (one.kind is Kind.CLOCK) for one in found)


def test_other_seeds_give_other_plans():
    cards = deck("postgresql", 10.0, 60.0)
    assert len({str(plan(seed, 60.0, cards)) for seed in range(20)}) == 20


def test_without_a_compiler_no_clock_jumps():
    assert Kind.CLOCK not in {card.kind for card in deck("postgresql", 10.0, 60.0, moving_clocks=False)}
