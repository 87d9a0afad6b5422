"""The split is sticky and as large as it says; the rule is what its sentence says."""

from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.stages.policy import PARTS, Figures, Rule, chosen, fails_too_often, part_of

keys = st.one_of(st.uuids(), st.text(max_size=40))
shares = st.integers(1, 99)


@given(st.uuids(), keys, shares, shares)
def test_an_event_that_a_share_takes_is_taken_by_every_larger_one(workflow, key, one, other):
    part = part_of(workflow, key)
    assert part == part_of(workflow, key)
    assert 0 <= part < PARTS
    small, large = sorted((one, other))
    picked = [chosen("old", "new", share, part) for share in (0, small, large, 100)]
    assert picked[0] == "old"
    assert picked == sorted(picked, reverse=True)
    assert picked[3] == "new"
    assert chosen("old", None, large, part) == "old"


@given(st.integers(0, 2**64), shares)
def test_a_share_takes_about_so_many_of_the_events(workflow, share):
    taken = sum(part_of(UUID(int=workflow), str(number)) < share * PARTS // 100 for number in range(2_000))
    assert abs(taken / 20 - share) < 6


counts = st.integers(0, 200)
figures = st.builds(lambda done, failed, more: Figures(done + failed + more, done, failed), counts, counts, counts)


@given(figures, figures, st.builds(Rule, st.integers(1, 100), st.integers(1, 100)))
def test_it_goes_back_exactly_where_enough_have_ended_and_its_failures_are_so_many_points_above(new, old, rule):
    failing = [Fraction(100 * one.failed, one.ended) if one.ended else Fraction(0) for one in (new, old)]
    expected = new.ended >= rule.min_runs and failing[0] - failing[1] >= rule.points
    assert fails_too_often(new, old, rule) is expected


def test_runs_that_go_on_say_nothing():
    assert Figures(100, 0, 0).failing is None
    assert not fails_too_often(Figures(100, 0, 0), Figures(), Rule(1, 1))
