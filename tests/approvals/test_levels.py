"""Whom a level asks: whoever may and is not asked yet, in turn fairly, and nobody loses a share to nobody."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.escalation import How, Mode
from studio.approvals.levels import Held, choose

PEOPLE = [UUID(int=n) for n in range(6)]
people = st.lists(st.sampled_from(PEOPLE), max_size=8)
held = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=6).flatmap(
    lambda some: st.tuples(
        *(st.builds(Held, st.just(UUID(int=100 + one.int)), st.just(one), st.booleans()) for one in some)
    )
)
modes, hows = st.sampled_from(Mode), st.sampled_from(How)


@given(
    people, modes, hows, held, st.sets(st.sampled_from(PEOPLE)), st.dictionaries(st.sampled_from(PEOPLE), st.integers())
)
def test_only_targets_who_may_are_asked_once_each_and_none_who_keeps_a_share(targets, mode, how, shares, able, taken):
    chosen = choose(targets, mode, how, shares, able.__contains__, taken)
    assert set(chosen.asked) <= set(targets) & able
    assert len(set(chosen.asked)) == len(chosen.asked)
    left = {one.user_id for one in shares if one.id not in chosen.away}
    assert not set(chosen.asked) & left, "one open share a person"
    assert chosen.anybody == bool(set(targets) & able)
    if mode is Mode.TURN:
        assert len(chosen.asked) + len(chosen.reminded) <= 1


@given(people, modes, hows, held, st.sets(st.sampled_from(PEOPLE)))
def test_nobody_loses_a_share_unless_somebody_is_asked_instead(targets, mode, how, shares, able):
    chosen = choose(targets, mode, how, shares, able.__contains__)
    if how is How.ADD or not chosen.anybody:
        assert chosen.away == ()
    else:
        assert set(chosen.away) == {one.id for one in shares} - set(chosen.reminded)


@given(st.permutations(PEOPLE[:4]), st.integers(1, 5))
def test_turns_are_even(order, rounds):
    taken: dict[UUID, int] = {}
    for number in range(rounds * 4):
        [one] = choose(order, Mode.TURN, How.ADD, (), lambda _one: True, taken).asked
        taken[one] = number
    counts = [taken[one] for one in order]
    assert sorted(counts) == list(range(rounds * 4 - 4, rounds * 4))
