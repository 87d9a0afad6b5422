"""decide() on its own: what starts, what is dead, that nothing hangs and that a replay agrees."""

from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Join
from studio.runtime import decide
from studio.runtime.decide import Fact
from tests.engine.graphs import graph, random_graphs


def test_a_branch_not_taken_is_dead_and_the_merge_behind_it_runs_once():
    diamond = graph(
        "tabcd", [("t", "next", "a"), ("a", "yes", "b"), ("a", "no", "c"), ("b", "next", "d"), ("c", "next", "d")]
    )
    progress, _ = decide.begin(diamond, "t")
    decide.settle(progress, ("t", ""), "next")
    assert decide.settle(progress, ("a", ""), "yes").ready == [("b", "")]
    assert progress.settled["c", ""] is None
    assert decide.settle(progress, ("b", ""), "next").ready == [("d", "")]


def test_a_merge_waits_for_every_branch_that_was_taken():
    fork = graph("tabd", [("t", "next", "a"), ("t", "next", "b"), ("a", "next", "d"), ("b", "next", "d")])
    progress, _ = decide.begin(fork, "t")
    assert decide.settle(progress, ("t", ""), "next").ready == [("a", ""), ("b", "")]
    assert decide.settle(progress, ("a", ""), "next").ready == []
    assert decide.settle(progress, ("b", ""), "next").ready == [("d", "")]


def test_a_join_of_any_fires_at_the_first_arrival_and_once():
    fork = graph(
        "tabd",
        [("t", "next", "a"), ("t", "next", "b"), ("a", "next", "d"), ("b", "next", "d")],
        joins={"d": Join("any")},
    )
    progress, _ = decide.begin(fork, "t")
    decide.settle(progress, ("t", ""), "next")
    assert decide.settle(progress, ("a", ""), "next").ready == [("d", "")]
    assert decide.settle(progress, ("b", ""), "next").ready == []


def test_a_count_that_can_no_longer_be_reached_starts_the_join_as_missed():
    fork = graph(
        "tabcd",
        [("t", "next", "a"), ("t", "next", "b"), ("a", "ok", "d"), ("b", "ok", "d"), ("d", "next", "c")],
        joins={"d": Join("count", 2)},
    )
    progress, _ = decide.begin(fork, "t")
    decide.settle(progress, ("t", ""), "next")
    decide.settle(progress, ("a", ""), "ok")
    assert decide.settle(progress, ("b", ""), "failed").ready == [("d", "")]
    assert ("d", "") in progress.missed


def loop_graph():
    return graph(
        "tlxyz",
        [("t", "next", "l"), ("l", "each", "x"), ("x", "next", "y"), ("l", "done", "z")],
        parents={"x": "l", "y": "l"},
    )


def test_a_loop_runs_its_body_for_each_item_within_its_concurrency():
    progress, _ = decide.begin(loop_graph(), "t")
    decide.settle(progress, ("t", ""), "next")
    assert decide.expand(progress, ("l", ""), 3, 2).ready == [("x", "0"), ("x", "1")]
    decide.settle(progress, ("x", "1"), "next")
    assert decide.settle(progress, ("y", "1"), "next").ready == [("x", "2")]
    for place in (("x", "0"), ("y", "0"), ("x", "2")):
        assert decide.settle(progress, place, "next").loops_done == []
    assert decide.settle(progress, ("y", "2"), "next").loops_done == [("l", "")]
    assert decide.settle(progress, ("l", ""), "done").ready == [("z", "")]


def test_a_loop_over_nothing_is_done_at_once():
    progress, _ = decide.begin(loop_graph(), "t")
    decide.settle(progress, ("t", ""), "next")
    assert decide.expand(progress, ("l", ""), 0, 1).loops_done == [("l", "")]


def test_an_abandoned_iteration_does_not_hold_up_the_next():
    progress, _ = decide.begin(loop_graph(), "t")
    decide.settle(progress, ("t", ""), "next")
    decide.expand(progress, ("l", ""), 2, 1)
    following, unsettled = decide.abandon(progress, ("l", ""), 0)
    assert following.ready == [("x", "1")]
    assert unsettled == [("x", "0")]


@given(random_graphs(), st.data())
def test_every_place_settles_and_each_starts_at_most_once(random_graph, data):
    progress, following = decide.begin(random_graph, "a")
    ready, started = list(following.ready), []
    while ready:
        place = ready.pop(data.draw(st.integers(0, len(ready) - 1)))
        started.append(place)
        ready += decide.settle(progress, place, data.draw(st.sampled_from(["x", "y", "z"]))).ready
    assert len(started) == len(set(started))
    assert {key for key, _ in progress.settled} == set(random_graph.nodes)
    for key, taken in ((key, progress.settled[key, ""]) for key in random_graph.nodes):
        lively = [source for source, port in random_graph.into[key] if progress.settled[source, ""] == port]
        assert (taken is not None) == (key == "a" or bool(lively))


@given(random_graphs(), st.data())
def test_a_replay_of_any_prefix_finds_the_same_work_left(random_graph, data):
    progress, following = decide.begin(random_graph, "a")
    ready, facts = list(following.ready), {}
    for _ in range(data.draw(st.integers(0, 12))):
        if not ready:
            break
        place = ready.pop(data.draw(st.integers(0, len(ready) - 1)))
        facts[place] = Fact(data.draw(st.sampled_from(["x", "y"])))
        ready += decide.settle(progress, place, facts[place].port).ready
    again, left, _ = decide.replay(random_graph, "a", facts)
    assert sorted(left) == sorted(ready)
    assert again.settled == progress.settled


@given(st.integers(0, 6), st.integers(1, 4), st.data())
def test_a_replayed_loop_finds_the_same_work_left(total, concurrency, data):
    progress, _ = decide.begin(loop_graph(), "t")
    facts = {("t", ""): Fact("next"), ("l", ""): Fact(total=total, concurrency=concurrency)}
    decide.settle(progress, ("t", ""), "next")
    following = decide.expand(progress, ("l", ""), total, concurrency)
    ready, done = list(following.ready), list(following.loops_done)
    for _ in range(data.draw(st.integers(0, 14))):
        if not ready:
            break
        place = ready.pop(data.draw(st.integers(0, len(ready) - 1)))
        facts[place] = Fact("next")
        following = decide.settle(progress, place, "next")
        ready += following.ready
        done += following.loops_done
    _, left, finished = decide.replay(loop_graph(), "t", facts)
    assert finished == done
    assert sorted(set(left) - set(finished)) == sorted(ready)
