"""A template's update goes into a draft: what only one side changed is taken, what both changed stays and is named."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.gallery.merging import merged
from studio.gallery.words import disputed
from studio.runtime import document as documents
from tests.factories.workflows import refunds

KEYS = ("order", "large", "call", "extra", "more")


@st.composite
def drawn(draw):
    """A document of some of five steps, each set up in one of a few ways."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    nodes = [
        {
            "key": key, "type": "action.note", "name": draw(st.sampled_from([key, "Other"])),
            "config": {"text": draw(st.sampled_from("abc"))}, "position": {"x": draw(st.integers(0, 3)), "y": 0},
        }
        for key in keys
    ]  # fmt: skip
    pairs = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), unique=True, max_size=4))
    edges = [{"from": one, "port": "next", "to": other} for one, other in pairs]
    return documents.load(refunds(nodes=nodes, edges=edges, description=draw(st.sampled_from("xyz"))))


def sorted_logic(document):
    found = documents.logic(document)
    found["edges"] = sorted(found["edges"], key=str)
    return found, document.description


@given(drawn(), drawn())
@settings(max_examples=60, deadline=None)
def test_what_one_side_alone_changed_is_what_comes_out(base, changed):
    for mine, theirs in ((base, changed), (changed, base), (changed, changed)):
        result = merged(base, mine, theirs)
        assert sorted_logic(result.document) == sorted_logic(changed)
        assert result.kept == ()


@given(drawn(), drawn(), drawn())
@settings(max_examples=60, deadline=None)
def test_steps_of_ones_own_and_edges_between_steps_that_are_there_stay(base, mine, theirs):
    result = merged(base, mine, theirs).document
    there = {node.key for node in result.nodes}
    assert {node.key for node in mine.nodes} - {node.key for node in base.nodes} <= there
    assert all({edge.source, edge.target} <= there for edge in result.edges)


@given(drawn(), drawn(), drawn())
@settings(max_examples=100, deadline=None)
def test_a_port_leads_more_ways_than_on_either_side_only_where_both_added_some(base, mine, theirs):
    result = merged(base, mine, theirs)
    told = {(one.step, one.port) for one in result.ways}
    was, own, new, now = (ways(one) for one in (base, mine, theirs, result.document))
    for port, targets in now.items():
        here, there = own.get(port, set()), new.get(port, set())
        assert port not in told or targets <= here
        if not (targets <= here or targets <= there):
            before = was.get(port, set())
            assert before
            assert not (before - here) & (before - there)


def ways(document):
    found = {}
    for edge in document.edges:
        found.setdefault((edge.source, edge.port), set()).add(edge.target)
    return found


def with_step_between(key):
    """The refunds, and a step between the trigger and what follows it."""
    raw = refunds()
    first = raw["edges"][0]
    between = {"key": key, "type": "action.note", "name": key.title(), "config": {}, "position": {"x": 0, "y": 80}}
    return documents.load(raw | {
        "nodes": [*raw["nodes"], between],
        "edges": [first | {"to": key}, {"from": key, "port": "next", "to": first["to"]}, *raw["edges"][1:]],
    })  # fmt: skip


def test_both_put_a_step_on_the_same_line_so_the_drafts_way_stays_and_the_other_is_told():
    base = documents.load(refunds())
    result = merged(base, with_step_between("mine"), with_step_between("theirs"))
    trigger = base.nodes[0].key
    assert ways(result.document)[trigger, "next"] == {"mine"}
    assert "theirs" in {node.key for node in result.document.nodes}
    [told] = result.ways
    assert (told.step, told.port, told.mine, told.theirs) == (trigger, "next", ("Mine",), ("Theirs",))
    said = "leads to “Mine” in your draft; in the template now to “Theirs”"
    assert disputed(told, result.document) == f"“{base.nodes[0].name}” {said}"


def test_both_changed_the_same_field_so_the_drafts_own_stays_and_is_named():
    base = documents.load(refunds())
    mine, theirs = refunds(), refunds()
    mine["nodes"][1]["config"]["condition"] = "trigger.order.total > 90.0"
    theirs["nodes"][1]["config"]["condition"] = "trigger.order.total > 500.0"
    theirs["nodes"][2]["config"]["url"] = "https://erp.example.com/v2/refunds"
    result = merged(base, documents.load(mine), documents.load(theirs))
    assert result.document.nodes[1].config["condition"] == "trigger.order.total > 90.0"
    assert result.document.nodes[2].config["url"].endswith("/v2/refunds")
    assert result.kept == ("Total above €400?",)
