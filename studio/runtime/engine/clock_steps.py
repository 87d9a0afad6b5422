"""An embedded Studio on a machine whose clock is set: what was to take a while still takes as long.

On SQLite the database's clock is this machine's. Where it jumps, moments of the calendar (schedules, “wait until”,
deadlines of approvals) follow it; spans (pauses, retries, leases) are moved along by the sweeper, before it looks at
what is due. On PostgreSQL the server's clock rules, and a worker's own does not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from studio.core import clock
from studio.core.models import OutboxRow
from studio.runtime.models import Run, WaitRow

log = structlog.get_logger()

NOTICED_S = 2.0
"""Smaller steps are what a time service does all day, and what a lease can bear."""


@dataclass(frozen=True)
class Look:
    """What the clocks showed, beside the look before.

    wall: the clock that may be set, UTC.
    steady: seconds on the one that never is.
    step: how far it was set since; 0 where it was not.
    passed: how long ago the look before was.
    """

    wall: datetime
    steady: float
    step: timedelta
    passed: timedelta


class ClockSteps:
    """Sees the clock being set, by one that never is."""

    def __init__(
        self, wall: Callable[[], datetime] = clock.machine_now, steady: Callable[[], float] = clock.since_boot
    ) -> None:
        self._wall, self._steady = wall, steady
        self._last = self._wall(), self._steady()

    def look(self) -> Look:
        """Compare with the look that was kept last: what could not be followed is seen again."""
        wall, steady = self._wall(), self._steady()
        wall_before, steady_before = self._last
        passed = timedelta(seconds=steady - steady_before)
        step = wall - wall_before - passed
        return Look(wall, steady, step if abs(step.total_seconds()) >= NOTICED_S else timedelta(), passed)

    def keep(self, look: Look) -> None:
        """It was followed: the next look is compared with this one."""
        self._last = look.wall, look.steady


def follow(session: Session, look: Look) -> None:
    """Move the spans that were under way when the clock was set. Whatever began since has the new time already."""
    now, step, passed = look.wall + clock.offset(), look.step, look.passed
    log.warning("clock_was_set", by_s=step.total_seconds())
    before = ~WaitRow.created_at.between(now - passed, now)
    lasts_a_while = func.json_extract(WaitRow.detail, "$.until").is_(None)  # only “wait until” names its moment
    _shift(session, WaitRow.due_at, step, WaitRow.state == "open", lasts_a_while, before)
    _shift(session, Run.lease_until, step, Run.state == "running", _given_before(Run.lease_until, step, now))
    held = OutboxRow.state == "running"
    _shift(session, OutboxRow.lease_until, step, held, _given_before(OutboxRow.lease_until, step, now))
    if step < timedelta():  # what is runnable, or will be, must not wait for the clock to come back to where it was
        _shift(session, Run.available_at, step, Run.state.in_(("queued", "running")), Run.available_at > now)
        _shift(session, OutboxRow.due_at, step, OutboxRow.state == "queued", OutboxRow.attempts > 0)


def _given_before(lease_until: InstrumentedAttribute[Any], step: timedelta, now: datetime) -> ColumnElement[bool]:
    """Leases of before a step back end far ahead; one that was renewed since does not, and moved, it would be lost."""
    return lease_until > now - step / 2 if step < timedelta() else true()


def _shift(session: Session, column: InstrumentedAttribute[Any], by: timedelta, *which: ColumnElement[bool]) -> None:
    """Move moments as SQLite keeps them: text, whose milliseconds its functions know."""
    moved = func.strftime("%Y-%m-%d %H:%M:%f", column, f"{by.total_seconds():+.3f} seconds").concat("000")
    change = update(column.class_).where(column.is_not(None), *which).values({column: moved})
    session.execute(change.execution_options(synchronize_session=False))
