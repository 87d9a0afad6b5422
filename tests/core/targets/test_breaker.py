"""The circuit breaker's rules, whatever is called and whatever comes back."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from studio.core.targets.breaker import FIRST_S, LONGEST_S, THRESHOLD, Circuit, Report, Sign

WELL, DOWN, NONE = Report(Sign.WELL), Report(Sign.DOWN), Report(Sign.NONE)


def middle(ceiling):
    return ceiling / 2


def failed(circuit, times, now=0.0):
    for _ in range(times):
        circuit = circuit.begun().heard(DOWN, circuit.generation, now, middle)
    return circuit


def test_it_opens_after_so_many_failures_in_a_row_and_no_sooner():
    almost = failed(Circuit(), THRESHOLD - 1)
    assert almost.lets_through(0.0)
    assert failed(almost.heard(WELL, 0, 0.0, middle), THRESHOLD - 1).lets_through(0.0)
    assert failed(almost, 1).left_s(0.0) == FIRST_S


def test_one_probe_goes_out_and_closes_it():
    circuit = failed(Circuit(), THRESHOLD)
    assert circuit.lets_through(FIRST_S)
    probing = circuit.begun()
    assert not probing.lets_through(FIRST_S)
    closed = probing.heard(WELL, probing.generation, FIRST_S, middle)
    assert closed.until is None
    assert closed.failures == 0


def test_a_probe_that_fails_opens_it_for_twice_as_long_up_to_a_bound():
    circuit, spans = failed(Circuit(), THRESHOLD), []
    for _ in range(9):
        now = circuit.until
        circuit = failed(circuit, 1, now)
        spans.append(circuit.left_s(now))
    assert spans == [10.0, 20.0, 40.0, 80.0, 160.0, *[LONGEST_S] * 4]


def test_a_probe_that_never_reached_the_target_says_nothing():
    circuit = failed(Circuit(), THRESHOLD).begun()
    again = circuit.heard(NONE, circuit.generation, FIRST_S, middle)
    assert again.lets_through(FIRST_S)
    assert again.until is not None


@pytest.mark.parametrize(("asked", "given"), [(2.0, 2.0), (86_400.0, LONGEST_S)])
def test_a_target_gets_the_pause_that_it_asks_for_within_bounds(asked, given):
    circuit = Circuit().heard(Report(Sign.BUSY, asked), 0, 100.0, middle)
    assert (circuit.left_s(100.0), circuit.asked) == (given, True)
    assert Circuit().heard(Report(Sign.BUSY), 0, 100.0, middle).lets_through(100.0)


class Breaker(RuleBasedStateMachine):
    """Many calls at once, which end in any order."""

    def __init__(self):
        super().__init__()
        self.circuit, self.now, self.flying, self.failures = Circuit(), 0.0, [], 0

    @precondition(lambda self: self.circuit.lets_through(self.now))
    @rule()
    def call(self):
        self.circuit = self.circuit.begun()
        self.flying.append(self.circuit.generation)

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), sign=st.sampled_from(Sign), share=st.floats(0, 1))
    def end(self, data, sign, share):
        generation = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        before = self.circuit
        report = Report(sign, 30.0)
        self.circuit = before.heard(report, generation, self.now, lambda ceiling: ceiling * share)
        if generation != before.generation:
            assert self.circuit == before
        elif sign is Sign.WELL:
            self.failures = 0
            assert self.circuit.until is None
        elif sign is Sign.DOWN:
            self.failures += 1
            assert (self.circuit.until is None) == (before.until is None and self.failures < THRESHOLD)
        elif sign is Sign.BUSY:
            assert self.circuit.left_s(self.now) == pytest.approx(30.0)
        if self.circuit.generation != before.generation:
            self.failures = 0

    @rule(seconds=st.floats(0, 1000))
    def time_passes(self, seconds):
        self.now += seconds

    @invariant()
    def it_is_never_shut_for_longer_than_the_bound(self):
        assert self.circuit.left_s(self.now) <= LONGEST_S + 1e-6  # sums of fractions

    @invariant()
    def at_most_one_probe_is_under_way(self):
        if self.circuit.until is not None:
            assert self.flying.count(self.circuit.generation) <= 1

    @invariant()
    def it_is_not_stuck(self):
        """Once its time is over, a call goes out, or the one that will say so is under way."""
        later = self.now + LONGEST_S
        assert self.circuit.lets_through(later) or self.circuit.generation in self.flying


TestBreaker = Breaker.TestCase
