"""Events that a workspace names itself, under `custom.`: written by its workflows, with whatever facts they have."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from studio.audit.envelope import LONGEST
from studio.audit.recording import Target, record
from studio.audit.registry import CUSTOM, Action, Metadata, Redaction, Severity, beside
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

NAME = r"^custom\.[a-z][a-z0-9_]{0,59}$"
FACT = r"^[a-z][a-z0-9_]{0,59}$"
MOST_FACTS = 50
OCSF = 6003
_NAME, _FACT = re.compile(NAME), re.compile(FACT)


class Facts(Metadata):
    """Any flat facts; `checked` bounds them."""

    model_config = ConfigDict(extra="allow", frozen=True)


def is_custom(name: str) -> bool:
    """Whether an action is a workspace's own."""
    return name.startswith(f"{CUSTOM}.")


def named(name: str) -> str:
    """The name, as it may be recorded. Raises InvalidInput (`audit.name`)."""
    if not _NAME.match(name) or name.endswith("\n"):
        said = _("Write custom. and a name of small letters, digits and underscores, such as custom.stock_written_off.")
        raise InvalidInput(said, code="audit.name", field="name")
    return name


def checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they are recorded: flat, texts cut to length. Raises InvalidInput (`audit.facts`) with the path."""
    if len(facts) > MOST_FACTS:
        said = _("An event has at most %(most)s facts; these are %(count)s.", most=MOST_FACTS, count=len(facts))
        raise InvalidInput(said, code="audit.facts", field="facts")
    return {name: _fact(name, value) for name, value in facts.items() if value is not None}


def _fact(name: str, value: Any) -> Any:
    if not _FACT.match(name):
        said = _("Name a fact by small letters, digits and underscores, such as order_id.")
        raise InvalidInput(said, code="audit.facts", field=f"facts.{name[:80]}")
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Sequence) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(map(str, value))
    said = _("A fact is a text, a number, yes or no, or a list of those. Pick single fields of this value.")
    raise InvalidInput(said, code="audit.facts", field=f"facts.{name}")


def record_custom(
    uow: UnitOfWork, name: str, *, facts: Mapping[str, Any], target: Target, severity: Severity = "info",
    hidden: Sequence[str] = (), of_people: Sequence[str] = (), reason: str | None = None,
    event_id: UUID | None = None,
) -> None:  # fmt: skip
    """Record an event of the workspace's own. `hidden` facts are masked before they are hashed; `of_people` lie beside.

    Facts whose names say that they are secrets are masked whatever the caller says. Raises InvalidInput.
    """
    known = checked(facts)
    rules = tuple(Redaction(f"metadata.{one}", "caller") for one in hidden)
    action = Action.made(
        named(name), "A workspace's own event.", sentence=f"{{actor}} recorded {name}: {{target}}", metadata=Facts,
        redactions=(*rules, *beside(*of_people)), severity=severity, ocsf=OCSF,
    )  # fmt: skip
    record(uow, action, targets=[target], metadata=known, reason=reason[:LONGEST] if reason else None,
           event_id=event_id)  # fmt: skip
