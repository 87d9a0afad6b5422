"""A node type's new version says how a config of before becomes one of now; documents come upgraded when read."""

from typing import ClassVar

import pytest

from studio.contract.node import Kind, NodeConfig, NodeType, register, registry
from studio.runtime import document as documents
from studio.runtime.compile import check, compile_graph
from tests.factories.workflows import refunds

KEY = "test.greeting"


class First(NodeType, abstract=True):
    """As it was."""

    key, kind, title, icon = KEY, Kind.ACTION, "Greeting", "note"

    class Config(NodeConfig):
        text: str


class Third(First, abstract=True):
    """Renamed its field, then made it a list."""

    version = 3
    upgrades: ClassVar = {1: lambda config: {"words": config["text"]}, 2: lambda config: {"words": [config["words"]]}}

    class Config(NodeConfig):
        words: list[str]


@pytest.fixture
def third(monkeypatch):
    monkeypatch.setitem(registry, KEY, Third)


def greeting(version: int = 1, **config) -> dict:
    node = {"key": "hello", "type": KEY, "version": version, "name": "Hello", "config": config}
    base = refunds()
    return {**base, "nodes": [base["nodes"][0], node], "edges": [{"from": "order", "port": "next", "to": "hello"}]}


@pytest.mark.parametrize(
    ("version", "config"),
    [(1, {"text": "{{ trigger.order.id }}"}), (2, {"words": "{{ trigger.order.id }}"})],
)
def test_each_former_version_is_brought_to_the_present_one(third, version, config):
    raw = greeting(version, **config)
    document = documents.load(raw)
    step = document.step("hello")
    assert (step.version, step.config) == (3, {"words": ["{{ trigger.order.id }}"]})
    assert not documents.errors(check(document))
    assert compile_graph(document).nodes["hello"].config == step.config
    assert raw["nodes"][1]["version"] == version  # what was published stays as it was written


def test_a_present_document_is_left_alone(third):
    raw = greeting(3, words=["a"])
    assert not documents.is_dated(raw)
    assert documents.dump(documents.parse(raw)) == raw


def test_as_written_shows_what_changed(third):
    raw = greeting(1, text="a")
    assert documents.is_dated(raw)
    assert documents.as_written(raw).step("hello").version == 1
    told = [change.text for change in documents.changes(documents.as_written(raw), documents.load(raw))]
    assert any("version 3" in line for line in told), told


def test_a_half_written_config_stays_and_the_checks_say_so(third):
    document = documents.load(greeting(1))
    assert document.step("hello").version == 1
    [problem] = [one for one in check(document) if one.code == "document.not_upgraded"]
    assert problem.path == "nodes.1.version"


@pytest.mark.parametrize("upgrades", [{}, {1: dict}, {1: dict, 2: dict, 3: dict}, {2: dict}])
def test_a_version_without_its_upgrades_is_not_registered(monkeypatch, upgrades):
    monkeypatch.delitem(registry, KEY, raising=False)
    broken = type("Broken", (First,), {"version": 3, "upgrades": upgrades}, abstract=True)
    with pytest.raises(RuntimeError, match="upgrades from"):
        register(broken)
    assert KEY not in registry
