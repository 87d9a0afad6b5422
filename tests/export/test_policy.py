"""Batches, bisection and pauses, by their rules alone."""

from hypothesis import given
from hypothesis import strategies as st

from studio.export import policy
from studio.export.outcomes import Fate
from studio.export.policy import Span

SIZES = st.lists(st.integers(1, 500), max_size=60)


@given(SIZES, st.integers(1, 20), st.integers(1, 1_000))
def test_batches_cover_every_event_once_in_order_within_the_limits(sizes, most_items, most_bytes):
    spans = policy.cut(sizes, most_items=most_items, most_bytes=most_bytes)
    assert [place for span in spans for place in range(span.first, span.end)] == list(range(len(sizes)))
    for span in spans:
        assert 1 <= span.length <= most_items
        assert span.length == 1 or sum(sizes[span.first : span.end]) <= most_bytes


@given(SIZES, st.integers(1, 20), st.integers(1, 1_000))
def test_no_batch_could_have_taken_the_next_event_too(sizes, most_items, most_bytes):
    spans = policy.cut(sizes, most_items=most_items, most_bytes=most_bytes)
    for span in spans[:-1]:
        assert span.length == most_items or sum(sizes[span.first : span.end + 1]) > most_bytes


@given(st.integers(1, 60), st.sets(st.integers(0, 59)), st.integers(1, 20), st.lists(st.booleans(), max_size=30))
def test_poison_alone_is_put_aside_and_all_else_arrives_once_in_order(count, poison, together, outages):
    """Whatever fails in between: what has moved on is never sent again, and the place never moves back."""
    spans = policy.cut([1] * count, most_items=together, most_bytes=10_000)
    taken, dead, sends, down = [], [], 0, iter(outages)
    while spans:
        sends += 1
        tried = range(spans[0].first, spans[0].end)
        if next(down, False):
            move = policy.after(spans, Fate.RETRY)
            assert move.stop
            assert move.left == spans
        elif poison & set(tried):
            move = policy.after(spans, Fate.REFUSED)
        else:
            move = policy.after(spans, Fate.SENT)
        taken += range(move.done.first, move.done.end) if move.done else []
        dead += [] if move.dead is None else [move.dead]
        assert sorted([*taken, *dead]) == list(range(len(taken) + len(dead)))  # no gap behind the cursor
        spans = move.left
    assert taken == [place for place in range(count) if place not in poison]
    assert dead == sorted(poison & set(range(count)))
    found = len(dead)
    assert sends <= len(outages) + count // together + 1 + 2 * found * (together.bit_length() + 1)


@given(st.sampled_from([Fate.RETRY, Fate.HOLD]))
def test_an_outage_moves_nothing(fate):
    spans = (Span(0, 4), Span(4, 6))
    move = policy.after(spans, fate)
    assert (move.left, move.done, move.dead, move.stop) == (spans, None, None, True)


@given(st.integers(1, 10_000), st.floats(0, 1e6), st.floats(0, 1))
def test_a_pause_is_at_least_what_is_asked_for_and_bounded(attempts, asked, part):
    pause = policy.pause_s(attempts, asked, first_s=5, most_s=300, part=part)
    assert min(asked, policy.LONGEST_ASKED_S) <= pause <= min(asked, policy.LONGEST_ASKED_S) + 300


def test_pauses_grow_to_their_ceiling():
    ceilings = [policy.ceiling_s(attempts, first_s=5, most_s=300) for attempts in range(1, 9)]
    assert ceilings == [5, 10, 20, 40, 80, 160, 300, 300]
