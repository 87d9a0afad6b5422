"""What is recorded is declared, what is declared is recorded, and the page says it all."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from studio import audit
from studio.audit import docs, registry, taxonomy
from studio.audit.registry import Action, Metadata
from studio.audit.sentences import sentence
from studio.audit.verifying import verify

PROJECT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (PROJECT / "studio").rglob("*.py") if path.parent != PROJECT / "studio/audit/taxonomy"
)
_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*\Z")
CONSTANTS = {
    name: value
    for module in vars(taxonomy).values()
    if inspect.ismodule(module)
    for name, value in vars(module).items()
    if isinstance(value, Action)
}


def record_calls(tree):
    """Arguments by place of every call of something named `record`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "record":
                yield from node.args


def texts(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def undeclared(source):
    named = {name for call in record_calls(ast.parse(source)) for name in texts(call)}
    return sorted(name for name in named if _NAME.match(name) and name not in Action.registry)


def recorded(source):
    """Declared actions that a source names: as text, by constant, or by `f"approval.{outcome}"`."""
    tree = ast.parse(source)
    found = texts(tree) & set(Action.registry)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            found |= {CONSTANTS[name]} if name in CONSTANTS else set()
    for argument in record_calls(tree):
        for node in ast.walk(argument):
            if isinstance(node, ast.JoinedStr):
                found |= _fitting(node)
    return found


def _fitting(node):
    parts = [re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in node.values]
    pattern = re.compile("".join(parts) + r"\Z")
    return {name for name in Action.registry if pattern.match(name)}


def test_the_scan_sees_what_it_should():
    source = 'trail.record(uow, "approval.aproved" if late else "approval.approved", "a b.c")'
    assert undeclared(source) == ["approval.aproved"]
    assert recorded(source) == {"approval.approved"}
    assert "approval.declined" in recorded('record(uow, f"approval.{outcome}")')
    assert recorded("record(uow, workflows.RUN_RERUN)") == {"run.rerun"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_what_is_recorded_is_declared(path):
    assert undeclared(path.read_text()) == []


def test_what_is_declared_is_recorded():
    named = set().union(*(recorded(path.read_text()) for path in SOURCES))
    assert sorted(set(Action.registry) - named) == []


def test_every_example_can_be_recorded_and_verified(units, workspace, jonas):
    """With its facts in any order: look-ups are derived from the record again, where they are sorted."""
    with units.unit(workspace, jonas) as uow:
        for action in Action.registry.values():
            if action == "audit.personal_erased":
                continue  # it tells of what was not done here
            everything = {name: f"{name} said" for name in reversed(action.metadata.model_fields)}
            facts = {name: action.example.get(name, text) for name, text in everything.items()}
            target = audit.Target("thing", "1", "A thing", personal=True)
            audit.record(uow, action, targets=[target], metadata=_fitting_facts(action, facts))
    with units.unit(workspace, read_only=True) as uow:
        report = verify(uow)
    assert (report.bad, report.checked) == (None, len(Action.registry) - 1)


def _fitting_facts(action, facts):
    """Those of the made-up facts that the action's schema takes."""
    try:
        action.metadata.model_validate(facts)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors()}
        return {name: value for name, value in facts.items() if name not in wrong or name in action.example}
    return facts


@pytest.mark.parametrize("action", Action.registry.values())
def test_metadata_are_few_and_flat(action):
    schema = action.metadata.model_json_schema()
    assert len(schema.get("properties", {})) <= 50
    assert "$defs" not in schema
    assert "object" not in str(schema.get("properties"))
    assert action.description.endswith(".")


@pytest.mark.parametrize("action", Action.registry.values())
def test_an_example_fits_its_kind(action):
    """Said here and not where an action is declared: each start would build the checks of all of them."""
    action.metadata.model_validate(action.example)


@pytest.mark.parametrize("action", Action.registry.values())
def test_sentences_name_only_what_there_is(action):
    names = set(re.findall(r"\{(.*?)\}", action.sentence))
    assert names <= {"actor", "target", *action.metadata.model_fields}


def test_a_fact_that_is_a_code_is_said_in_words_of_its_reader():
    event = {
        "action": "workflow.stage_ended", "metadata": {"version": 5, "outcome": "returned"},
        "actor": {"name": "Studio"},
        "targets": [{"type": "workflow", "id": "1", "name": "Refunds"}], "outcome": {"result": "success"},
    }  # fmt: skip
    assert sentence(event).endswith("of “Refunds”: it failed too often and was taken back")
    foreign = sentence(event, lambda said: said.replace("it failed", "sie scheiterte"))
    assert foreign.endswith("of “Refunds”: sie scheiterte too often and was taken back")
    event["metadata"]["outcome"] = "of a later release"
    assert sentence(event).endswith(": of a later release")


def test_the_page_is_current():
    page = (PROJECT / docs.PAGE).read_text(encoding="utf-8")
    assert page == docs.render(), "run `make docs`"


def test_every_schema_is_on_record():
    assert docs.schemas(docs.recorded_schemas()) == docs.recorded_schemas(), "run `make docs`"


def test_a_schema_does_not_change_under_its_version(monkeypatch):
    known = docs.recorded_schemas()

    class Other(Metadata):
        colour: str

    monkeypatch.setattr(taxonomy.approvals.APPROVED, "metadata", Other)
    with pytest.raises(docs.SchemaChanged, match=r"approval.approved@4 changed: give it version 5"):
        docs.schemas(known)


def test_a_name_is_declared_once_and_well(monkeypatch):
    monkeypatch.setattr(Action, "registry", dict(Action.registry))
    for name in ("approval.approved", "Approval.x", "approval", "a.b.c", "a.b\n"):
        with pytest.raises(ValueError, match="declared twice"):
            Action(name, "Words.", sentence="{actor}")


def test_the_package_shows_its_verbs():
    assert {"record", "finish", "Target", "Change"} <= set(audit.__all__)
    assert registry.action_named("run.rerun") is taxonomy.workflows.RUN_RERUN
