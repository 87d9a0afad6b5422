"""What of a run may still be performed."""

from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Budget, Edge, Node, build
from studio.runtime.ahead import ahead


def graph(edges, keys="tabcd"):
    nodes = [Node(key, "x", 1, key, {}) for key in keys]
    return build(nodes, [Edge(*edge) for edge in edges], tuple(keys), Budget())


FORK = graph([("t", "yes", "a"), ("t", "no", "b"), ("a", "next", "c"), ("b", "next", "c"), ("c", "next", "d")])


def test_a_run_that_has_begun_nothing_has_everything_before_it():
    assert ahead(FORK, "t", (), (), ()) == ("a", "b", "c", "d")


def test_what_is_under_way_and_everything_behind_it():
    assert ahead(FORK, "t", {"t", "a"}, {"a"}, {("t", "yes")}) == ("a", "c", "d")


def test_what_comes_next_has_no_step_yet():
    assert ahead(FORK, "t", {"t", "a"}, (), {("t", "yes"), ("a", "next")}) == ("c", "d")


def test_a_branch_that_was_not_taken_is_not_ahead():
    assert "b" not in ahead(FORK, "t", {"t"}, (), {("t", "yes")})


def test_nothing_is_ahead_of_a_run_that_is_through():
    assert ahead(FORK, "t", set("tacd"), (), {("t", "yes"), ("a", "next"), ("c", "next")}) == ()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.sets(st.integers(0, 7)))
def test_what_is_ahead_is_closed_and_holds_all_that_is_unfinished(pairs, unfinished):
    keys = "abcdefgh"
    edges = [(keys[min(pair)], "next", keys[max(pair)]) for pair in pairs if pair[0] != pair[1]]
    found = ahead(graph(edges, keys), "a", set(keys), {keys[one] for one in unfinished}, ())
    assert {keys[one] for one in unfinished} <= set(found)
    assert all(target in found for source, _, target in edges if source in found)
    assert list(found) == sorted(found)
