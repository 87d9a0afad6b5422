"""What counts of hours and days say: outcomes over time, how long runs take, what they wait for, errors that repeat.

No run is read but the examples of the errors that are shown.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import String, cast, func, select

from studio.core import sketch
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.insights.days import Since, changed
from studio.runtime.insights.grains import ALL, Bounds, Grain, Period
from studio.runtime.insights.tallying import NAME
from studio.runtime.insights.walking import LATEST
from studio.runtime.insights.zoning import days_of
from studio.runtime.models import Run, RunErrorTally, RunTally, RunWalk, Workflow
from studio.runtime.outcomes import ENDED, STUCK, RunState

MOST_WORKFLOWS = 10
MOST_ERRORS = 10
_PARTS = (50, 95)


@dataclass(slots=True)
class Stretch:
    """The runs that began in an hour, on a day, or in several together."""

    starts_at: datetime
    ends_at: datetime
    """Not included."""
    day: date | None = None
    """None: it is no day."""
    time_zone: str | None = None
    """Whose day it is."""
    whole_day: bool = True
    """False: only a part of that day, as the workspace changed its time zone on it."""
    states: Counter[str] = field(default_factory=Counter)
    """How many there are in each state."""
    times: Counter[int] = field(default_factory=Counter)
    """How often each time occurred, in ms, of those that succeeded or failed."""

    @property
    def runs(self) -> int:
        """All of them."""
        return self.states.total()

    @property
    def stuck(self) -> int:
        """Those that a person has to decide about."""
        return sum(self.states[state] for state in STUCK)

    @property
    def going(self) -> int:
        """Those that have not ended and are not stuck."""
        return sum(count for state, count in self.states.items() if state not in ENDED and state not in STUCK)

    @property
    def median_ms(self) -> int | None:
        """Half of them took no longer; None: none has ended."""
        return sketch.percentiles(self.times, _PARTS)[0]

    @property
    def p95_ms(self) -> int | None:
        """95 of a hundred took no longer."""
        return sketch.percentiles(self.times, _PARTS)[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Runs that wait, whenever they began."""

    reason: str
    """Kind of their oldest open wait."""
    runs: int


@dataclass(frozen=True, slots=True)
class TopError:
    """Runs of one workflow that failed with one and the same error."""

    fingerprint: str
    code: str
    node: str
    workflow_id: UUID
    workflow: str | None
    """None: it is gone."""
    runs: int
    latest_run_id: UUID
    message: str | None
    """Of the latest of them; None: that run is no longer kept."""


@dataclass(frozen=True, slots=True)
class OfWorkflow:
    """The runs of one workflow in the period."""

    workflow_id: UUID
    name: str | None
    """None: it is gone."""
    found: Stretch


@dataclass(frozen=True, slots=True)
class Insights:
    """A period."""

    period: Period
    time_zone: str
    """Of today. Earlier days are of the zone that the workspace had then."""
    coming: Since | None
    """The zone that it has by now, and the midnight from which on days are of it."""
    counted_to: datetime | None
    """Runs that began later are not counted yet; None: none is."""
    behind: bool
    """Counting has to catch up with what is not of the last minutes: after an upgrade, or while orders go first."""
    stretches: Sequence[Stretch]
    whole: Stretch
    """All of them together."""
    waiting: Sequence[Waiting]
    errors: Sequence[TopError]
    workflows: Sequence[OfWorkflow]
    """The busiest; empty where one workflow was asked for."""


def insights(uow: UnitOfWork, period: Period, workflow_id: UUID | None = None) -> Insights:
    """Of all workflows, or of one."""
    days, wanted = days_of(uow)
    bounds = period.bounds(uow.now, days)
    stretches, since = _stretches(uow, period.grain, bounds, workflow_id or ALL), bounds[0].starts_at
    whole = Stretch(since, bounds[-1].ends_at)
    for one in stretches:
        whole.states.update(one.states)
        whole.times.update(one.times)
    today, after = days.at(uow.now).zone, changed(days.zones, wanted, uow.now)[-1]
    return Insights(
        period, today, after if after.since > uow.now else None, *counted_to(uow), stretches, whole,
        _waiting(uow, workflow_id or ALL), _errors(uow, period.grain, since, workflow_id),
        _workflows(uow, period.grain, whole) if workflow_id is None else (),
    )  # fmt: skip


def counted_to(uow: UnitOfWork) -> tuple[datetime | None, bool]:
    """Every run that began before this moment is counted; and whether some wait that should have been."""
    reached = uow.session.scalar(select(RunWalk.run_id).where(RunWalk.name == NAME))
    late = select(Run.id).where(Run.id > (reached or UUID(int=0)), Run.id < first_id_at(uow.now - LATEST))
    behind = uow.session.scalar(late.limit(1)) is not None
    return datetime.fromtimestamp((reached.int >> 80) / 1000, UTC) if reached is not None else None, behind


def _stretches(uow: UnitOfWork, grain: Grain, bounds: Sequence[Bounds], workflow_id: UUID) -> list[Stretch]:
    made, starts = [Stretch(*one) for one in bounds], [one.starts_at for one in bounds]
    columns = select(RunTally.starts_at, RunTally.state, RunTally.runs, RunTally.times)
    which = RunTally.workflow_id == workflow_id, RunTally.grain == grain.value, RunTally.starts_at >= starts[0]
    for row in uow.session.execute(columns.where(*which)):
        # In the stretch that holds its begin: a zone's rules may have changed since it was counted.
        _add(made[bisect_right(starts, row.starts_at) - 1], row.state, row.runs, row.times)
    return made


def _add(stretch: Stretch, state: str, runs: int, times: dict[str, int]) -> None:
    stretch.states[state] += runs
    for number, count in times.items():
        stretch.times[sketch.time_of(int(number))] += count


def _waiting(uow: UnitOfWork, workflow_id: UUID) -> list[Waiting]:
    runs = func.sum(RunTally.runs)
    which = (
        RunTally.workflow_id == workflow_id, RunTally.grain == Grain.DAY.value, RunTally.state == RunState.WAITING,
    )  # fmt: skip
    found = select(RunTally.reason, runs).where(*which).group_by(RunTally.reason).order_by(runs.desc(), RunTally.reason)
    return [Waiting(reason, int(count)) for reason, count in uow.session.execute(found)]


def _errors(uow: UnitOfWork, grain: Grain, since: datetime, workflow_id: UUID | None) -> list[TopError]:
    runs = func.sum(RunErrorTally.runs)
    # As text: PostgreSQL takes no max() of ids before version 18.
    latest = func.max(cast(RunErrorTally.latest_run_id, String))
    keys = RunErrorTally.error_print, RunErrorTally.workflow_id, RunErrorTally.error_code, RunErrorTally.error_node
    found = select(*keys, runs, latest).where(RunErrorTally.grain == grain.value, RunErrorTally.starts_at >= since)
    if workflow_id is not None:
        found = found.where(RunErrorTally.workflow_id == workflow_id)
    top = found.group_by(*keys).order_by(runs.desc(), RunErrorTally.error_print).limit(MOST_ERRORS)
    rows = [(*row[:4], int(row[4]), UUID(row[5])) for row in uow.session.execute(top)]
    examples = select(Run.id, Run.error).where(Run.id.in_([row[5] for row in rows]))
    said = {row.id: (row.error or {}).get("message") for row in uow.session.execute(examples)} if rows else {}
    names = _names(uow, {row[1] for row in rows})
    return [
        TopError(print_, code, node, of, names.get(of), count, run_id, said.get(run_id))
        for print_, of, code, node, count, run_id in rows
    ]


def _workflows(uow: UnitOfWork, grain: Grain, whole: Stretch) -> list[OfWorkflow]:
    runs = func.sum(RunTally.runs)
    which = RunTally.grain == grain.value, RunTally.starts_at >= whole.starts_at
    busiest = select(RunTally.workflow_id).where(*which, RunTally.workflow_id != ALL).group_by(RunTally.workflow_id)
    ids = list(uow.session.scalars(busiest.order_by(runs.desc(), RunTally.workflow_id).limit(MOST_WORKFLOWS)))
    if not ids:
        return []
    made = {one: Stretch(whole.starts_at, whole.ends_at) for one in ids}
    columns = select(RunTally.workflow_id, RunTally.state, RunTally.runs, RunTally.times)
    for row in uow.session.execute(columns.where(*which, RunTally.workflow_id.in_(ids))):
        _add(made[row.workflow_id], row.state, row.runs, row.times)
    names = _names(uow, set(ids))
    return [OfWorkflow(one, names.get(one), found) for one, found in made.items()]


def _names(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, str]:
    named = select(Workflow.id, Workflow.name).where(Workflow.id.in_(ids))
    return {row.id: row.name for row in uow.session.execute(named)} if ids else {}
