"""What becomes of a run when nobody answers in time."""

from collections.abc import Iterator

from studio.core.i18n import gettext as _
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Link, Problem


def unanswered(knowledge: Knowledge) -> Iterator[Problem]:
    """Steps that go on after an answer, and silently end where it does not come in time."""
    outline = knowledge.outline
    for key, found in outline.types.items():
        step = outline.steps[key]
        routed = {edge.port for edge in outline.out[key]}
        for port, denial in found.late_ports_of(step.config).items():
            if not routed or port in routed:
                continue
            named = _(found.port_names_of(step.config).get(port, port))
            message = _(
                "When no answer to %(step)s comes in time, the run just ends there: “%(port)s” leads nowhere.",
                step=outline.name(key),
                port=named,
            )
            fix = _as_denied(outline, key, port, denial)
            yield outline.problem("graph.late_nowhere", message, key, warning=True, fix=fix)


def _as_denied(outline: Outline, key: str, port: str, denial: str | None) -> Fix | None:
    """Go where a no goes, where that leads somewhere."""
    ways = [Link.model_validate({"from": key, "port": port, "to": edge.target})
            for edge in outline.out[key] if edge.port == denial]  # fmt: skip
    if denial is None or not ways:
        return None
    named = _(outline.types[key].port_names_of(outline.steps[key].config).get(denial, denial))
    return Fix.connect(ways, _("Go on as after “%(port)s”", port=named))
