"""A workspace with one published workflow, and counting what became of its runs."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from benchmarks.workloads import SAMPLE
from studio.accounts.identity import SESSION_KEY
from studio.accounts.models import Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import members, sessions, tokens, workspaces
from studio.app import create_app
from studio.core import db
from studio.core.settings import Settings
from studio.core.tenancy import TenantSession, bind
from studio.runtime.models import Run, RunNote
from studio.runtime.service import starts, subscriptions, workflows

APPROVER = "approver@example.com"


@dataclass(frozen=True)
class Approver:
    """A person who is asked, as a browser and as a program."""

    cookie: str
    """Value of the header Cookie."""
    token: str
    """Of the REST API."""


@dataclass(frozen=True)
class Seeded:
    """Where to post, and who decides where somebody does."""

    workspace_id: UUID
    workflow_id: UUID
    path: str
    approver: Approver | None = None


def seed(
    settings: Settings,
    document: dict[str, Any],
    called: dict[str, Any] | None = None,
    *,
    approver: bool = False,
    others: Sequence[str] = (),
    name: str = "Benchmark",
) -> Seeded:
    """Make a workspace, with the person APPROVER where wanted, and publish the document, by its webhook if any.

    `others` are addresses of people who may be asked beside them.

    `called` is published before it: its steps that call a workflow call this one.
    """
    with application(settings) as app:
        database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
        with database.unit() as unit:
            workspace_id = workspaces.create(unit, workspaces.WorkspaceFacts(name)).id
        person = _approver(app, workspace_id) if approver else None
        with database.unit(workspace_id) as unit:
            for email in others:
                members.add(unit, email=email, name=email.partition("@")[0].title(), role=Role.APPROVER)
        with database.unit(workspace_id) as unit:
            if called is not None:
                other = workflows.create(unit, called["name"])
                workflows.publish(unit, keyring, other, called)
                for step in document["nodes"]:
                    if step["type"] == "flow.call":
                        step["config"]["workflow"] = str(other.id)
            workflow = workflows.create(unit, document["name"])
            workflows.publish(unit, keyring, workflow, document)
            hooks = [row for row in subscriptions.of_workflow(unit, workflow.id) if row.type == "trigger.webhook"]
            address = subscriptions.address(keyring, hooks[0]) if hooks else ""
        return Seeded(workspace_id, workflow.id, f"/hooks/{address}", person)


def queue(settings: Settings, seeded: Seeded) -> UUID:
    """Start a run while no process is there that would execute it; its id."""
    with application(settings) as app, app.extensions["studio_database"].unit(seeded.workspace_id) as unit:
        [hook] = subscriptions.of_workflow(unit, seeded.workflow_id)
        return starts.start(unit, hook, SAMPLE, hint=lambda: None).id


def _approver(app: Flask, workspace_id: UUID) -> Approver:
    with app.extensions["studio_database"].unit(workspace_id) as unit:
        _, user = members.add(unit, email=APPROVER, name="Approver", role=Role.APPROVER)
        unit.session.flush()
        token = tokens.create(unit, name="Benchmark", scopes=["approvals:read", "approvals:write"], user_id=user.id)
        session, _ = sessions.start(unit, user.id, workspace_id)
    return Approver(_cookie(app, session), token.text)


def _cookie(app: Flask, session: Any) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None  # the app has a key
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({SESSION_KEY: session})}"


def signed_in(app: Flask, workspace_id: UUID, email: str, role: Role) -> tuple[UUID, str]:
    """Somebody new with a role: their id, and the value of the header Cookie."""
    with app.extensions["studio_database"].unit(workspace_id) as unit:
        _, user = members.add(unit, email=email, name=email.partition("@")[0].title(), role=role)
        unit.session.flush()
        session, _ = sessions.start(unit, user.id, workspace_id)
        return user.id, _cookie(app, session)


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The app in this process, executing nothing."""
    app = create_app(settings)
    database = app.extensions["studio_database"]
    try:
        yield app
    finally:
        app.extensions["studio_engine"].stop()
        database.app.dispose()
        database.engine.dispose()


class Reader:
    """A session as the engine, which sees all runs."""

    def __init__(self, settings: Settings) -> None:
        self._engine = db.open_engine(settings.engine_url)
        self._session = TenantSession(self._engine.execution_options(read_only=True))

    def __enter__(self) -> TenantSession:
        bind(self._session, workspace_id=None, cross=True)
        return self._session

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._engine.dispose()


def counts(settings: Settings, after: UUID | None = None) -> dict[str, int]:
    """Runs by state; with `after`, only those that are younger than this one, which costs nothing of a long history."""
    younger = [] if after is None else [Run.id > after]
    with Reader(settings) as session:
        return dict(session.execute(select(Run.state, func.count()).where(*younger).group_by(Run.state)).all())


def drained(settings: Settings, limit_s: float) -> None:
    """Wait until no run is queued or running. Looks at those alone, by index: whoever measures waits for this."""
    until = time.monotonic() + limit_s
    with Reader(settings) as session:
        tenants = session.scalars(select(Workspace.id)).all()
        busy = Run.workspace_id.in_(tenants), Run.state.in_(("queued", "running"))
        while time.monotonic() < until:
            if session.scalar(select(Run.id).where(*busy).limit(1)) is None:
                return
            session.rollback()  # what the next look sees must not be of this one's transaction
            time.sleep(0.1)  # between two looks at a fact: is the backlog gone?
    raise TimeoutError(f"the backlog was not gone after {limit_s} s: {counts(settings)}")


def reached(settings: Settings, state: str, count: int, limit_s: float) -> None:
    """Wait until so many runs are in a state."""
    until = time.monotonic() + limit_s
    while counts(settings).get(state, 0) < count:
        if time.monotonic() > until:
            message = f"not {count} runs were {state} after {limit_s} s: {counts(settings)}"
            raise TimeoutError(message)
        time.sleep(0.1)  # between two looks at a fact in the database, which tells nobody when it becomes true


def newest_run(settings: Settings) -> UUID:
    """The id that later runs are greater than."""
    with Reader(settings) as session:
        found = session.execute(select(Run.id).order_by(Run.id.desc()).limit(1)).scalar()
        return found or UUID(int=0)


def durations_ms(settings: Settings, after: UUID) -> list[float]:
    """From acceptance to the end, of each run that succeeded since."""
    with Reader(settings) as session:
        found = select(Run.created_at, Run.finished_at).where(Run.id > after, Run.state == "succeeded")
        return [(end - start).total_seconds() * 1000 for start, end in session.execute(found)]


def notes(settings: Settings) -> int:
    """Notes on all runs of all workspaces: what their steps wrote inside."""
    total = 0
    with Reader(settings) as session:
        workspaces_found = session.scalars(select(Run.workspace_id).distinct()).all()
    engine = db.open_engine(settings.database_url)
    try:
        for workspace_id in workspaces_found:
            with TenantSession(engine) as session:
                bind(session, workspace_id=workspace_id)
                total += session.scalar(select(func.count()).select_from(RunNote)) or 0
    finally:
        engine.dispose()
    return total
