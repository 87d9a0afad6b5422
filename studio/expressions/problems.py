"""What is wrong with an expression, said once for the editor, the API and the run history."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one expression.

    Codes: ``expression.syntax``, ``expression.unknown_path``, ``expression.unknown_function``,
    ``expression.unknown_filter``, ``expression.type``, ``expression.too_long``,
    ``expression.too_complex``, ``expression.unbounded``.
    """

    code: str
    message: str
    """A sentence for people: what is wrong and what to do."""
    expression: str
    """The source the finding is about."""
    path: str | None = None
    """The missing path, such as ``trigger.order.totl``."""
    severity: Severity = "error"
    """``warning`` where the knowledge is only a sample."""
    position: int | None = None
    """Offset in the source in characters, where known."""
