"""Accepting events of workflows that may turn them away for what is going on.

Decided and written in one transaction under a lock of the key, so that of two events that come at once one starts. All
other events go with the group of the writer, which asks nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.clashes import TRIES, is_clash, pause
from studio.core.faults import fault_point
from studio.runtime.engine.writer import Writer
from studio.runtime.flow.admission import limited
from studio.runtime.flow.control import Control
from studio.runtime.ledger.port import Ledger
from studio.runtime.ledger.rows import Accepted, Admission
from studio.runtime.models import EventDedup, TriggerSubscription


class Admitting:
    """One per process."""

    def __init__(self, writer: Writer, ledger: Ledger, hint: Callable[[str], None]) -> None:
        """`hint(lane)` tells of a run once it is committed."""
        self._writer, self._ledger, self._hint = writer, ledger, hint

    def accept(self, event: Accepted) -> Admission:
        """Wait until the event is committed, with what became of it. Raises as `Writer.accept` does."""
        control = event.control
        if control is None or event.verdict != "started" or not control.decides:
            admission = self._writer.accept(event)
            if event.keys.gate is not None and admission.verdict == "started":
                self._hint(event.keys.lane)  # the writer's own hint is for the workers
            return admission
        admission = self._decided(event, control)
        if admission.verdict == "started":
            self._hint(event.keys.lane)
        return admission

    def _decided(self, event: Accepted, control: Control) -> Admission:
        for tries in range(1, TRIES):
            try:
                return self._writer.run(lambda session: self._decide(session, event, control))
            except DBAPIError as error:
                if not is_clash(error):
                    raise
            pause(tries)
        return self._writer.run(lambda session: self._decide(session, event, control))

    def _decide(self, session: Session, event: Accepted, control: Control) -> Admission:
        now, found = clock.database_now(session), None
        if not _stands(session, event) and not _repeated(session, event, now):
            found = limited(session, event.workflow_id, control, event.keys, now)
            # Whoever held the lock before may have been the first of two deliveries of the same.
            if found is not None and _repeated(session, event, now):
                found = None
        if found is not None:
            event = replace(event, verdict="limited", reason=found.reason, held_by=found.run_id)
        [admission] = self._ledger.accept(session, [event])
        fault_point("accept.limited")
        return admission if found is None else replace(admission, retry_after_s=found.retry_after_s)


def _stands(session: Session, event: Accepted) -> bool:
    """Whether its workflow is paused: what is going on says nothing then of when the event will start."""
    asked = select(TriggerSubscription.halt).where(TriggerSubscription.id == event.subscription_id)
    return session.execute(asked).scalar() is not None


def _repeated(session: Session, event: Accepted, now: object) -> bool:
    if event.dedup_key is None:
        return False
    known = select(EventDedup.event_id).where(
        EventDedup.subscription_id == event.subscription_id, EventDedup.key == event.dedup_key,
        EventDedup.expires_at >= now,
    )  # fmt: skip
    return session.execute(known).scalar() is not None
