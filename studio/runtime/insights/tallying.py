"""Counts runs by hour and day, a minute behind them, and looks again at those that went on when they were counted.

A run counts where it began, in the state that it is in: one that waits for three days moves from the waiting to the
succeeded of its first day, whatever days the workspace has had since. Only one process does this, under the sweeper's
lease.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database
from studio.runtime.insights import zoning
from studio.runtime.insights.by_step import KEPT, StepSums, affordable
from studio.runtime.insights.days import of
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.insights.grains import Grain
from studio.runtime.insights.sums import Counted, Sums
from studio.runtime.insights.walking import LATEST, SETTLED, busy
from studio.runtime.models import Run, RunErrorTally, RunOpen, RunTally, RunWalk, StepTally
from studio.runtime.outcomes import ENDED, Mode, RunState

NAME = "tallies"
BATCH = 1_000
"""Runs that are counted in one transaction."""
AGAIN = 500
"""Runs that are looked at again in one."""
REST_S = 5.0
AGAIN_S = 2.5
"""Between two looks at those that went on: ten thousand of them are looked at within a minute."""
FORGET_S = 3600.0
ZONES_S = 60.0
"""Between two looks at what time zones workspaces have: another one counts from its next midnight on."""
_NONE = UUID(int=0)
_ABOUT = (
    Run.id, Run.workspace_id, Run.workflow_id, Run.state, Run.waiting_for, Run.mode, Run.created_at, Run.finished_at,
    Run.error, Run.error_print, Run.steps_used,
)  # fmt: skip


class Tallying:
    """A batch of new runs, and one of those that went on, a turn of the sweeper; less often where little is to do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest_until = self._again_at = self._forget_at = self._zones_at = 0.0
        self._again_from = _NONE

    def __call__(self, now: datetime) -> None:
        """What there is to do now."""
        moment = clock.monotonic()
        if moment >= self._zones_at:
            self.note_zones(now)
            self._zones_at = moment + ZONES_S
        if moment >= self._rest_until:
            self._rest_until = 0.0 if self._count(now)[1] else moment + REST_S
        if moment >= self._again_at:
            self.look_again(now)
            self._again_at = moment + AGAIN_S
        if moment >= self._forget_at:
            self.forget(now)
            self._forget_at = moment + FORGET_S

    def note_zones(self, now: datetime) -> int:
        """Workspaces that have another time zone than their days; how many."""
        with self._database.across() as unit:
            return zoning.note_changes(unit.session, now)

    def catch_up(self, now: datetime) -> int:
        """Count everything that is settled, batch after batch; how many runs that were."""
        done, more = self._count(now, whatever=True)
        while more:
            found, more = self._count(now, whatever=True)
            done += found
        return done

    def look_again(self, now: datetime) -> int:
        """At the next ones that went on when they were counted; how many have changed."""
        with self._database.across() as unit:
            session = unit.session
            wanted = select(RunOpen, *_ABOUT).outerjoin(Run, Run.id == RunOpen.run_id)
            open_rows = session.execute(
                wanted.where(RunOpen.run_id > self._again_from).order_by(RunOpen.run_id).limit(AGAIN)
            ).all()
            found = affordable(open_rows)
            more = len(open_rows) == AGAIN or len(found) < len(open_rows)
            self._again_from = found[-1][0].run_id if more else _NONE
            sums = Sums(now)
            looked = [(row[0], _counted(row, _day_at(row[0])) if row.id is not None else None) for row in found]
            moved = [run for known, run in looked if _moved(session, sums, known, run)]
            sums.write(session)
            StepSums(now).count(session, [run for run in moved if run is not None])
        return len(moved)

    def forget(self, now: datetime) -> None:
        """Counts of long ago."""
        with self._database.across() as unit:
            for table in (RunTally, RunErrorTally):
                for grain in Grain:
                    old = table.grain == grain.value, table.starts_at < now - grain.kept - grain.longest
                    unit.session.execute(delete(table).where(*old))
            for grain, kept in KEPT.items():
                gone = StepTally.grain == grain.value, StepTally.starts_at < now - kept - grain.longest
                unit.session.execute(delete(StepTally).where(*gone))
            zoning.forget(unit.session, now - Grain.DAY.kept - Grain.DAY.longest)

    def _count(self, now: datetime, *, whatever: bool = False) -> tuple[int, bool]:
        """How many were counted, and whether there may be more."""
        with self._database.across() as unit:
            session = unit.session
            walk = session.get(RunWalk, NAME, with_for_update=True)
            after = walk.run_id if walk is not None else _NONE
            settled = select(*_ABOUT).where(Run.id > after, Run.id < first_id_at(now - SETTLED))
            settled_rows = session.execute(settled.order_by(Run.id).limit(BATCH)).all()
            rows = affordable(settled_rows)
            late = bool(rows) and rows[0].id < first_id_at(now - LATEST)
            if not rows or not (whatever or late or not busy(session, now)):
                return 0, False
            sums = Sums(now)
            days = zoning.counted_by(session, {row.workspace_id for row in rows})
            live = [
                _counted(row, days[row.workspace_id].at(row.created_at).starts_at)
                for row in rows
                if row.mode == Mode.LIVE
            ]
            for run in live:
                sums.add(run)
                _keep_open(session, run)
            sums.write(session)
            StepSums(now).count(session, live)
            if walk is None:
                session.add(RunWalk(name=NAME, run_id=rows[-1].id))
            else:
                walk.run_id = rows[-1].id
            return len(rows), len(rows) < len(settled_rows) or len(settled_rows) == BATCH


def _keep_open(session: Session, run: Counted) -> None:
    if run.state not in ENDED:
        session.add(
            RunOpen(
                run_id=run.id, workspace_id=run.workspace_id, workflow_id=run.workflow_id, began_at=run.began_at,
                day_at=run.day_at, state=run.state, reason=run.reason,
            )
        )  # fmt: skip


def _day_at(known: RunOpen) -> datetime:
    """When the day began that it is counted in: of UTC, where that was before days had a zone."""
    return known.day_at or of(known.began_at, "UTC").starts_at


def _moved(session: Session, sums: Sums, known: RunOpen, run: Counted | None) -> bool:
    """Whether a run counts otherwise than before, in the same day; one that is no longer kept counts no longer."""
    if run is not None and (run.state, run.reason) == (known.state, known.reason):
        return False
    sums.take(
        Counted(
            known.run_id, known.workspace_id, known.workflow_id, known.began_at, _day_at(known), known.state,
            known.reason,
        )
    )  # fmt: skip
    if run is not None:
        sums.add(run)
    if run is None or run.state in ENDED:
        session.delete(known)
    else:
        known.state, known.reason = run.state, run.reason
    return True


def _counted(row: Row[Any], day_at: datetime) -> Counted:
    ended = row.state in ENDED and row.finished_at is not None
    took = max(0, int((row.finished_at - row.created_at).total_seconds() * 1000)) if ended else None
    failed = row.error if row.state == RunState.FAILED and row.error else None
    code, node = (str(failed.get(name) or "") for name in ("code", "node")) if failed else ("", "")
    return Counted(
        row.id, row.workspace_id, row.workflow_id, row.created_at, day_at, row.state,
        reason=(row.waiting_for or "") if row.state == RunState.WAITING else "",
        took_ms=took if row.state in (RunState.SUCCEEDED, RunState.FAILED) else None,
        error_print=(row.error_print or fingerprint(failed)) if failed else None,
        error_code=code[:80], error_node=node[:40],
    )  # fmt: skip
