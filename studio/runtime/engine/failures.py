"""What goes wrong while a step is prepared or run, turned into a Fail in words."""

from sqlalchemy.exc import DBAPIError

from studio.contract.results import Fail
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.expressions import EvaluationError, ExpressionError
from studio.runtime.compile import ConfigError

CONFIG_ERRORS = (EvaluationError, ExpressionError, ConfigError, StudioError)
"""Expected: an expression met data it cannot work with, a field came out wrong, a service refused."""


def as_failure(error: Exception) -> Fail:
    """The error's own code, sentence and field."""
    code = getattr(error, "code", "step.failed")
    message = getattr(error, "message", None) or str(error)
    return Fail(code, message, field=getattr(error, "field", None))


def crash(node_key: str) -> Fail:
    """A defect in a node type. The log has its trace under the run's id; people get a sentence."""
    return Fail(
        "step.crashed",
        _(
            "The step “%(node_key)s” hit an error inside Studio and was stopped. Nothing of it was kept. "
            "The details are in the server's log under this run's id.",
            node_key=node_key,
        ),
    )


def is_database_error(error: Exception) -> bool:
    """The transaction is lost; the whole boundary is repeated, not the step failed."""
    return isinstance(error, DBAPIError)
