"""What a template needs, as the gallery can be narrowed to: systems that are connected, and parts of Studio. Pure."""

from collections.abc import Collection, Iterable

from studio.connectors.catalogue import connectors
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.gallery.template import Template

CONNECTION = "connection:"
ALONE = "alone"
"""Nothing has to be connected."""
_PARTS = {
    "approval": (marked("Approvals"), ("approval.",)),
    "gate": (marked("Gates"), ("guard.",)),
    "flag": (marked("Feature flags"), ("flag.", "experiment.")),
    "export": (marked("Audit export"), ("audit.export",)),
}
_ALONE = marked("Works without a connection")


def facets(template: Template) -> frozenset[str]:
    """All that holds of one template."""
    steps = [*template.workflow.get("nodes", ()), *(template.connected.nodes if template.connected else ())]
    types = tuple(str(node.get("type")) for node in steps)
    found = {key for key, (_title, begins) in _PARTS.items() if any(one.startswith(begins) for one in types)}
    asked = [one for one in template.questions if one.kind == "connection"]
    found |= {f"{CONNECTION}{key}" for one in asked for key in one.connectors}
    return frozenset(found if any(not one.optional for one in asked) else {*found, ALONE})


def fits(template: Template, wanted: Collection[str]) -> bool:
    """Whether all of them hold."""
    return not wanted or set(wanted) <= facets(template)


def choices(templates: Iterable[Template]) -> list[tuple[str, str]]:
    """What there is to narrow to, each with its words: parts of Studio first, then systems by their names."""
    there = {one for template in templates for one in facets(template)}
    parts = [(key, _(title)) for key, (title, _begins) in _PARTS.items() if key in there]
    titles = {key: _(one.title) for key, one in connectors().items()}
    named = [one.removeprefix(CONNECTION) for one in there if one.startswith(CONNECTION)]
    systems = sorted(((f"{CONNECTION}{key}", titles.get(key, key)) for key in named), key=lambda pair: pair[1])
    return [*parts, *systems, *([(ALONE, _(_ALONE))] if ALONE in there else [])]
