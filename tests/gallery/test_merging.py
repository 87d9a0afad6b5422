"""A template's update goes into a draft: what only one side changed is taken, what both changed stays and is named."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.gallery.merging import merged
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
