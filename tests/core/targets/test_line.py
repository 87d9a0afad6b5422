"""Who calls next: bounded, oldest first, and nobody is sent away for ever."""

from hypothesis import given
from hypothesis import strategies as st

from studio.core.targets import line
from studio.core.targets.line import GRACE_S, LONGEST_S, SHORTEST_S, Line


def nothing(_ceiling):
    return 0.0


def test_room_is_kept_for_one_who_is_due_back():
    found = Line()
    flight = found.enter("a", 0.0)
    assert not found.has_room("b", 1.0, 1)
    delay = found.send_away("b", 1.0, 1, nothing)
    found.leave(flight, 1.0 + delay)
    assert not found.has_room("c", 1.0 + delay, 1)
    assert found.has_room("b", 1.0 + delay, 1)


def test_a_place_is_not_kept_for_ever():
    found = Line()
    delay = found.send_away("b", 0.0, 1, nothing)
    assert not found.has_room("c", delay, 1)
    assert found.has_room("c", delay + GRACE_S + 0.1, 1)


def test_who_came_later_is_sent_away_for_longer():
    found = Line()
    found.leave(found.enter("a", 0.0), 2.0)
    delays = [found.send_away(who, 2.0 + who / 100, 2, nothing) for who in range(6)]
    assert delays == sorted(delays)
    assert delays[0] < delays[-1]


def test_places_are_bounded():
    found = Line()
    for who in range(line.MOST + 10):
        found.send_away(who, who / 1e6, 1, nothing)
    assert len(found._away) == line.MOST


@given(
    took=st.floats(0.01, 60.0), most=st.integers(1, 8), count=st.integers(1, 40), share=st.floats(0, 1),
)  # fmt: skip
def test_everybody_calls_in_the_order_in_which_they_came(took, most, count, share):
    """Simulated: all come at once, come again when told to, and call as soon as they may."""
    found, now, flying, began = Line(), 0.0, {}, []
    coming = [(who * 1e-6, who) for who in range(count)]
    while coming or flying:
        now = min([at for at, _ in coming] + list(flying.values()))
        for number in [number for number, end in flying.items() if end <= now]:
            found.leave(number, now)
            del flying[number]
        due = sorted((at, who) for at, who in coming if at <= now)
        coming = [(at, who) for at, who in coming if at > now]
        for _at, who in due:
            if found.has_room(who, now, most):
                flying[found.enter(who, now)] = now + took
                began.append(who)
                assert len(flying) <= most
            else:
                delay = found.send_away(who, now, most, lambda ceiling: ceiling * share)
                assert SHORTEST_S * 0.75 <= delay <= LONGEST_S
                coming.append((now + delay, who))
    assert sorted(began) == list(range(count))
    assert began[:most] == list(range(min(most, count)))
    turns = -(-count // most)
    assert now <= turns * (took + LONGEST_S) + 1


@given(most=st.integers(1, 8), away=st.integers(0, 40), later=st.floats(0, 20))
def test_room_is_never_kept_whole_for_those_who_do_not_come_back(most, away, later):
    """A queue so long that nobody comes back in time: whoever is there calls."""
    found = Line()
    found.leave(found.enter("first", 0.0), 0.0)
    for who in range(away):
        found.send_away(who, 0.0, most, lambda ceiling: ceiling)
    now, entered = GRACE_S + later, 0
    while found.has_room(f"new {entered}", now, most):
        found.enter(f"new {entered}", now)
        entered += 1
    assert max(1, most // 2) <= entered <= most
