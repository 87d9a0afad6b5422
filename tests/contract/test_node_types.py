"""What every node type must be, whoever wrote it. They are found, not listed."""

import inspect
import re
from pathlib import Path

import jsonschema
import pytest

from studio.approvals.outcomes import Outcome
from studio.contract.graph import Node
from studio.contract.node import Done, Effect, Expand, Fail, Kind, NodeType, Wait, registry
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.joining import load_node_types
from studio.runtime.checks import check
from studio.runtime.compile import field_plan
from studio.runtime.document import load
from studio.runtime.node_docs import page
from tests.fakes.node_world import NOW, WORKSPACE, World

ROOT = Path(__file__).parents[2]
load_node_types()  # whatever else was collected before this
TYPES = sorted((one for one in registry.values() if one.__module__.startswith("studio.")), key=lambda one: one.key)
OURS = [one for one in TYPES if one.__module__.startswith("studio.runtime.")]
DATA = {
    "name": "Anna Keller",
    "request_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
    "order": {
        "id": "6021", "total": 420.0, "currency": "EUR", "country": "DE", "shipping": "express", "due": "2026-04-01",
        "created_at": "2026-03-27T09:00:00Z", "deliver_on": "2026-03-31", "method": "POST",
        "lines": [{"sku": "MUG-1", "quantity": 3, "variant": {"sku": "MUG-1"}}],
    },
    "customer": {"name": "Anna Keller", "email": "anna@example.com"},
    "refund": {"amount": "420.00"},
    "workflow": {"name": "High-value refunds"},
}  # fmt: skip
CONNECTIONS = ("connection.action", "connection.request", "connection.event", "connection.record")
FLAGS = ("flag.changed", "flag.evaluate", "flag.guardrail_breached", "flag.rollout", "flag.set")
OF_A_PRIMITIVE = (
    {
        "alert.raise": "alert",
        "alert.resolve": "alert",
        "audit.event": "audit",
        "experiment.decide": "experiment",
        "run.label": "run",
    }
    | dict.fromkeys(CONNECTIONS, "connection")
    | dict.fromkeys(FLAGS, "flag")
)
"""What is named for what it follows, or for what it goes by."""
KINDS_OF_FIELD = {"string", "integer", "number", "boolean", "array", "object", "null"}
WORDS_OF_A_FORM = {
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "default", "description", "enum", "examples",
    "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems", "maxLength", "maximum", "minItems",
    "maxProperties", "minProperties", "minLength", "minimum", "pattern", "properties", "required", "title", "type",
    "x-deferred", "x-expression", "x-group", "x-show-if", "x-template", "x-widget",
}  # fmt: skip
WIDGETS = {
    "code", "secret", "people", "duration", "conditions", "key-values", "cron", "json", "textarea", "money", "workflow",
    "policy", "matrix", "connection", "connection-action", "connection-scope", "action-input",
    "flag", "flag-environment", "flag-metric", "flag-segment", "decision-table"}  # fmt: skip


def every(types=TYPES):
    return pytest.mark.parametrize("node_type", types, ids=[one.key for one in types])


def fields_of(node_type):
    """(path, schema) of each field of a config, rows included."""
    root = node_type.Config.model_json_schema()
    models = [("config", root), *((f"${name}", one) for name, one in root.get("$defs", {}).items())]
    return [(f"{name}.{field}", one) for name, model in models for field, one in model.get("properties", {}).items()]


def example_of(node_type):
    """A config made of required fields' examples, and of defaults where there are some.

    People have no default that would do: a form does not require them where another field may stand in their place.
    Nor has what an action asks: it depends on the action.
    """
    schema = node_type.Config.model_json_schema()
    config = {}
    for name, field in schema.get("properties", {}).items():
        if name in schema.get("required", []) or (
            field.get("x-widget") in ("people", "action-input") and "examples" in field
        ):
            config[name] = field["examples"][0]
    return config


@pytest.fixture
def unit(new_sqlite_file):
    engine = open_engine(f"sqlite:///{new_sqlite_file()}")
    with Database(engine, engine).unit(WORKSPACE) as unit:
        unit._now = NOW
        yield unit
    engine.dispose()


@every()
def test_it_says_what_it_is(node_type):
    assert len(inspect.getdoc(node_type) or "") > 15
    assert inspect.getdoc(node_type) != inspect.getdoc(NodeType)
    assert node_type.title == node_type.title.strip() != ""
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", node_type.key)
    assert node_type.key.split(".")[0] in {node_type.kind.value, OF_A_PRIMITIVE.get(node_type.key)}
    sprite = (ROOT / "studio/static/icons.svg").read_text(encoding="utf-8")
    assert f'id="i-{node_type.icon}"' in sprite


@every()
def test_each_field_has_help_and_an_example(node_type):
    for path, field in fields_of(node_type):
        has_help = field.get("description") or "$ref" in field
        assert has_help, f"{path} has no help"
        if node_type in OURS:
            assert field.get("title"), f"{path} has no title"
            assert "examples" in field, f"{path} has no example"


@every()
def test_its_schema_stays_within_what_the_form_can_draw(node_type):
    def walk(schema, path):
        assert set(schema) <= WORDS_OF_A_FORM, f"{path}: {set(schema) - WORDS_OF_A_FORM}"
        assert schema.get("type", "string") in KINDS_OF_FIELD
        assert schema.get("x-widget", "json") in WIDGETS
        for name, one in {**schema.get("properties", {}), **schema.get("$defs", {})}.items():
            walk(one, f"{path}.{name}")
        for one in schema.get("anyOf", []):
            walk(one, path)
        for name in ("items", "additionalProperties"):
            if isinstance(schema.get(name), dict):
                walk(schema[name], f"{path}.{name}")

    walk(node_type.Config.model_json_schema(), node_type.key)


@every()
def test_what_has_to_be_filled_in_is_never_folded(node_type):
    """Nor is a heading there for all fields of a form."""
    schema = node_type.Config.model_json_schema()
    folded = {name: field["x-group"] for name, field in schema.get("properties", {}).items() if "x-group" in field}
    assert folded.keys().isdisjoint(schema.get("required", []))
    assert len(folded) < len(schema.get("properties", {})) or not folded


@every()
def test_a_sample_output_has_the_shape_that_is_promised(node_type):
    if node_type.output_schema is not None and node_type.sample is not None:
        jsonschema.Draft202012Validator.check_schema(node_type.output_schema)
        jsonschema.validate(node_type.sample, node_type.output_schema)


@every()
def test_ports_are_the_same_each_time_and_named_once(node_type):
    for config in ({}, example_of(node_type)):
        ports = node_type.ports_of(config)
        assert ports == node_type.ports_of(dict(config))
        assert len(set(ports)) == len(ports)
        assert "error" not in ports
        assert set(node_type.port_names_of(config)) <= set(ports)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", port) for port in ports)
    if node_type.kind is Kind.TRIGGER:
        assert node_type.ports == ("next",)


@every()
def test_a_half_written_config_never_breaks_the_canvas(node_type):
    names = list(node_type.Config.model_fields)
    for value in (None, 0, "", "{{ x }}", [], {}, [1], [{}], {"a": 1}):
        config = dict.fromkeys(names, value)
        if node_type in OURS:
            assert isinstance(node_type.summary(config), str)
            assert isinstance(node_type.ports_of(config), tuple)
            node_type.sample_of(config)
        raw = {"key": "a", "type": node_type.key, "version": 1, "name": "A", "config": config}
        check(load({"schema": "studio.workflow/1", "name": "T", "nodes": [raw], "edges": []}))


@every(OURS)
def test_its_example_passes_the_checks(node_type):
    hook = {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"sample": DATA}}
    raw = {"key": "a", "type": node_type.key, "name": "A", "config": example_of(node_type)}
    trigger = node_type.kind is Kind.TRIGGER
    edges = [] if trigger else [{"from": "hook", "port": "next", "to": "a"}]
    nodes = [raw] if trigger else [hook, raw]
    problems = check(load({"schema": "studio.workflow/1", "name": "T", "nodes": nodes, "edges": edges}))
    assert [problem for problem in problems if problem.severity == "error"] == []


@every([one for one in OURS if one.kind is Kind.TRIGGER])
def test_the_example_of_a_trigger_comes_back_from_history(node_type):
    plan = field_plan(Node("a", node_type.key, 1, "A", example_of(node_type)))
    resolved = plan.resolve(World(node_type.sample).scope())
    assert node_type.Config.model_validate(plan.plain(resolved)) is not None


@every([one for one in OURS if one.kind is not Kind.TRIGGER])
def test_started_on_its_example_it_answers_as_promised(node_type, request):
    config = example_of(node_type)
    world = World(DATA)
    if node_type.effect is Effect.OUTSIDE:
        target = request.getfixturevalue("http_target")
        target.always(json_body=[{"id": 1}])
        if "url" in node_type.Config.model_fields:
            config["url"] = f"{target.url}/refunds"
        else:
            world.secrets.values[config["secret"]] = f"{target.url}/hooks"
    tx = request.getfixturevalue("unit") if node_type.effect is Effect.LOCAL else None
    plan = field_plan(Node("a", node_type.key, 1, "A", config))
    resolved = plan.resolve(world.scope())
    outcome = node_type().start(world.context(tx=tx), resolved)
    assert isinstance(outcome, Done | Wait | Fail | Expand)
    plain = plan.plain(resolved)
    assert node_type.Config.model_validate(plain) is not None
    match outcome:
        case Done():
            assert outcome.ends_run or outcome.port in node_type.ports_of(plain)
            if node_type.output_schema is not None:
                jsonschema.validate(outcome.output, node_type.output_schema)
        case Wait():
            assert outcome.note
        case Fail():
            assert node_type.key == "flow.fail"


@every()
def test_only_those_that_wait_can_resume(node_type):
    source = inspect.getsource(node_type)
    assert ("Wait(" in source) == ("def resume" in source)


@every()
def test_the_docs_page_has_it(node_type):
    text = (ROOT / "docs/node-types.md").read_text(encoding="utf-8")
    assert f"`{node_type.key}` version {node_type.version}" in text


def test_the_docs_page_is_current():
    text = (ROOT / "docs/node-types.md").read_text(encoding="utf-8")
    assert text == page(TYPES), "run `make docs`"


BYPASSED = {"bypassed"}  # to a run it is an approval
ALIKE = {
    "approval.request": BYPASSED, "approval.stage": BYPASSED, "approval.wait_all": {"changes_requested"} | BYPASSED,
}  # fmt: skip
"""Ends for which a type has another way on, by its key."""


def test_each_end_of_a_request_has_a_way_on():
    """Those that a step must answer for: whatever a request can end with, its run goes on somewhere."""
    asking = [one for one in TYPES if "declined" in one.ports and one.kind is not Kind.GUARD]
    assert asking
    for one in asking:
        ends = {outcome.value for outcome in Outcome} - {Outcome.RESPONDED.value}
        assert ends <= set(one.ports_of({})) | ALIKE.get(one.key, set()), one.key
        assert one.port_names_of({}).get("cancelled") == "taken back"
