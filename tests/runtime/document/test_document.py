"""Reading, writing and hashing documents."""

import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.runtime import document as documents
from tests.runtime.document.samples import REFUNDS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=25,
)
TEXT = st.characters(exclude_characters="\0", codec="utf-8")
LAYOUT = {
    "notes": [
        {"id": "why", "text": "Ask <b>Anna</b>\nfirst", "x": 300, "y": -40, "width": 240, "height": 120, "tone": "blue"}
    ],
    "groups": [{"id": "pay", "name": "Pay back", "steps": ["large", "call"], "collapsed": True}],
    "collapsed": ["large"],
}
TRICKY = ["yes", "on", "1_000", "1e5", "0x1f", "2026-01-01", "~", "null", "<<", "=", "a: b", "- x", "1:30", "a\nb\n"]
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(TEXT, max_size=30)
    | st.sampled_from(TRICKY),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(TEXT, max_size=12), inner, max_size=4),
    max_leaves=25,
)


def refused(raw, code, path=None):
    with pytest.raises(InvalidInput) as caught:
        documents.parse(raw)
    assert code in [problem.code for problem in caught.value.problems]
    if path is not None:
        assert path in [problem.path for problem in caught.value.problems]
    return caught.value


def changed(**parts):
    return {**copy.deepcopy(REFUNDS), **parts}


def test_the_round_trip_is_exact_in_json_and_yaml():
    parsed = documents.parse(REFUNDS)
    assert documents.dump(parsed) == REFUNDS
    assert documents.dump(documents.from_json(documents.to_json(parsed))) == REFUNDS
    assert documents.dump(documents.from_text(documents.to_yaml(parsed))) == REFUNDS


@settings(max_examples=50)
@given(st.dictionaries(st.text(TEXT, max_size=8), PLAIN, max_size=5))
def test_any_config_survives_yaml_and_json_exactly(config):
    raw = changed()
    raw["nodes"][1]["config"] = config
    parsed = documents.parse(raw)
    for text in (documents.to_yaml(parsed), documents.to_json(parsed)):
        again = documents.dump(documents.from_text(text))
        assert again == raw
        assert repr(again["nodes"][1]["config"]) == repr(config)


@given(JSON)
def test_random_json_is_refused_in_words_or_read(raw):
    with contextlib.suppress(InvalidInput):
        documents.parse(raw)


@given(st.text(max_size=200))
def test_random_text_is_refused_in_words(text):
    with contextlib.suppress(InvalidInput):
        documents.from_text(text)


@given(st.data())
def test_a_document_with_one_part_replaced_is_refused_in_words_or_read(data):
    raw = changed()
    spots = [raw, raw["settings"], *raw["nodes"], *raw["edges"], raw["nodes"][2]["retry"]]
    spot = data.draw(st.sampled_from(spots))
    spot[data.draw(st.sampled_from(sorted(spot)))] = data.draw(JSON)
    with contextlib.suppress(InvalidInput):
        documents.parse(raw)


@pytest.mark.parametrize(
    ("part", "value", "path"),
    [
        ("key", "Large", "nodes.1.key"),
        ("key", "x" * 41, "nodes.1.key"),
        ("name", "", "nodes.1.name"),
        ("name", 7, "nodes.1.name"),
        ("version", 0, "nodes.1.version"),
        ("config", [], "nodes.1.config"),
        ("timeout_s", -1, "nodes.1.timeout_s"),
        ("retry", {"attempts": 1000}, "nodes.1.retry.attempts"),
        ("surprise", True, "nodes.1.surprise"),
        ("join", {"mode": "most"}, "nodes.1.join.mode"),
    ],
)
def test_a_malformed_step_is_named_by_its_field(part, value, path):
    raw = changed()
    raw["nodes"][1][part] = value
    with pytest.raises(InvalidInput) as caught:
        documents.parse(raw)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_bad_references_and_types_are_refused():
    raw = changed()
    raw["nodes"][1]["key"] = "order"
    refused(raw, "document.duplicate_key", "nodes.1.key")
    raw = changed()
    raw["edges"][0]["to"] = "nowhere"
    refused(raw, "document.unknown_step", "edges.0.to")
    raw = changed()
    raw["nodes"][1]["parent"] = "nowhere"
    refused(raw, "document.unknown_step", "nodes.1.parent")
    raw = changed()
    raw["nodes"][1]["type"] = "action.teleport"
    assert "“Total above €400?” is of the type action.teleport" in str(refused(raw, "document.unknown_type"))
    raw["nodes"][1]["type"] = "condition.if"
    raw["nodes"][1]["version"] = 9
    refused(raw, "document.unknown_version", "nodes.1.version")
    raw = changed()
    raw["nodes"][1]["key"] = "in"
    refused(raw, "document.reserved_key")


def test_size_depth_and_numbers_are_bounded():
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    refused(changed(name=deep), "document.too_deep")
    raw = changed()
    raw["nodes"][1]["config"] = {"text": "x" * 1_100_000}
    refused(raw, "document.too_large")
    raw["nodes"][1]["config"] = {"number": 2**60}
    refused(raw, "document.number", "nodes.1.config.number")
    raw["nodes"][1]["config"] = {"number": float("nan")}
    refused(raw, "document.number")
    raw["nodes"][1]["config"] = {"text": "\ud800"}
    refused(raw, "document.text")
    raw["nodes"][1]["config"] = {"text": "a\0b"}
    refused(raw, "document.text")
    step = {"type": "condition.if", "version": 1, "name": "n", "config": {}}
    refused(changed(nodes=[{**step, "key": f"n{i}"} for i in range(2001)], edges=[]), "document.bounds", "nodes")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x", "document.alias"),
        ("a: !!python/object/apply:os.system ['true']", "document.tag"),
        ("[" * 200, "document.too_deep"),
        ("a: [", "document.not_yaml"),
        ("{", "document.not_json"),
        ("- 1", "document.not_object"),
    ],
)
def test_yaml_is_json_in_other_clothes(text, code):
    with pytest.raises(InvalidInput) as caught:
        documents.from_text(text)
    assert caught.value.code == code


def test_layout_notes_and_samples_are_not_logic():
    first = documents.logic_hash(documents.parse(REFUNDS))
    raw = changed(description="Another text")
    raw["nodes"][0]["position"] = {"x": 5, "y": 6}
    raw["nodes"][0]["config"]["sample"] = {"order": {"id": "1"}}
    raw["nodes"][2]["notes"] = "Ask Anna"
    raw["layout"] = LAYOUT
    raw["nodes"].reverse()
    raw["nodes"][0]["pin"] = {"data": {"order": {"id": "7"}}, "source": "event", "label": "Order #7"}
    raw["nodes"][-1]["mock"] = {"data": {"status": 201}, "port": "next"}
    assert documents.logic_hash(documents.parse(raw)) == first
    raw["nodes"][1]["config"]["condition"] = "true"
    assert documents.logic_hash(documents.parse(raw)) != first


def test_notes_and_groups_are_carried_exactly_and_are_no_change():
    raw = changed(layout=LAYOUT)
    parsed = documents.parse(raw)
    assert documents.dump(documents.from_text(documents.to_yaml(parsed))) == raw
    assert documents.dump(documents.from_json(documents.to_json(parsed))) == raw
    assert documents.changes(documents.parse(REFUNDS), parsed) == []


@pytest.mark.parametrize(
    ("layout", "code", "path"),
    [
        ({"notes": [{"id": "a"}, {"id": "a"}]}, "layout.duplicate_id", "layout.notes.1.id"),
        ({"notes": [{"id": "a", "text": "x" * 2_001}]}, None, "layout.notes.0.text"),
        ({"notes": [{"id": "a", "text": {"html": "<b>"}}]}, None, "layout.notes.0.text"),
        ({"notes": [{"id": "a", "width": 5}]}, None, "layout.notes.0.width"),
        ({"notes": [{"id": "a", "x": 1e9}]}, None, "layout.notes.0.x"),
        ({"notes": [{"id": "a", "tone": "loud"}]}, None, "layout.notes.0.tone"),
        ({"notes": [{"id": f"n{n}"} for n in range(201)]}, None, "layout.notes"),
        ({"groups": [{"id": "g", "name": "", "steps": ["call"]}]}, None, "layout.groups.0.name"),
        ({"groups": [{"id": "g", "name": "G", "steps": []}]}, None, "layout.groups.0.steps"),
        (
            {"groups": [{"id": "g", "name": "G", "steps": ["nobody"]}]},
            "document.unknown_step",
            "layout.groups.0.steps.0",
        ),
        (
            {"groups": [{"id": "g", "name": "G", "steps": ["call"]}, {"id": "h", "name": "H", "steps": ["call"]}]},
            "layout.two_groups",
            "layout.groups.1.steps.0",
        ),
        ({"collapsed": ["nobody"]}, "document.unknown_step", "layout.collapsed.0"),
        ({"script": "alert(1)"}, None, "layout.script"),
    ],
)
def test_a_layout_that_cannot_be_drawn_is_refused_by_its_field(layout, code, path):
    with pytest.raises(InvalidInput) as caught:
        documents.parse(changed(layout=layout))
    assert path in [problem.path for problem in caught.value.problems]
    assert code is None or code in [problem.code for problem in caught.value.problems]


def test_a_group_stays_on_one_side_of_a_loops_border():
    raw = changed(layout={"groups": [{"id": "g", "name": "G", "steps": ["large", "call"]}]})
    raw["nodes"][2]["parent"] = "large"
    refused(raw, "layout.across_loops", "layout.groups.0.steps.1")


def test_a_stored_document_is_read_although_its_type_is_gone():
    raw = changed()
    raw["nodes"][1]["type"] = "action.teleport"
    assert documents.dump(documents.load(raw)) == raw


def test_a_document_without_limits_keeps_the_hash_that_it_had_before_there_were_any():
    """What was published by an older Studio must not look changed."""
    settings = documents.logic(documents.parse(REFUNDS))["settings"]
    assert settings.keys() == {"max_steps", "max_seconds", "title"}


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"one_at_a_time": {"conflict": "wait"}}, "settings.one_at_a_time.conflict"),
        ({"one_at_a_time": {"keys": "a"}}, "settings.one_at_a_time.keys"),
        ({"at_once": {}}, "settings.at_once.limit"),
        ({"at_once": {"limit": 0}}, "settings.at_once.limit"),
        ({"at_once": {"limit": "5"}}, "settings.at_once.limit"),
        ({"rate": {"limit": 5, "per_s": 0.5}}, "settings.rate.per_s"),
        ({"rate": {"limit": 5, "per_s": 86_401}}, "settings.rate.per_s"),
        ({"rate": {"limit": 5, "over": "drop"}}, "settings.rate.over"),
        ({"priority": "urgent"}, "settings.priority"),
        ({"rate": {"limit": 5, "key": "x" * 2_001}}, "settings.rate.key"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_field(limits, field):
    raw = copy.deepcopy(REFUNDS)
    raw["settings"] = limits
    with pytest.raises(InvalidInput) as refused:
        documents.parse(raw)
    assert [problem.path for problem in refused.value.problems] == [field]


def test_mocks_and_pins_are_kept_exactly_and_left_out_of_what_runs():
    raw = copy.deepcopy(REFUNDS)
    raw["nodes"][0]["pin"] = {"data": None, "source": "test"}
    raw["nodes"][-1]["mock"] = {"data": {"status": 201}}
    document = documents.parse(raw)
    assert documents.dump(document) == raw
    assert documents.from_text(documents.to_yaml(document)) == document
    assert documents.for_running(document) == REFUNDS
    assert documents.changes(documents.parse(REFUNDS), document) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "path"),
    [
        ("pin", {"data": 1}, "document.required", "nodes.0.pin.source"),
        ("pin", {"data": 1, "source": "dream"}, "document.choice", "nodes.0.pin.source"),
        ("pin", {"data": 1, "source": "test", "label": "x" * 201}, "document.bounds", "nodes.0.pin.label"),
        ("mock", {}, "document.required", "nodes.0.mock.data"),
        ("mock", {"data": 1, "live": True}, "document.unknown_field", "nodes.0.mock.live"),
    ],
)
def test_a_wrong_mock_or_pin_is_refused_where_it_stands(field, value, code, path):
    raw = copy.deepcopy(REFUNDS)
    raw["nodes"][0][field] = value
    refused(raw, code, path)
