"""docs/connectors.md lists every action that ships, and each action says what it is."""

import pytest

import studio.guard.targets.money  # noqa: F401 - registers what is protected
from scripts import connector_docs
from studio.connectors.action import Fields
from studio.contract.protecting.target import registry
from tests.project.source import PROJECT

ACTIONS = connector_docs.actions()
PROTECTED = sorted(name for name, action in ACTIONS.items() if action.protects)


def test_the_table_is_what_ships() -> None:
    text = (PROJECT / connector_docs.PAGE).read_text()
    assert connector_docs.page(text) == text, "make docs writes it"
    assert text.count("\n| `") == len(ACTIONS)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_an_action_says_what_it_is(name: str) -> None:
    action = ACTIONS[name]
    assert action.title
    assert action.__doc__
    assert issubclass(action.Config, Fields)
    for field, about in action.Config.model_fields.items():
        assert about.description, field
        assert about.title, field
    if action.output_schema and isinstance(action.sample, dict):
        assert set(action.output_schema.get("required", ())) <= set(action.sample)


@pytest.mark.parametrize("name", PROTECTED)
def test_what_is_protected_is_told_by_the_names_that_policies_know(name: str) -> None:
    action = ACTIONS[name]
    target = registry()[str(action.protects)]
    example = {field: about.examples[0] for field, about in action.Config.model_fields.items() if about.examples}
    assert set(action.facts(action.Config.model_validate(example))) <= {fact.name for fact in target.facts}
    if target.limit is not None:
        assert target.limit.fact in action.facts(action.Config.model_validate(example))
