"""What people say when they pause or stop, checked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime.halts.outcomes import Events, Under
from studio.runtime.halts.policy import LONGEST_S

LONGEST_REASON = 500
LONGEST_PAUSE = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How something shall stand still."""

    reason: str
    events: Events = Events.HOLD
    runs: Under = Under.FINISH
    until: datetime | None = None


def checked(wanted: Wanted, now: datetime) -> str:
    """The reason, tidied. Raises InvalidInput with each field that is wrong."""
    reason, problems = " ".join(wanted.reason.split()), list[FieldProblem]()
    if not 0 < len(reason) <= LONGEST_REASON:
        said = _("Say why, in up to %(most)s characters: everybody who meets it reads it.", most=LONGEST_REASON)
        problems.append(FieldProblem("reason", "halt.reason", said))
    if wanted.until is not None and not now < wanted.until <= now + LONGEST_PAUSE:
        said = _("It ends in the future, within %(days)s days.", days=LONGEST_PAUSE.days)
        problems.append(FieldProblem("until", "halt.until", said))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    return reason


def check_span(over_s: int | None) -> None:
    """In what time a backlog shall be through. Raises InvalidInput."""
    if over_s is not None and not 0 <= over_s <= LONGEST_S:
        said = _("A backlog is spread over 24 hours at most.")
        raise InvalidInput(said, code="halt.span", field="over_s")
