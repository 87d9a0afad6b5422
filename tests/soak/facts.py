"""What the database holds at the end, as plain rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import NullPool, Select, and_, create_engine, func, or_, select, text
from sqlalchemy.orm import Session

from studio.approvals.models import Decision, Request
from studio.core import db
from studio.core.models import LocalMail, OutboxRow
from studio.runtime.models import Run, RunNote, Step, WaitRow
from tests.soak.studio import Studio

UNDER_WAY = ("queued", "running", "waiting")
SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class RunFact:
    """One run."""

    id: str
    order: str
    state: str
    attempts: int
    error: str | None = None


@dataclass(frozen=True)
class StepFact:
    """One attempt of a step."""

    node: str
    path: str
    attempt: int
    state: str
    took_s: float | None = None
    """By its own two moments; None: it has not ended."""


@dataclass(frozen=True)
class Committed:
    """One change of a step's row, as the database's own trigger saw it."""

    at: datetime
    step_id: str
    run_id: str
    node: str
    before: str | None
    after: str


@dataclass
class Facts:
    """Everything; orders and runs by their ids as text."""

    runs: list[RunFact] = field(default_factory=list)
    steps: dict[str, list[StepFact]] = field(default_factory=lambda: defaultdict(list))
    notes: Counter[str] = field(default_factory=Counter)
    open_waits: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    """By subject."""
    decisions: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """(who, outcome) by request."""
    asked: Counter[str] = field(default_factory=Counter)
    """Requests for approval by run."""
    commits: list[Committed] = field(default_factory=list)
    unsent: int = 0


@contextmanager
def looking(running: Studio) -> Iterator[Session]:
    """A session past row security, on a connection of its own that no proxy cuts."""
    made = running.made
    if made.postgres is None:
        engine = db.open_engine(made.settings.engine_url)
    else:
        server, name = made.postgres, made.settings.engine_url.rpartition("/")[2]
        engine = create_engine("postgresql+psycopg://", creator=lambda: server.superuser(name), poolclass=NullPool)
    try:
        with Session(engine.execution_options(read_only=True)) as session:
            yield session
    finally:
        engine.dispose()


def left(running: Studio) -> tuple[int, int, int]:
    """Runs that are under way, jobs of the outbox that are not done, and all steps that were ever committed."""
    with looking(running) as session:
        runs = select(func.count()).select_from(Run).where(Run.state.in_(UNDER_WAY))
        commits = text("select count(*) from soak_commit")
        return session.scalar(runs) or 0, session.scalar(_unsent()) or 0, session.scalar(commits) or 0


def _unsent() -> Select[tuple[int]]:
    """What is put off on purpose, such as the next letter to somebody who has just had one, is no fault."""
    due = or_(
        OutboxRow.state == "running", and_(OutboxRow.state == "queued", OutboxRow.due_at < datetime.now(UTC) + SOON)
    )
    return select(func.count()).select_from(OutboxRow).where(due)


def read(running: Studio) -> Facts:
    """All of it."""
    found = Facts()
    with looking(running) as session:
        for row in session.execute(select(Run.id, Run.input, Run.state, Run.attempts, Run.error)):
            code = (row.error or {}).get("code")
            found.runs.append(RunFact(str(row.id), row.input["order"]["id"], row.state, row.attempts, code))
        columns = Step.run_id, Step.node_key, Step.path, Step.attempt, Step.state, Step.started_at, Step.finished_at
        for run_id, *place, began, ended in session.execute(select(*columns)):
            took_s = (ended - began).total_seconds() if ended else None
            found.steps[str(run_id)].append(StepFact(*place, took_s))
        found.notes.update(str(run_id) for run_id in session.scalars(select(RunNote.run_id)))
        waits = select(WaitRow.run_id).where(WaitRow.state == "open")
        found.open_waits.update(str(run_id) for run_id in session.scalars(waits))
        found.mails.update(session.scalars(select(LocalMail.subject)))
        decided = select(Decision.request_id, Decision.by_email, Decision.outcome)
        for request_id, email, outcome in session.execute(decided):
            found.decisions[str(request_id)].append((email, outcome))
        found.asked.update(str(run_id) for run_id in session.scalars(select(Request.run_id)))
        found.commits = _commits(session)
        found.unsent = session.scalar(_unsent()) or 0
    return found


def _commits(session: Session) -> list[Committed]:
    rows = session.execute(text("select at, step_id, run_id, node_key, before, after from soak_commit order by at"))
    return [Committed(_moment(at), _id(step), _id(run), *rest) for at, step, run, *rest in rows]


def held(running: Studio, holder: str) -> tuple[datetime, list[str]]:
    """The database's time, and the runs that a worker holds."""
    with looking(running) as session:
        runs = session.scalars(select(Run.id).where(Run.state == "running", Run.lease_by.like(holder))).all()
        if running.store == "sqlite":
            return datetime.now(UTC), [str(run_id) for run_id in runs]
        return session.execute(text("select clock_timestamp()")).scalar_one(), [str(run_id) for run_id in runs]


def hurry(running: Studio, older_than: timedelta) -> None:
    """As if the two minutes had passed for which a dead worker keeps a job that it took so long ago."""
    with looking(running) as session:
        jobs = select(OutboxRow).where(OutboxRow.state == "running")
        for job in session.scalars(jobs.execution_options(populate_existing=True)):
            if (
                job.lease_until is not None
                and job.lease_until < datetime.now(UTC) + timedelta(seconds=120) - older_than
            ):
                job.lease_until = job.created_at
        session.commit()


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _id(value: UUID | str) -> str:
    return str(UUID(str(value)))
