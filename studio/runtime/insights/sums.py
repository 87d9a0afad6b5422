"""What is added to the counts of hours and days: collected first, then written with few statements."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from studio.core import sketch
from studio.runtime.insights.grains import ALL, Grain, hour_of
from studio.runtime.models import RunErrorTally, RunTally


class Place(NamedTuple):
    """What a count is of: the key of a `RunTally`."""

    workspace_id: UUID
    workflow_id: UUID
    grain: str
    starts_at: datetime
    state: str
    reason: str


class Fault(NamedTuple):
    """The key of a `RunErrorTally`."""

    workspace_id: UUID
    grain: str
    starts_at: datetime
    error_print: str
    workflow_id: UUID


class Counted(NamedTuple):
    """A run as it counts."""

    id: UUID
    workspace_id: UUID
    workflow_id: UUID
    began_at: datetime
    day_at: datetime
    """When the day began that it counts in, by `days.Days`: it stays there."""
    state: str
    reason: str = ""
    took_ms: int | None = None
    """From its begin to its end; None: it goes on, or nobody knows."""
    error_print: str | None = None
    error_code: str = ""
    error_node: str = ""


@dataclass(slots=True)
class _Fault:
    runs: int = 0
    latest: UUID = ALL
    code: str = ""
    node: str = ""


@dataclass(slots=True)
class Sums:
    """What is to be added, from `now` on back as far as counts are kept."""

    now: datetime
    _alike: Counter[tuple[Counted, int | None]] = field(default_factory=Counter)
    """Runs that differ in nothing that is counted, and the bucket of their time: most of a batch are a few of these."""
    _runs: Counter[Place] = field(default_factory=Counter)
    _times: dict[Place, Counter[str]] = field(default_factory=dict)
    _faults: dict[Fault, _Fault] = field(default_factory=dict)

    def add(self, run: Counted) -> None:
        """One run more."""
        self._alike[_alike(run), None if run.took_ms is None else sketch.bucket(run.took_ms)] += 1
        if run.error_print is None:
            return
        for grain, start in self._stretches(run):
            key = Fault(run.workspace_id, grain, start, run.error_print, run.workflow_id)
            fault = self._faults.setdefault(key, _Fault())
            fault.runs += 1
            if run.id > fault.latest:
                fault.latest, fault.code, fault.node = run.id, run.error_code, run.error_node

    def take(self, run: Counted) -> None:
        """One run less that went on when it was counted: it had no time and no error."""
        self._alike[_alike(run), None] -= 1

    def write(self, session: Session) -> None:
        """Into the tables; whoever calls is the only one who does."""
        for (run, bucket), count in self._alike.items():
            for place in self._places(run):
                self._runs[place] += count
                if bucket is not None:
                    self._times.setdefault(place, Counter())[str(bucket)] += count
        self._write_runs(session)
        self._write_faults(session)

    def _places(self, run: Counted) -> Iterator[Place]:
        for grain, start in self._stretches(run):
            for workflow_id in (run.workflow_id, ALL):
                yield Place(run.workspace_id, workflow_id, grain, start, run.state, run.reason)

    def _stretches(self, run: Counted) -> Iterator[tuple[str, datetime]]:
        for grain, start in ((Grain.HOUR, hour_of(run.began_at)), (Grain.DAY, run.day_at)):
            if run.began_at > self.now - grain.kept:
                yield grain.value, start

    def _write_runs(self, session: Session) -> None:
        known = {
            Place(one.workspace_id, one.workflow_id, one.grain, one.starts_at, one.state, one.reason): one
            for one in _rows(session, RunTally, self._runs)
        }
        for place, more in self._runs.items():
            row, times = known.get(place), self._times.get(place, Counter())
            if row is None and more > 0:
                session.add(RunTally(**place._asdict(), runs=more, times=dict(times)))
            elif row is not None and row.runs + more <= 0:
                session.delete(row)
            elif row is not None:
                row.runs += more
                row.times = dict(Counter(row.times) + times) if times else row.times

    def _write_faults(self, session: Session) -> None:
        known = {
            Fault(one.workspace_id, one.grain, one.starts_at, one.error_print, one.workflow_id): one
            for one in _rows(session, RunErrorTally, self._faults)
        }
        for key, fault in self._faults.items():
            row = known.get(key)
            if row is None:
                row = RunErrorTally(
                    **key._asdict(), runs=0, error_code=fault.code, error_node=fault.node, latest_run_id=fault.latest
                )
                session.add(row)
            row.runs += fault.runs
            row.latest_run_id = max(row.latest_run_id, fault.latest)


def _alike(run: Counted) -> Counted:
    """The same run by its hour, without what tells it from others that count in the same places."""
    hour = run.began_at.replace(minute=0, second=0, microsecond=0)
    return Counted(ALL, run.workspace_id, run.workflow_id, hour, run.day_at, run.state, run.reason)


def _rows(session: Session, model: Any, keys: Any) -> list[Any]:
    """All that may be one of the keys."""
    if not keys:
        return []
    wanted = select(model).where(
        model.workspace_id.in_({key.workspace_id for key in keys}),
        model.workflow_id.in_({key.workflow_id for key in keys}),
        model.grain.in_({key.grain for key in keys}),
        model.starts_at.in_({key.starts_at for key in keys}),
    )
    return list(session.scalars(wanted))
