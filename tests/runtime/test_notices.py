"""The owner hears of every failure, in two mails an hour at the most."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from studio.core import clock, outbox
from studio.core.ids import first_id_at
from studio.runtime.engine.set_aside import SetAside
from studio.runtime.models import Run, Workflow
from studio.runtime.notices import FailureNotices
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

ERROR = {"code": "http.status_503", "message": "erp.example.com had an error of its own (503)."}
HOUR = timedelta(hours=1)


class Hour:
    """Failures and outbox turns at chosen minutes of one hour."""

    def __init__(self, app, database, mailer):
        self.database, self.mailer = database, mailer
        self.tenant = make_tenant(database)
        self.workflow_id = make_workflow(app, self.tenant, refunds(), published=True)
        self.notices = FailureNotices(mailer, "https://studio.example.com")
        outbox.register(FailureNotices.TOPIC, self.notices.tell)
        self.compiled = app.extensions["studio_engine"].versions(self.tenant.id, self._version())
        now = clock.local_now()
        self.start = datetime.fromtimestamp((now.timestamp() // 3600 + 1) * 3600, UTC)
        self._numbers = iter(range(1_000))

    def _version(self) -> UUID:
        with self.database.unit(self.tenant.id) as uow:
            workflow = uow.session.get_one(Workflow, self.workflow_id)
            workflow.owner_id = self.tenant["owner"].user_id
            return workflow.published_version_id

    def at(self, minute: float) -> None:
        clock.shift(self.start + timedelta(minutes=minute) - clock.local_now())

    def fail(self, minute: float, *, began: timedelta = timedelta(), state: str = "failed", told: bool = True) -> UUID:
        self.at(minute)
        number = next(self._numbers)
        with self.database.unit(self.tenant.id) as uow:
            run = Run(
                id=UUID(int=first_id_at(uow.now - began).int + number), workflow_id=self.workflow_id,
                version_id=self.workflow_id, trigger_node="order", title=f"Order {number}", available_at=uow.now,
                created_at=uow.now - began, finished_at=uow.now, state=state, error=ERROR,
            )  # fmt: skip
            uow.session.add(run)
            uow.session.flush()
            if told:
                self.notices(uow, run, self.compiled)
            return run.id

    def mails(self, minute: float) -> list[str]:
        """Subjects of all mails so far, after the outbox had its turn."""
        self.at(minute)
        outbox.drain(self.database)
        return [mail.subject for mail in self.mailer.sent.values()]


@pytest.fixture
def hour(app, database, mailer):
    return Hour(app, database, mailer)


def test_one_failure_is_one_mail_that_leads_to_the_run(hour):
    run_id = hour.fail(10)
    assert hour.mails(10.5) == []
    assert hour.mails(11.5) == ["High-value refunds failed"]
    [mail] = hour.mailer.sent.values()
    assert f"https://studio.example.com/runs/{run_id}" in mail.text
    assert "Order 0" in mail.text
    assert ERROR["message"] in mail.text
    assert hour.mails(62) == ["High-value refunds failed"]


def test_failures_of_a_minute_share_a_mail_and_later_ones_of_the_hour_another(hour):
    hour.fail(10)
    hour.fail(10.5, began=timedelta(days=3))
    first = ["High-value refunds failed 2 times within an hour"]
    assert hour.mails(11.5) == first
    later = [hour.fail(minute) for minute in (20, 30, 40)]
    assert hour.mails(45) == first
    assert hour.mails(62) == [*first, "High-value refunds failed 3 times within an hour"]
    *_, mail = hour.mailer.sent.values()
    assert f"/runs/{later[0]}" in mail.text


def test_a_run_that_needs_a_person_is_told_as_one(hour):
    run_id = hour.fail(10, state="needs_review")
    assert hour.mails(12) == ["A run of High-value refunds needs a person"]
    [mail] = hour.mailer.sent.values()
    assert f"/runs/{run_id}" in mail.text


def test_runs_that_need_a_person_after_the_first_mail_are_told_too(hour):
    hour.fail(10)
    hour.mails(12)
    hour.fail(20, state="needs_review")
    assert hour.mails(62) == ["High-value refunds failed", "A run of High-value refunds needs a person"]


def test_the_next_hour_begins_anew(hour):
    hour.fail(10)
    hour.mails(12)
    hour.fail(70)
    assert len(hour.mails(72)) == 2


def test_whoever_left_is_not_told(hour):
    with hour.database.unit(hour.tenant.id) as uow:
        uow.session.get_one(Workflow, hour.workflow_id).owner_id = None
    hour.fail(10)
    assert hour.mails(12) == []


def test_a_run_that_was_set_aside_is_told_once_however_often_somebody_looks(hour):
    """Nothing of the engine tells of it: it is found."""
    outbox.register(SetAside.TOPIC, hour.notices.aside)
    look = SetAside(hour.database)
    run_id = hour.fail(10, state="quarantined", told=False)
    for minute in (11, 12, 13):
        hour.at(minute)
        look(clock.local_now())
        hour.mails(minute)
    assert hour.mails(14) == ["A run of High-value refunds was set aside"]
    [mail] = hour.mailer.sent.values()
    assert f"/runs/{run_id}" in mail.text
    for minute in (62, 80, 62 + 24 * 60):
        hour.at(minute)
        look(clock.local_now())
        assert len(hour.mails(minute)) == 1


def test_one_that_goes_on_before_it_is_told_is_not_told(hour):
    outbox.register(SetAside.TOPIC, hour.notices.aside)
    run_id = hour.fail(10, state="quarantined", told=False)
    SetAside(hour.database)(clock.local_now())
    with hour.database.unit(hour.tenant.id) as uow:
        run = uow.session.get_one(Run, run_id)
        run.state, run.finished_at = "queued", None
    assert hour.mails(15) == []
