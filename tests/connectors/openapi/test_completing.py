"""The editor completes what an operation answers, by the description's own schema of it."""

from hypothesis import given
from hypothesis import strategies as st

from studio.builder import assist, data_tree
from studio.connectors.openapi.operations.samples import sample
from studio.contract import outputs
from studio.expressions import Schema
from studio.runtime import document as documents
from tests.connectors.openapi.examples import SHOP
from tests.connectors.openapi.test_library import CONFIG, connected

SCALARS = st.sampled_from([{"type": kind} for kind in ("string", "number", "integer", "boolean")] + [{}])
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda fields: {"type": "object", "properties": fields}, st.dictionaries(st.text(max_size=5), inner)),
        st.builds(lambda one: {"type": ["array", "null"], "items": one}, inner),
    ),
    max_leaves=12,
)


def flow(action):
    call = {"key": "call", "type": "connection.action", "name": "Refund", "config": CONFIG | {"action": action}}
    end = {"key": "note", "type": "data.set", "name": "Note", "config": {}}
    hook = {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {}}
    ways = [("hook", "call"), ("call", "note")]
    return documents.parse({
        "schema": "studio.workflow/1", "name": "Refund", "nodes": [hook, call, end],
        "edges": [{"from": a, "port": "next", "to": b} for a, b in ways],
    })  # fmt: skip


def told(board, document):
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        return assist.given(unit, document)


def labels(document, source, known):
    return [one["label"] for one in assist.completions(document, "note", source, len(source), known)["options"]]


def test_fields_of_an_answer_are_completed_shown_and_previewed(switchboard):
    _rig, board = switchboard([], [])
    connected(board, SHOP)
    document = flow("openapi.refundOrder")
    known = told(board, document)
    made = SHOP["components"]["schemas"]["Made"]["properties"]
    assert set(made) <= set(labels(document, "steps.call.body.", known))
    assert labels(document, "steps.call.body.", {}) == [], "the node type alone knows none of them"
    assert "status" in labels(document, "steps.call.", known)
    name = next(iter(made))
    shown = str(data_tree.roots(document, "note", known))
    assert f"steps.call.body.{name}" in shown
    found = assist.preview(document, "note", f"steps.call.body.{name}", {}, template=False, told=known)
    assert "error" not in found


def test_what_describes_no_answer_or_is_gone_stays_as_its_type_says(switchboard):
    _rig, board = switchboard([], [])
    assert told(board, flow("openapi.refundOrder")) == {}, "there is no such connection"
    connected(board, SHOP)
    for action in ("openapi.labels", "openapi.gone", "http.request", "nonsense", ""):
        assert told(board, flow(action)) == {}
    with board.database.unit(board.workspace_id, read_only=True) as unit:
        for config in ({}, {"action": 1, "connection": "shop"}, {"action": "openapi.refundOrder", "connection": None}):
            assert outputs.of(unit, [("call", "connection.action", config)]) == {}


@given(SCHEMAS)
def test_a_sample_has_the_shape_that_its_schema_says(schema):
    """Every path that completion offers exists in the sample, so that a preview comes to something."""

    def look(one, value):
        for name, inner in one.fields.items():
            assert name in value
            look(inner, value[name])
        if one.kind == "list" and one.entries is not None:
            [entry] = value
            look(one.entries, entry)

    look(Schema.from_json_schema(schema), sample(schema))
