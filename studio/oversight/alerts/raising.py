"""Alerts that a workflow raises itself, one for each key of the workspace, and the end that it puts to them."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from studio import audit
from studio.audit.taxonomy import alerts as actions
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import opening, rows, verbs
from studio.oversight.alerts.tables import Alert

KIND = "workflow.raised"
LONGEST_KEY, LONGEST_TITLE, LONGEST_TEXT = 80, 200, 2_000


class Severity(StrEnum):
    """Whether quiet hours hold it back, unless a rule says otherwise."""

    NORMAL = "normal"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Raised:
    """What a workflow has to tell."""

    key: str
    """Names what it is about: while an alert of it goes on, it is counted on that one."""
    title: str
    todo: str
    severity: Severity


def raise_(uow: UnitOfWork, workflow_id: UUID, run_id: UUID, raised: Raised) -> tuple[Alert | None, bool]:
    """Open an alert, or count it on the one that goes on; whether it opened. None: the workflow is gone.

    Raises InvalidInput for a key that names nothing.
    """
    key = _key(raised.key)
    lock(uow.session, f"alert|{uow.workspace}|{key}")  # two at once are one alert
    known = rows.going_on(uow, KIND, key)
    facts = {
        "key": key, "title": _line(raised.title) or key, "todo": raised.todo[:LONGEST_TEXT],
        "severity": raised.severity.value, "run_id": str(run_id),
    }  # fmt: skip
    row = opening.happened(uow, KIND, workflow_id, facts, uow.now)
    return row, row is not None and known is None


def clear(uow: UnitOfWork, key: str) -> Alert | None:
    """Say that it is over, whichever workflow raised it. None: none goes on. Raises InvalidInput."""
    row = rows.going_on(uow, KIND, _key(key))
    if row is None:
        return None
    verbs.cleared(uow, row)
    audit.record(uow, actions.ALERT_RESOLVED, targets=[verbs.target(row)], metadata={"channel": "workflow"})
    return row


def _key(text: str) -> str:
    key = _line(text)
    if not 0 < len(key) <= LONGEST_KEY:
        said = _("The key of an alert has 1 to %(most)s characters.", most=LONGEST_KEY)
        raise InvalidInput(said, code="alert.bad_key", field="config.key")
    return key


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TITLE]
