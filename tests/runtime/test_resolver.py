"""Raw configs into what a node sees."""

import pytest

from studio.contract.graph import Node
from studio.expressions import Scope
from studio.runtime.compile import ConfigError, field_plan


def plan(node_type, **config):
    return field_plan(Node("a", node_type, 1, "A", config))


SCOPE = Scope({"trigger": {"id": 7, "total": 420.0, "name": "Anna {{ 1 }}", "list": [1]}, "workspace": {}})


def test_expressions_and_texts_are_filled_in_and_never_read_again():
    plan_ = plan(
        "action.http",
        url="https://x.test/{{ trigger.id }}",
        query={"id": "{{ trigger.id }}", "name": "{{ trigger.name }}"},
        body={"total": "{{ trigger.total }}", "names": ["{{ trigger.name }}", "fixed"]},
    )
    config = plan_.resolve(SCOPE)
    assert config.url == "https://x.test/7"
    assert config.query == {"id": "7", "name": "Anna {{ 1 }}"}
    assert config.body == {"total": 420.0, "names": ["Anna {{ 1 }}", "fixed"]}


def test_a_constant_config_is_made_once():
    plan_ = plan("action.http", url="https://x.test/")
    assert plan_.resolve(SCOPE) is plan_.resolve(SCOPE)


def test_a_literal_may_stand_where_an_expression_may():
    assert plan("condition.if", condition=True).resolve(SCOPE).condition is True


def test_what_history_keeps_has_names_of_secrets_and_no_samples():
    plan_ = plan("action.http", url="https://x.test/", auth="bearer", secret="erp")
    assert plan_.plain(plan_.resolve(SCOPE))["secret"] == "erp"
    hook = plan("trigger.webhook", sample={"a": "{{ nonsense"})
    assert "sample" not in hook.plain(hook.resolve(SCOPE))


@pytest.mark.parametrize(
    ("node_type", "config", "code", "field", "words"),
    [
        ("condition.if", {"condition": "trigger.nope"}, "expression.missing_path", "config.condition", "Condition: "),
        ("condition.if", {"condition": "trigger.total"}, "config.type", "config.condition", "gave a number"),
        ("condition.if", {"condition": "1"}, "config.type", "config.condition", "yes or no is needed"),
        ("condition.if", {}, "config.required", "config.condition", "required"),
        ("action.http", {"url": "{{ trigger.nope }}"}, "expression.missing_path", "config.url", "URL: "),
        ("action.http", {"url": "https://x", "method": "{{ trigger.name }}"}, "config.choice", "config.method", "POST"),
        ("data.set", {"fields": [{"name": "a", "value": "trigger.b"}]}, "expression.missing_path",
         "config.fields.0.value", "Fields 1 Value: "),
    ],
)  # fmt: skip
def test_an_error_names_its_field(node_type, config, code, field, words):
    with pytest.raises(ConfigError) as caught:
        plan(node_type, **config).resolve(SCOPE)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert words in caught.value.message
    assert "Anna" not in caught.value.message
