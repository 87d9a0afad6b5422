"""A workflow's steps in words, for somebody who does not read graphs."""

from dataclasses import dataclass

from flask_babel import gettext as _

from studio.contract.node import node_type
from studio.runtime.document import Document


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step: what it is, and where it leads."""

    name: str
    type_title: str
    icon: str
    kind: str
    ways: tuple[str, ...]


def steps(document: Document) -> list[StepWords]:
    """Every step in the document's order, which is the order people read."""
    names = {node.key: node.name for node in document.nodes}
    found = []
    for node in document.nodes:
        known = node_type(node.type)
        if known is None:
            continue
        ports: dict[str, list[str]] = {}
        for edge in document.edges:
            if edge.source == node.key:
                ports.setdefault(edge.port, []).append(names[edge.target])
        ways = tuple(_way(known.port_names.get(port, port), then) for port, then in ports.items() if port != "next")
        found.append(StepWords(node.name, _(known.title), known.icon, known.kind.value, ways))
    return found


def _way(port: str, then: list[str]) -> str:
    return str(_("%(answer)s: %(then)s", answer=port.replace("_", " ").capitalize(), then=", ".join(then)))
