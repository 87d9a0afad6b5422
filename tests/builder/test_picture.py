"""The picture of a graph: whole, escaped, and of every document that can be saved."""

import re

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.builder.picture import picture
from studio.builder.picture.layout import placed
from studio.builder.picture.lettering import wrapped
from studio.builder.steps import steps
from studio.gallery import words
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


def test_ports_and_kinds_of_steps_are_said_in_the_readers_language():
    document = documents.load(refunds(nodes=[node("if", "condition.if"), node("note"), node("end")], edges=[
        edge("if", "note", "true"), edge("if", "end", "false"),
    ]))  # fmt: skip
    with force_locale("de"):
        drawn = picture(document)
        assert all(f">{word}<" in drawn for word in ("ja", "nein"))
        assert [one.ways for one in steps(document)][1:] == [(("If", "ja"),), (("If", "nein"),)]
        assert words.steps(document)[0].ways == ("Ja: Note", "Nein: End")


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
    stands = placed(document).steps
    assert stands["start"].bottom < stands["each"].y
    assert stands["each"].y < stands["inside"].y < stands["deeper"].bottom < stands["each"].bottom
    assert stands["each"].bottom < stands["after"].y


def with_layout(**layout):
    return documents.load(refunds(layout=layout))


def test_notes_and_groups_stand_around_the_steps_and_are_said():
    note = {"id": "n", "text": "Ask <Anna> first, she knows the shop", "x": 320, "y": -90, "width": 160, "tone": "blue"}
    document = with_layout(notes=[note], groups=[{"id": "g", "name": "Pay back", "steps": ["large", "call"]}])
    found = placed(document)
    frame, steps = found.frames["g"], found.steps
    assert frame.x < steps["large"].x
    assert steps["order"].bottom < frame.y < steps["large"].y - 30
    assert steps["call"].bottom < frame.bottom
    drawn = picture(document)
    assert 'class="note-of" data-tone="blue"' in drawn
    assert "Ask &lt;Anna&gt; first,</tspan>" in drawn
    assert '<text class="name" x="14" y="25">Pay back</text>' in drawn
    label = re.search(r'aria-label="([^"]+)"', drawn)[1]
    assert label == (
        "The graph: 3 steps. Group “Pay back”: Total above €400?, Tell the ERP. "
        "Note: Ask &lt;Anna&gt; first, she knows the shop"
    )
    left, top, width, height = map(int, re.search(r'viewBox="([^"]+)"', drawn)[1].split())
    assert top < note["y"]
    assert left + width > note["x"] + note["width"]
    assert top + height > frame.bottom


def test_a_loop_reaches_around_a_group_within_it_and_a_group_around_a_loop():
    at = iter(range(0, 900, 140))
    nodes = [
        {**node(key, kind, **more), "position": {"x": 0, "y": next(at)}}
        for key, kind, more in (
            ("start", "trigger.webhook", {}),
            ("each", "flow.for_each", {"config": {"items": "trigger"}}),
            ("inside", "action.note", {"parent": "each"}),
        )
    ]
    groups = [{"id": "in", "name": "In", "steps": ["inside"]}, {"id": "out", "name": "Out", "steps": ["each"]}]
    found = placed(documents.load(refunds(nodes=nodes, edges=[edge("start", "each")], layout={"groups": groups})))
    inner, loop, outer = found.frames["in"], found.steps["each"], found.frames["out"]
    assert outer.x < loop.x < inner.x < found.steps["inside"].x
    assert found.steps["inside"].bottom < inner.bottom < loop.bottom < outer.bottom


def test_what_stands_beside_steps_without_places_is_not_drawn():
    document = documents.load(
        refunds(nodes=[node("a"), node("b")], edges=[], layout={"notes": [{"id": "n", "text": "Here"}]})
    )
    assert "Here" not in picture(document)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(1, 30), st.integers(1, 5))
def test_a_wrapped_text_keeps_its_words_as_far_as_there_is_room(text, letters, rows):
    lines = wrapped(text, letters, 1, rows)
    assert len(lines) <= rows
    whole = "".join(text.split())
    said = "".join("".join(lines).split())
    assert said == whole or (said.endswith("…") and whole.startswith(said.removesuffix("…")))


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
