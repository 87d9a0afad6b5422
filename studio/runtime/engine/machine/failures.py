"""What goes wrong while a step is prepared or run, turned into a Fail in words."""

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from studio.contract.graph import Budget, Node
from studio.contract.node import node_type
from studio.contract.results import Fail
from studio.contract.spans import in_words
from studio.contract.wording import dotted
from studio.core.clashes import is_clash, is_outage
from studio.core.errors import StudioError
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.expressions import EvaluationError, ExpressionError
from studio.runtime.compile import ConfigError
from studio.runtime.fields import label, leaves
from studio.runtime.ledger.payloads import Unstorable, check

CONFIG_ERRORS = (EvaluationError, ExpressionError, ConfigError, StudioError)
"""Expected: an expression met data it cannot work with, a field came out wrong, a service refused."""


def as_failure(error: Exception, node: Node | None = None) -> Fail:
    """The error's own code, sentence, field and expression.

    `node`: the step that evaluated the expression for itself, whose config says which field it stands in.
    """
    code = getattr(error, "code", "step.failed")
    message = getattr(error, "message", None) or str(error)
    field, expression = getattr(error, "field", None), getattr(error, "expression", None)
    if node is not None and field is None and expression is not None:
        field, message = _placed(node, expression, message)
    return Fail(code, message, field=field, expression=expression)


def _placed(node: Node, expression: str, message: str) -> tuple[str | None, str]:
    """The field that holds the expression, and the sentence with its name before it."""
    found = node_type(node.type)
    if found is None:
        return None, message
    for leaf in leaves(found, node.config):
        if leaf.source == expression:
            return f"config.{dotted(leaf.path)}", f"{label(found.Config, leaf.path)}: {message}"
    return None, message


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


def over_budget(budget: Budget) -> dict[str, str]:
    """The error of a run that took too many steps or too long."""
    return {
        "code": "run.budget",
        "message": ngettext(
            "The run was stopped after %(count)s step or %(time)s, its limit. Raise it in the workflow's settings, or "
            "look for a loop that does too much.",
            "The run was stopped after %(count)s steps or %(time)s, its limit. Raise it in the workflow's settings, or "
            "look for a loop that does too much.",
            budget.steps,
            count=separated(budget.steps),
            time=in_words(budget.seconds),
        ),
    }


def unstorable(value: Any) -> Fail | None:
    """Why no database keeps this value; None where one does."""
    try:
        check(value)
    except Unstorable as error:
        return Fail(
            "step.unstorable",
            _(
                "What this step works with or gave cannot be kept: %(reason)s. Pick the fields that are needed, or "
                "take out what is no text.",
                reason=str(error),
            ),
        )
    return None


def storable(failure: Fail) -> Fail:
    """The failure without what was received, where no database keeps that: why it failed is worth more."""
    return replace(failure, output=None) if unstorable(failure.output) else failure


def breaks_off(error: Exception, *, careful: bool) -> bool:
    """Whether the transaction is lost, so that the whole boundary is repeated instead of the step failed.

    What the database merely refused may be a race that the second try wins. That one is `careful`: refused again, the
    step has failed.
    """
    return isinstance(error, DBAPIError) and (not careful or is_clash(error) or is_outage(error))
