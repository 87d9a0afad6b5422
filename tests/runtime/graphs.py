"""Documents in a few words, for tests of what is checked and compiled."""

from studio.contract.node import Effect, registry
from studio.runtime.document import Document, load


def step(key, node_type="data.set", parent=None, **config):
    if node_type == "data.set" and not config:
        config = {"fields": [{"name": "done", "value": "true"}]}
    made = {"key": key, "type": node_type, "version": 1, "name": key.capitalize(), "config": config, "parent": parent}
    found = registry.get(node_type)
    return made | ({"retry": {"attempts": 3}} if found is not None and found.effect is Effect.OUTSIDE else {})


def flow(steps, *edges, **parts) -> Document:
    """`edges` as "a>b" or "a.port>b"."""
    links = []
    for edge in edges:
        source, target = edge.split(">")
        key, _, port = source.partition(".")
        links.append({"from": key, "port": port or "next", "to": target})
    return load({"schema": "studio.workflow/1", "name": "Test", "nodes": steps, "edges": links, **parts})


def hook(sample=None):
    return step("hook", "trigger.webhook", sample=sample if sample is not None else {"order": {"total": 420.0}})


def codes(problems, severity="error"):
    return sorted({problem.code for problem in problems if problem.severity == severity})
