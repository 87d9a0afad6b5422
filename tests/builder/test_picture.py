"""The picture of a graph: whole, escaped, and of every document that can be saved."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.builder.picture import picture
from studio.builder.picture.layout import boxes
from studio.builder.steps import steps
from studio.runtime import document as documents
from tests.factories.workflows import refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _words(app):
    with app.test_request_context():
        yield


def unplaced(nodes, edges):
    return documents.load(refunds(nodes=nodes, edges=edges))


def node(key, kind="action.note", **more):
    return {"key": key, "type": kind, "name": key.title(), **more}


def edge(source, target, port="next"):
    return {"from": source, "port": port, "to": target}


def test_names_are_escaped_and_states_have_shapes():
    document = refunds()
    document["nodes"][0]["name"] = "<script>alert(1)</script>"
    drawn = picture(documents.load(document), {"order": "succeeded", "large": "failed"})
    assert "<script>" not in drawn
    assert re.findall(r'class="card-of (\w+)"', drawn) == ["good", "bad", "passed"]
    assert drawn.count('class="mark"') == 2
    assert " style=" not in drawn


def test_an_empty_canvas_has_no_picture():
    assert picture(unplaced([], [])) == ""


def test_steps_without_places_stand_below_what_leads_to_them():
    document = unplaced(
        [
            node("start", "trigger.webhook"),
            node("each", "flow.for_each", config={"items": "trigger"}),
            node("inside", parent="each"),
            node("deeper", parent="each"),
            node("after"),
        ],
        [
            edge("start", "each"),
            edge("each", "inside", "each"),
            edge("inside", "deeper"),
            edge("each", "after", "done"),
        ],
    )
    placed = boxes(document)
    assert placed["start"].bottom < placed["each"].y
    assert placed["each"].y < placed["inside"].y < placed["deeper"].bottom < placed["each"].bottom
    assert placed["each"].bottom < placed["after"].y


def test_words_say_which_way_leads_where():
    lines = {line.key: line for line in steps(documents.load(refunds()))}
    assert lines["call"].ways == (("Total above €400?", "yes"),)
    assert lines["large"].ways == ()


keys = st.sampled_from("abcdef")
kinds = st.sampled_from(["action.note", "flow.for_each", "condition.if", "trigger.webhook", "gone.away"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    types=st.lists(kinds, min_size=6, max_size=6),
    parents=st.lists(st.none() | keys, min_size=6, max_size=6),
    links=st.lists(st.tuples(keys, st.sampled_from(["next", "each", "true", "error", "x"]), keys), max_size=10),
)
def test_every_document_can_be_drawn(types, parents, links):
    nodes = [node(key, kind, parent=parent) for key, kind, parent in zip("abcdef", types, parents, strict=True)]
    document = unplaced(nodes, [edge(source, target, port) for source, port, target in links])
    assert picture(document, {"a": "succeeded"}).count('class="card-of') == 6
    assert len(steps(document)) == 6
