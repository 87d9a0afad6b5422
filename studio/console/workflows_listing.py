"""The list of workflows: five queries a page, whatever it shows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, case, cast, extract, func, or_, select, tuple_

from studio.accounts.models import User
from studio.builder.models import WorkflowDraft
from studio.contract.node import node_type
from studio.core import ids
from studio.core.i18n import gettext
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts.reading import of_workflows
from studio.runtime.models import Halt, Run, TriggerSubscription, Workflow, WorkflowTag, WorkflowVersion
from studio.runtime.outcomes import Mode, RunState
from studio.runtime.service.sorting import tags_of

PAGE = 50
HOURS = 24
_BAD = (RunState.FAILED, RunState.NEEDS_REVIEW, RunState.QUARANTINED)


class State(StrEnum):
    """What a list can be narrowed to."""

    ON = "on"
    OFF = "off"
    DRAFT = "draft"
    """Never published."""
    CHANGED = "changed"
    """Published, and changed since."""
    PAUSED = "paused"
    """It stands still because somebody said so."""
    CATCHING_UP = "catching_up"
    """Its pause is over, and what has gathered goes on."""
    ARCHIVED = "archived"
    """Hidden; it starts nothing, and its history stays."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of a list says."""

    search: str = ""
    state: State | None = None
    folder: str = ""
    tag: str = ""
    owner: UUID | None = None
    after: UUID | None = None
    """The last workflow of the page before."""


@dataclass(slots=True)
class Day:
    """Runs of the last 24 hours, an entry an hour, the oldest first."""

    done: list[int] = field(default_factory=lambda: [0] * HOURS)
    failed: list[int] = field(default_factory=lambda: [0] * HOURS)

    @property
    def runs(self) -> int:
        return sum(self.done) + sum(self.failed)

    @property
    def failures(self) -> int:
        return sum(self.failed)


@dataclass(frozen=True, slots=True)
class TriggerLine:
    """What starts a workflow, in words."""

    title: str
    icon: str
    summary: str


@dataclass(frozen=True, slots=True)
class WorkflowLine:
    """One workflow in the list."""

    id: UUID
    name: str
    description: str
    enabled: bool
    version: int | None
    changed: bool
    owner: str | None
    updated_at: datetime
    triggers: Sequence[TriggerLine]
    day: Day
    halt: Halt | None = None
    folder: str = ""
    tags: Sequence[str] = ()
    archived_at: datetime | None = None

    @property
    def state(self) -> State:
        """On, off, paused, archived, or never published."""
        if self.archived_at is not None:
            return State.ARCHIVED
        if self.version is None:
            return State.DRAFT
        if self.halt is not None:
            return State.PAUSED if self.halt.resumed_at is None else State.CATCHING_UP
        return State.ON if self.enabled else State.OFF


@dataclass(frozen=True, slots=True)
class Listed:
    """One page, and the cursor of the next."""

    rows: Sequence[WorkflowLine]
    after: UUID | None


_CHANGED = and_(WorkflowDraft.logic_hash.is_not(None), WorkflowDraft.logic_hash != WorkflowVersion.logic_hash)


def listed(uow: UnitOfWork, filters: Filters, size: int = PAGE) -> Listed:
    """Workflows by name."""
    query = _query().where(*_conditions(uow, filters)).limit(size + 1)
    rows = list(uow.session.execute(query))
    more, rows = len(rows) > size, rows[:size]
    keys = [row.id for row in rows]
    started, days, halts, tags = triggers(uow, keys), day(uow, keys), of_workflows(uow, keys), tags_of(uow, keys)
    lines = [
        WorkflowLine(
            id=row.id, name=row.name, description=row.description, enabled=row.enabled, version=row.published_number,
            changed=bool(row.changed), owner=row.owner, updated_at=row.updated_at, triggers=started.get(row.id, ()),
            day=days.get(row.id, Day()), halt=halts.get(row.id), folder=row.folder,
            tags=tags.get(row.id, ()), archived_at=row.archived_at,
        )
        for row in rows
    ]  # fmt: skip
    return Listed(lines, keys[-1] if more else None)


def triggers(uow: UnitOfWork, workflow_ids: Sequence[UUID]) -> Mapping[UUID, list[TriggerLine]]:
    """What starts each of them in its published version."""
    query = (
        select(TriggerSubscription.workflow_id, TriggerSubscription.type, TriggerSubscription.config)
        .join(Workflow, Workflow.published_version_id == TriggerSubscription.version_id)
        .where(TriggerSubscription.workflow_id.in_(workflow_ids))
        .order_by(TriggerSubscription.id)
    )
    found: dict[UUID, list[TriggerLine]] = defaultdict(list)
    for workflow_id, key, config in uow.session.execute(query) if workflow_ids else ():
        known = node_type(key)
        if known is not None:
            found[workflow_id].append(TriggerLine(gettext(known.title), known.icon, known.summary(config)))
    return found


def day(uow: UnitOfWork, workflow_ids: Sequence[UUID]) -> Mapping[UUID, Day]:
    """The last 24 hours of each of them, counted in the database."""
    if not workflow_ids:
        return {}
    since = uow.now - timedelta(hours=HOURS)
    hour = (cast(extract("epoch", Run.created_at), Integer) - int(since.timestamp())) // 3600
    failed = func.count(case((Run.state.in_(_BAD), 1)))
    query = (
        select(Run.workflow_id, hour.label("hour"), func.count(), failed)
        .where(Run.workflow_id.in_(workflow_ids), Run.id >= ids.first_id_at(since), Run.mode == Mode.LIVE)
        .group_by(Run.workflow_id, hour)
    )
    return _days(uow.session.execute(query))


def _days(rows: Iterable[Row[UUID, int, int, int]]) -> dict[UUID, Day]:
    found: dict[UUID, Day] = defaultdict(Day)
    for workflow_id, hour, runs, failures in rows:
        place = min(max(int(hour), 0), HOURS - 1)
        found[workflow_id].failed[place] += failures
        found[workflow_id].done[place] += runs - failures
    return found


def _query() -> Select[*tuple[object, ...]]:
    columns = (
        Workflow.id, Workflow.name, Workflow.description, Workflow.enabled, Workflow.published_number,
        Workflow.updated_at, Workflow.folder, Workflow.archived_at, User.name.label("owner"), _CHANGED.label("changed"),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(User, User.id == Workflow.owner_id)
        .outerjoin(WorkflowDraft, WorkflowDraft.workflow_id == Workflow.id)
        .outerjoin(WorkflowVersion, WorkflowVersion.id == Workflow.published_version_id)
        .order_by(func.lower(Workflow.name), Workflow.id)
    )


def _conditions(uow: UnitOfWork, filters: Filters) -> list[ColumnElement[bool]]:
    made = _found_by(filters) + _in_state(filters.state)
    last = uow.session.get(Workflow, filters.after) if filters.after else None
    if last is not None:
        edge = select(func.lower(Workflow.name)).where(Workflow.id == last.id).scalar_subquery()
        made.append(tuple_(func.lower(Workflow.name), Workflow.id) > tuple_(edge, last.id))
    return made


def _found_by(filters: Filters) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    if filters.search:
        named = Workflow.name.icontains(filters.search, autoescape=True)
        made.append(or_(named, Workflow.description.icontains(filters.search, autoescape=True)))
    if filters.folder:
        made.append(Workflow.folder == filters.folder)
    if filters.tag:
        tagged = WorkflowTag.workflow_id == Workflow.id, WorkflowTag.tag == filters.tag
        made.append(select(WorkflowTag.workflow_id).where(*tagged).exists())
    if filters.owner is not None:
        made.append(Workflow.owner_id == filters.owner)
    return made


def _in_state(state: State | None) -> list[ColumnElement[bool]]:
    if state is State.ARCHIVED:
        return [Workflow.archived_at.is_not(None)]
    made: list[ColumnElement[bool]] = [Workflow.archived_at.is_(None)]
    match state:
        case State.ON | State.OFF:
            made += [Workflow.published_version_id.is_not(None), Workflow.enabled.is_(state is State.ON)]
        case State.PAUSED | State.CATCHING_UP:
            over = Halt.resumed_at.is_(None) if state is State.PAUSED else Halt.resumed_at.is_not(None)
            made.append(select(Halt.scope_id).where(Halt.scope_id == Workflow.id, over).exists())
        case State.DRAFT:
            made.append(Workflow.published_version_id.is_(None))
        case State.CHANGED:
            made.append(_CHANGED)
        case None:
            pass
    return made
