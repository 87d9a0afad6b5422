"""A workflow's steps in words, for somebody who does not read graphs."""

from dataclasses import dataclass

from flask_babel import gettext as _

from studio.contract.node import node_type
from studio.contract.wording import port_name
from studio.gallery.lines import Disputed
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
        ways = tuple(
            _way(port_name(known.port_names_of(node.config), port), then)
            for port, then in ports.items()
            if port != "next"
        )
        found.append(StepWords(node.name, _(known.title), known.icon, known.kind.value, ways))
    return found


def _way(port: str, then: list[str]) -> str:
    return str(_("%(answer)s: %(then)s", answer=_capital(port), then=", ".join(then)))


def _capital(words: str) -> str:
    """With a capital in front; those inside stay, as names have them."""
    return words[:1].upper() + words[1:]


def disputed(one: Disputed, document: Document) -> str:
    """A place from which a draft and its template lead on differently. `document`: the draft's, with the step in it."""
    [step] = [node for node in document.nodes if node.key == one.step]
    known = node_type(step.type)
    port = port_name(known.port_names_of(step.config), one.port) if known is not None else one.port
    place = f"“{step.name}”" if one.port == "next" else f"“{step.name}” ({port})"
    mine, theirs = (", ".join(f"“{name}”" for name in names) for names in (one.mine, one.theirs))
    said: str = _("%(place)s leads to %(mine)s in your draft; in the template now to %(theirs)s")
    if not mine:
        said = _("%(place)s leads nowhere in your draft; in the template now to %(theirs)s")
    elif not theirs:
        said = _("%(place)s leads to %(mine)s in your draft; in the template now nowhere")
    return said % {"place": place, "mine": mine, "theirs": theirs}
