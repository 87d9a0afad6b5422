"""What is wrong with a workflow, in one form for the canvas, the API and publishing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from studio.core.errors import FieldProblem
from studio.runtime.document.fixes import Fix

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `field` is dotted within its node, `path` within the whole document."""

    code: str
    message: str
    """A sentence for people: what is wrong and what to do."""
    severity: Severity = "error"
    node: str | None = None
    """The step's key; None: the workflow as a whole."""
    field: str | None = None
    """Such as `config.url`."""
    edge: Mapping[str, str] | None = None
    """`{"from", "port", "to"}` where it is about a connection."""
    path: str = ""
    """Such as `nodes.3.config.url`."""
    span: tuple[int, int] | None = None
    """Which part of the field's text it is about, in UTF-16 units; None: all of it."""
    way: tuple[str, ...] = ()
    """Keys of the steps that a run would come along, where it is about a way through the workflow."""
    gate: Mapping[str, Any] | None = None
    """`{"type", "port", "config"}` of a step that would mend it, put right before the node; None: none is known."""

    fix: Fix | None = None
    """An edit that mends it; None: what to do is for people to say."""

    def as_json(self) -> dict[str, Any]:
        """As the canvas and the API show it."""
        return asdict(self)

    def as_field(self) -> FieldProblem:
        """As an error carries it."""
        return FieldProblem(self.path, self.code, self.message)


def errors(problems: list[Problem]) -> list[Problem]:
    """Those that forbid publishing."""
    return [problem for problem in problems if problem.severity == "error"]
