"""A worker is killed while an alert opens, is told, is answered and is held back: it is one, and told each once."""

import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from benchmarks import seeding, workloads
from benchmarks.stack import PROJECT, stack
from studio.accounts.outcomes import Role
from studio.contract import alerting
from studio.core import outbox
from studio.core.ids import new_id
from studio.core.models import LocalMail, OutboxRow
from studio.oversight.alerts import rows, verbs
from studio.oversight.alerts.tables import Alert, AlertRule, AlertTold
from tests.factories.accounts import make_person
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(240)]
LABELS = {"alert.step", "alert.digest", "alert.acknowledge"}


class Drilled:
    """A Studio with two owners and no process but those that die."""

    def __init__(self, running, database, seeded):
        self.running, self.database, self.seeded = running, database, seeded
        self.owners = [make_person(database, seeded.workspace_id, Role.OWNER) for _ in range(2)]

    def unit(self, who=None):
        return self.database.unit(self.seeded.workspace_id, *([who.actor] if who else []))

    def dies(self, fault, *arguments, after=0):
        """A worker begins what is due and is killed at a point; what it held is free again."""
        command = [sys.executable, "-m", "tests.faults.alert_worker", *map(str, arguments)]
        environ = {**self.running.environ, "FAULT": fault, "FAULT_AFTER": str(after)}
        ended = subprocess.run(command, cwd=PROJECT, env=environ, timeout=120, check=False)
        assert ended.returncode == -signal.SIGKILL
        self.passes()

    def passes(self):
        """Two minutes: leases have run out."""
        with self.database.across() as uow:
            held = update(OutboxRow).where(OutboxRow.state == "running")
            uow.session.execute(held.values(lease_until=uow.now - timedelta(seconds=1)))

    def works(self):
        """Another worker does what is left."""
        while outbox.drain(self.database):
            pass

    def report(self, key):
        """Word of it is left in the transaction that finds it."""
        facts = {"key": key, "title": f"{key} is sold out", "todo": "", "severity": "normal", "run_id": ""}
        with self.unit() as uow:
            alerting.report(uow, "workflow.raised", self.seeded.workflow_id, facts)

    def alerts(self):
        with self.unit() as uow:
            return [(row.id, row.state) for row in uow.session.scalars(select(Alert).order_by(Alert.id))]

    def told(self):
        """People who were told, alert by alert; mails by subject and by whom they went to."""
        with self.unit() as uow:
            people = uow.session.execute(select(AlertTold.alert_id, func.count()).group_by(AlertTold.alert_id))
            mails = Counter((one.subject, *one.recipients) for one in uow.session.scalars(select(LocalMail)))
            return [row[1] for row in people], mails

    def each(self, subject):
        return Counter({(subject, one.email): 1 for one in self.owners})


@pytest.fixture(params=["sqlite", "postgresql"])
def drilled(request):
    with ExitStack() as opened:
        running = start_or_skip(stack(request.param), opened)
        seeded = seeding.seed(running.settings, workloads.w1())
        with seeding.application(running.settings) as app:
            yield Drilled(running, app.extensions["studio_database"], seeded)


def test_one_alert_opens_and_each_is_told_once_wherever_workers_die(drilled):
    drilled.report("MUG-1")
    drilled.dies("outbox.inside")
    assert drilled.alerts() == [], "it died before the commit"
    drilled.dies("outbox.after_commit")
    [(alert_id, state)] = drilled.alerts()
    assert state == "open"
    drilled.dies("alert.step")
    assert drilled.told() == ([], {}), "nobody is told by half"
    drilled.works()
    assert drilled.told() == ([2], drilled.each("MUG-1 is sold out"))

    olga, otto = drilled.owners
    drilled.dies("alert.acknowledge", alert_id, olga.user_id, drilled.seeded.workspace_id)
    assert drilled.alerts() == [(alert_id, "open")]
    with drilled.unit(olga) as uow:
        verbs.acknowledge(uow, alert_id)
    drilled.works()
    assert drilled.alerts() == [(alert_id, "acknowledged")]
    heard = [(subject, to) for subject, to in drilled.told()[1].elements() if "is on it" in subject]
    assert [to for _subject, to in heard] == [otto.email]

    with drilled.unit() as uow:
        now = uow.now
        quiet = {
            "zone": "UTC",
            "from": f"{now - timedelta(hours=1):%H:%M}",
            "until": f"{now + timedelta(hours=1):%H:%M}",
        }
        uow.session.add(AlertRule(id=new_id(), name="Night", name_key="night", place=0, enabled=True, created_at=now,
                                  document={"whom": ["owner"], "quiet": quiet}, updated_at=now))  # fmt: skip
    for key in ("MUG-2", "MUG-3"):
        drilled.report(key)
    drilled.works()
    assert [state for _id, state in drilled.alerts()[1:]] == ["open", "open"]
    with drilled.unit() as uow:  # the hour is over
        end = uow.now - timedelta(seconds=1)
        held = update(Alert).where(Alert.held_until.is_not(None))
        uow.session.execute(held.values(held_until=end, next_at=end))
        rows.queue_digest(uow, end)
    before = drilled.told()
    drilled.dies("alert.digest")
    assert drilled.told() == before
    drilled.works()
    assert drilled.told() == ([2, 2, 2], before[1] + drilled.each("2 alerts during quiet hours"))
