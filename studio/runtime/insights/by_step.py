"""Counts steps of runs that have ended, in the same transaction that counts the runs: each once, where its run began.

A step counts once an iteration, from the begin of its first attempt to the end of its last, whatever lay between:
waiting for a decision, or for the next attempt. What a re-run kept of another run does not count.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from studio.core import sketch
from studio.runtime.insights.grains import Grain, hour_of
from studio.runtime.insights.sums import Counted
from studio.runtime.models import StepTally
from studio.runtime.outcomes import ENDED

MOST_STEPS = 20_000
"""Steps that are read in one transaction; one run alone may have more."""
KEPT = {Grain.HOUR: timedelta(days=2), Grain.DAY: timedelta(days=32)}
"""Shorter than counts of runs: there are as many of these as steps."""

_COUNT = """
    with given as ({given}),
    did as (
        select run_id, node_key, count(*) as attempts,
               max(case when state = 'succeeded' then 1 else 0 end) as went, {took} as ms
        from step
        where run_id {ids} and reused_from is null and state in ('succeeded', 'failed')
        group by run_id, node_key, path
    )
    select g.place, p.node_key,
           case when p.ms < 1000 then p.ms when p.ms < 10000 then p.ms / 10 * 10
                when p.ms < 100000 then p.ms / 100 * 100 when p.ms < 1000000 then p.ms / 1000 * 1000
                else p.ms / 10000 * 10000 end as about_ms,
           count(*) as ended, sum(1 - p.went) as failed, sum(p.attempts - 1) as retried
    from did p join given g on g.run_id = p.run_id
    group by g.place, p.node_key, about_ms
"""
"""Added up where the rows lie: taking each step out costs many times as much. Times keep three digits."""
_POSTGRESQL = text(
    _COUNT.format(
        ids="= any(cast(:ids as uuid[]))",
        took="cast(extract(epoch from max(finished_at) - min(started_at)) * 1000 as bigint)",
        given="select * from unnest(cast(:ids as uuid[]), cast(:places as integer[])) as one(run_id, place)",
    )
)
_SQLITE = text(
    _COUNT.format(
        ids="in (select run_id from given)",
        took="cast(round((julianday(max(finished_at)) - julianday(min(started_at))) * 86400000) as integer)",
        given="select value ->> 0 as run_id, value ->> 1 as place from json_each(:given)",
    )
)


class _RunPlace(NamedTuple):
    """Where all steps of a run count."""

    workspace_id: UUID
    workflow_id: UUID
    hour: datetime
    day_at: datetime


class _Place(NamedTuple):
    """The key of a `StepTally`."""

    workspace_id: UUID
    workflow_id: UUID
    grain: str
    starts_at: datetime
    node_key: str


@dataclass(slots=True)
class _Sum:
    ended: int = 0
    failed: int = 0
    retried: int = 0
    times: Counter[int] = field(default_factory=Counter)

    def add(self, other: "_Sum") -> None:
        self.ended += other.ended
        self.failed += other.failed
        self.retried += other.retried
        self.times.update(other.times)


def affordable(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """As many runs from the first on as have few enough steps together; never none of some."""
    steps = 0
    for number, row in enumerate(rows):
        steps += row.steps_used or 0
        if steps > MOST_STEPS and number:
            return rows[:number]
    return rows


@dataclass(slots=True)
class StepSums:
    """What is to be added, from `now` on back as far as counts are kept."""

    now: datetime
    _sums: dict[_Place, _Sum] = field(default_factory=dict)

    def count(self, session: Session, runs: Sequence[Counted]) -> None:
        """Of those that have ended; whoever calls is the only one."""
        oldest = self.now - KEPT[Grain.DAY]
        recent = [run for run in runs if run.state in ENDED and run.began_at > oldest]
        if not recent:
            return
        places: dict[_RunPlace, int] = {}
        numbers = [places.setdefault(_run_place(run), len(places)) for run in recent]
        by_place: dict[tuple[int, str], _Sum] = {}
        for row in _counts(session, [run.id for run in recent], numbers):
            found = by_place.setdefault((row.place, row.node_key), _Sum())
            found.ended += row.ended
            found.failed += row.failed
            found.retried += row.retried
            if row.about_ms is not None:
                found.times[sketch.bucket(row.about_ms)] += row.ended
        named = list(places)
        for (number, key), found in by_place.items():
            of = named[number]
            for grain, start in ((Grain.HOUR, of.hour), (Grain.DAY, of.day_at)):
                if of.hour > self.now - KEPT[grain]:
                    place = _Place(of.workspace_id, of.workflow_id, grain.value, start, key)
                    self._sums.setdefault(place, _Sum()).add(found)
        self._write(session)

    def _write(self, session: Session) -> None:
        known = {
            _Place(one.workspace_id, one.workflow_id, one.grain, one.starts_at, one.node_key): one
            for one in session.scalars(
                select(StepTally).where(
                    StepTally.workspace_id.in_({one.workspace_id for one in self._sums}),
                    StepTally.workflow_id.in_({one.workflow_id for one in self._sums}),
                    StepTally.grain.in_({one.grain for one in self._sums}),
                    StepTally.starts_at.in_({one.starts_at for one in self._sums}),
                )
            )
        }
        for place, more in self._sums.items():
            row = known.get(place)
            if row is None:
                row = StepTally(**place._asdict(), ended=0, failed=0, retried=0, times={})
                session.add(row)
            row.ended += more.ended
            row.failed += more.failed
            row.retried += more.retried
            row.times = dict(Counter(row.times) + Counter({str(key): count for key, count in more.times.items()}))
        self._sums.clear()


def _run_place(run: Counted) -> _RunPlace:
    return _RunPlace(run.workspace_id, run.workflow_id, hour_of(run.began_at), run.day_at)


def _counts(session: Session, ids: Sequence[UUID], places: Sequence[int]) -> Sequence[Row[Any]]:
    """By the numbers of the places that runs lie in."""
    if session.get_bind().dialect.name == "postgresql":
        return session.execute(_POSTGRESQL, {"ids": list(ids), "places": list(places)}).all()
    given = [(one.hex, place) for one, place in zip(ids, places, strict=True)]
    return session.execute(_SQLITE, {"given": orjson.dumps(given).decode()}).all()
