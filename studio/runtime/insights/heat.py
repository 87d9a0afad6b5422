"""Where a workflow's runs fail, and where they stay long: counts of its steps, of those alone that run today."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from studio.core import sketch
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.insights.grains import Grain, Period
from studio.runtime.insights.reading import counted_to
from studio.runtime.insights.zoning import days_of
from studio.runtime.models import StepTally, Workflow, WorkflowVersion

_PARTS = (50, 95)
FAILING = (0.0, 0.01, 0.05, 0.2)
"""A step is one degree hotter for each share of failures that it is above."""
LASTING_MS = (1_000, 10_000, 60_000, 3_600_000)
"""The same for the time that 95 of a hundred did not exceed."""
HOTTEST = 4


class Span(StrEnum):
    """How far back: periods that steps are counted for."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def period(self) -> Period:
        """The same for counts of runs."""
        return Period(self.value)


class By(StrEnum):
    """What makes a step hot."""

    FAILED = "failed"
    TIME = "time"


@dataclass(slots=True)
class StepHeat:
    """One step of the version that runs."""

    key: str
    name: str
    ended: int = 0
    """How often it succeeded or failed; in a loop once an iteration."""
    failed: int = 0
    retried: int = 0
    """Attempts beyond the first."""
    times: Counter[int] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of those that ended: failures, 0 to 1."""
        return self.failed / self.ended if self.ended else 0.0

    @property
    def median_ms(self) -> int | None:
        """Half of them took no longer, waiting and attempts included; None: none has ended."""
        return sketch.percentiles(self.times, _PARTS)[0]

    @property
    def p95_ms(self) -> int | None:
        """95 of a hundred took no longer."""
        return sketch.percentiles(self.times, _PARTS)[1]

    def degree(self, by: By) -> int | None:
        """0 to HOTTEST; None: it has not ended."""
        if not self.ended:
            return None
        if by is By.FAILED:
            return sum(self.share > bound for bound in FAILING)
        return sum((self.p95_ms or 0) > bound for bound in LASTING_MS)


@dataclass(frozen=True, slots=True)
class Heat:
    """The steps in the order of the document."""

    span: Span
    time_zone: str
    """Whose days are counted; those before another zone of the workspace are of that one."""
    starts_at: datetime
    """Runs that began earlier do not count."""
    version: int | None
    """The number of the version whose steps these are; None: nothing was published."""
    counted_to: datetime | None
    behind: bool
    steps: Sequence[StepHeat]


def heat(uow: UnitOfWork, workflow: Workflow, span: Span) -> Heat:
    """Of runs that began in the span and have ended, of whatever version."""
    days, since = _since(uow, span)
    if workflow.published_version_id is None:
        return Heat(span, days, since, None, *counted_to(uow), ())
    version = uow.session.get_one(WorkflowVersion, workflow.published_version_id)
    made = _counted(uow, workflow, documents.load(version.document), span.period.grain, since)
    return Heat(span, days, since, version.number, *counted_to(uow), made)


def _since(uow: UnitOfWork, span: Span) -> tuple[str, datetime]:
    days = days_of(uow)[0]
    return days.at(uow.now).zone, span.period.bounds(uow.now, days)[0].starts_at


def _counted(uow: UnitOfWork, workflow: Workflow, document: Document, grain: Grain, since: datetime) -> list[StepHeat]:
    made = {step.key: StepHeat(step.key, step.name) for step in document.nodes}
    which = (
        StepTally.workflow_id == workflow.id, StepTally.grain == grain.value,
        StepTally.starts_at >= since, StepTally.node_key.in_(made),
    )  # fmt: skip
    columns = StepTally.node_key, StepTally.ended, StepTally.failed, StepTally.retried, StepTally.times
    for row in uow.session.execute(select(*columns).where(*which)):
        step = made[row.node_key]
        step.ended += row.ended
        step.failed += row.failed
        step.retried += row.retried
        for number, count in row.times.items():
            step.times[sketch.time_of(int(number))] += count
    return list(made.values())
