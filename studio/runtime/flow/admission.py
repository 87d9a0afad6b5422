"""What is decided when an event comes: whether what is going on lets it start a run at all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from studio.contract.spans import in_words
from studio.core.errors import Conflict, StudioError, TooManyRequests
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.runtime.flow.control import Control, Keys, gate_key
from studio.runtime.flow.policy import opens_at
from studio.runtime.models import Run
from studio.runtime.models.ledger import AT_THE_GATE, ORDERED, RATED
from studio.runtime.outcomes import Lane


@dataclass(frozen=True, slots=True)
class Limited:
    """An event that starts nothing now."""

    reason: str
    run_id: UUID | None = None
    """The run in progress, where that is why."""
    retry_after_s: int | None = None
    """When it would start one, where a rate is why."""

    def as_error(self) -> StudioError:
        """For a person who asked for the run, and hears at once."""
        if self.run_id is not None:
            return Conflict(self.reason, code="run.in_progress", resource=f"run:{self.run_id}")
        error = TooManyRequests(self.reason, code="workflow.rate")
        error.retry_after_s = self.retry_after_s
        return error


def limited(session: Session, workflow_id: UUID, control: Control, keys: Keys, now: datetime) -> Limited | None:
    """Why this event starts no run; None: it may.

    Two events that come at once are decided one after the other: what is asked here stays true until the transaction's
    end.
    """
    if control.skips and keys.order is not None:
        lock(session, f"one|{workflow_id}|{keys.order}")
        found = _in_progress(session, workflow_id, keys.order)
        if found is not None:
            return found
    if control.rate is not None and control.rate["over"] == "skip" and keys.rate is not None:
        lock(session, f"rate|{workflow_id}|{keys.rate}")
        return _too_many(session, workflow_id, control.rate["limit"], control.rate["per_s"], keys.rate, now)
    return None


def _in_progress(session: Session, workflow_id: UUID, key: str) -> Limited | None:
    of_key = select(Run.id, Run.title).where(Run.workflow_id == workflow_id, Run.order_key == key)
    waiting = of_key.where(Run.lane == Lane.GATE, Run.gate_key == gate_key(key, None, None), AT_THE_GATE)
    for one in (of_key.where(ORDERED), waiting):
        run = session.execute(one.limit(1)).one_or_none()
        if run is not None:
            named = run.title or key or str(run.id)
            reason = _(
                "A run of the same key is still going, and this workflow takes one at a time: %(run)s.", run=named
            )
            return Limited(reason, run_id=run.id)
    return None


def _too_many(session: Session, workflow_id: UUID, limit: int, per_s: int, key: str, now: datetime) -> Limited | None:
    latest = select(Run.created_at).where(Run.workflow_id == workflow_id, Run.rate_key == key, RATED)
    oldest = session.execute(latest.order_by(Run.created_at.desc()).offset(limit - 1).limit(1)).scalar()
    opens = opens_at(oldest, per_s, now)
    if opens is None:
        return None
    wait = max(1, -int((now - opens).total_seconds() // 1))
    reason = _("The limit is %(limit)s in %(time)s: the next run may start in %(wait)s.",
               limit=separated(limit), time=in_words(per_s), wait=in_words(wait))  # fmt: skip
    return Limited(reason, retry_after_s=wait)
