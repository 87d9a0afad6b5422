"""Graphs for tests: short forms, and Hypothesis strategies for random ones."""

from hypothesis import strategies as st

from studio.contract.graph import Budget, Edge, Graph, Join, Node, build


def graph(nodes: str, edges: list[tuple[str, str, str]], parents=None, joins=None) -> Graph:
    """One-letter nodes, edges as (from, port, to)."""
    made = [
        Node(key, "test", 1, key, {}, parent=(parents or {}).get(key), join=(joins or {}).get(key)) for key in nodes
    ]
    return build(made, [Edge(*edge) for edge in edges], tuple(nodes), Budget())


@st.composite
def random_graphs(draw, most: int = 9) -> Graph:
    """A connected-enough DAG: node 0 is the trigger; some nodes are joins; two ports each."""
    count = draw(st.integers(2, most))
    keys = [chr(ord("a") + index) for index in range(count)]
    edges = set()
    for target in range(1, count):
        sources = draw(st.sets(st.integers(0, target - 1), min_size=0, max_size=3))
        for source in sources:
            edges.add((keys[source], draw(st.sampled_from(["x", "y"])), keys[target]))
    joins = {
        key: Join(draw(st.sampled_from(["all", "any", "count"])), draw(st.integers(1, 3)))
        for key in keys[1:]
        if draw(st.booleans())
    }
    return graph("".join(keys), sorted(edges), joins=joins)
