"""Keep only events for which an expression is true."""

from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from studio.core.i18n import gettext as _
from studio.export.components import CannotProcess, Processor, Settings
from studio.export.records import Record
from studio.expressions import EvaluationError, ExpressionError, Scope, compile_expression, evaluate


class FilterSettings(Settings):
    """Which events stay."""

    keep: str = Field(min_length=1)
    """CEL over `event`, such as `event.severity != "info"`."""

    @field_validator("keep")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            program = compile_expression(value)
        except ExpressionError as error:
            raise PydanticCustomError("bad_expression", "{said}", {"said": error.problem.message}) from None
        unknown = next((use.segments[0] for use in program.uses if use.segments[0] != "event"), None)
        if unknown is not None:
            said = _("There is no %(name)s here. Expressions look at event alone.", name=unknown)
            raise PydanticCustomError("bad_expression", "{said}", {"said": said})
        return value


class Filter(Processor[FilterSettings]):
    """Leaves events out. What the expression cannot be worked out for is put aside, never dropped."""

    kind = "filter"
    model = FilterSettings

    def process(self, record: Record) -> Record | None:
        """Look at it."""
        try:
            kept: Any = evaluate(self.config.keep, Scope({"event": record.body}))
        except EvaluationError as error:
            raise CannotProcess(_("The filter cannot judge it: %(why)s", why=error)) from None
        if not isinstance(kept, bool):
            raise CannotProcess(_("The filter gives neither true nor false."))
        return record if kept else None
