"""A workspace whose workflow fails, with a clock that a test moves."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from studio.core import clock, outbox
from studio.core.ids import first_id_at, new_id
from studio.oversight.alerts import watching
from studio.oversight.alerts.tables import Alert, AlertRule
from studio.oversight.alerts.telling import Post
from studio.oversight.alerts.watching import Watching
from studio.runtime import notices
from studio.runtime.halts import pausing
from studio.runtime.halts.asking import Wanted
from studio.runtime.halts.outcomes import Events, Under
from studio.runtime.models import Halt, Run, Workflow
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

ERROR = {"code": "http.status_503", "message": "erp.example.com had an error of its own (503)."}


class Night:
    """One workflow of Tom's; whom its alerts are told, and when."""

    def __init__(self, app, database, mailer):
        self.app, self.database, self.mailer = app, database, mailer
        Post(mailer, "https://studio.example.com").register()
        self.watching = Watching(database)
        self.tenant = make_tenant(database)
        self.workflow_id = make_workflow(app, self.tenant, refunds(), published=True)
        with self.unit() as uow:
            workflow = uow.session.get_one(Workflow, self.workflow_id)
            workflow.owner_id = self.tenant["builder"].user_id
            self.version_id = workflow.published_version_id
        self.compiled = app.extensions["studio_engine"].versions(self.tenant.id, self.version_id)
        self._numbers = iter(range(1_000))

    def unit(self, who=None, **more):
        return (
            self.database.unit(self.tenant.id, who.actor if who else None, **more)
            if who
            else self.database.unit(self.tenant.id, **more)
        )

    def rule(self, document, *, name="Night", place=1):
        with self.unit() as uow:
            row = AlertRule(id=new_id(), name=name, name_key=name.lower(), place=place, enabled=True,
                            document=document, created_at=uow.now, updated_at=uow.now)  # fmt: skip
            uow.session.add(row)
            return row.id

    def run(self, state="failed", *, workflow_id=None, told=True):
        with self.unit() as uow:
            run = Run(
                id=UUID(int=first_id_at(uow.now).int + next(self._numbers)),
                workflow_id=workflow_id or self.workflow_id,
                version_id=self.version_id, trigger_node="order", title="Order 6021", available_at=uow.now,
                created_at=uow.now, finished_at=uow.now, state=state, error=ERROR if state != "succeeded" else None,
            )  # fmt: skip
            uow.session.add(run)
            uow.session.flush()
            if told and state != "succeeded":
                notices.failed(uow, run, replace(self.compiled, workflow_id=run.workflow_id))
            return run.id

    def ran(self, uow, at, **more):
        """A run that began and ended well then."""
        run = Run(
            id=UUID(int=first_id_at(at).int + next(self._numbers)), workflow_id=self.workflow_id,
            version_id=self.version_id, trigger_node="order", title="Order 6021", available_at=at,
            created_at=at, finished_at=at, state="succeeded", **more,
        )  # fmt: skip
        uow.session.add(run)

    def later(self, **span):
        """Time passes, the sweeper looks, and the outbox has its turns."""
        clock.shift(timedelta(**span))
        self.watching(clock.local_now())
        while outbox.drain(self.database):
            pass

    def sent(self):
        """(To, subject) of all mails so far, in order."""
        return [(mail.to[0], mail.subject) for mail in self.mailer.sent.values()]

    def alert(self):
        with self.unit() as uow:
            return uow.session.scalars(select(Alert).order_by(Alert.id)).all()[-1]

    def alerts(self):
        with self.unit() as uow:
            return uow.session.scalars(select(Alert).order_by(Alert.id)).all()

    def link(self, number=-1):
        """The token of a mail's link."""
        text = list(self.mailer.sent.values())[number].text
        return text.split("/al/")[1].split()[0]


@pytest.fixture
def paused_or_stopped():
    """Have a workflow stand still, by itself or with all others."""

    def still(uow, workflow, how):
        wanted = Wanted("Stock count", Events.REFUSE, Under.FINISH, None)
        if how == "paused":
            pausing.pause(uow, workflow, wanted)
        else:
            uow.session.add(Halt(
                scope_id=uow.workspace, workflow_id=None, events="refuse", parks=True, parking=True, reason="x",
                why="x", by_id=None, by_name="x", since=uow.now,
            ))  # fmt: skip

    return still


@pytest.fixture
def night(app, database, mailer, monkeypatch):
    monkeypatch.setattr(watching, "TURN_S", 60)
    yield Night(app, database, mailer)
    clock.reset()
