"""Deaths in what the sweeper commits and in publishing: each tick starts one run, each version is made once."""

import gzip
import json
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest
import requests
from sqlalchemy import func, select, update

from studio.accounts.models import Workspace
from studio.accounts.outcomes import Role
from studio.accounts.permissions import SCOPES
from studio.accounts.service import tokens
from studio.audit.models import AuditEvent
from studio.audit.verifying import verify
from studio.runtime.archive import service as archive
from studio.runtime.models import (
    ArchivedRun,
    ArchivePlace,
    Event,
    Run,
    RunArchive,
    RunNote,
    Step,
    TriggerSubscription,
    WorkflowVersion,
)
from tests.factories.accounts import make_person
from tests.faults.drill import drill as open_drill
from tests.faults.drill import eventually
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]
SCHEDULE = ("schedule.before_commit", "schedule.after_commit")
ARCHIVE = ("archive.confirmed", "archive.before_commit")
EXPIRING = "archive.doomed"
RETENTION = ("retention.before_commit", "retention.after_commit")
PUBLISH = ("publish.before_commit", "publish.after_commit")
LEASES = "leases.after_commit"
LABELS = {*SCHEDULE, *RETENTION, *ARCHIVE, EXPIRING, *PUBLISH, LEASES}


def ticking(_url):
    """Once a year by itself, and whenever a test says that the moment has come."""
    config = {"mode": "cron", "cron": "30 4 1 1 *", "time_zone": "Europe/Berlin"}
    return {
        "schema": "studio.workflow/1",
        "name": "Tick",
        "nodes": [
            {"key": "clock", "type": "trigger.schedule", "name": "Clock", "config": config},
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "{{ trigger.scheduled_at }}"}},
        ],
        "edges": [{"from": "clock", "port": "next", "to": "note"}],
    }


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _ticking(request):
    with http_target() as target, ExitStack() as opened:
        yield start_or_skip(open_drill(request.param, target, ticking), opened)


@pytest.fixture
def ticks(_ticking):
    yield _ticking
    _ticking.rest()


def now_due(drill):
    """As if the moment had come. Returns it."""
    with drill.database.unit(drill.seeded.workspace_id) as unit:
        due = unit.now - timedelta(seconds=1)
        unit.session.execute(update(TriggerSubscription).values(next_due_at=due))
    return due.isoformat()


def runs(drill):
    """Scheduled moment and state of all runs."""
    with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
        return [(run.input["scheduled_at"], run.state) for run in unit.session.scalars(select(Run))]


def number_of(drill, table):
    with drill.database.unit(drill.seeded.workspace_id, read_only=True) as unit:
        return unit.session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("label", SCHEDULE)
def test_a_tick_starts_one_run_wherever_the_sweeper_dies(ticks, label):
    ticks.resume(FAULT=label)
    ticks.lay()
    due = now_due(ticks)
    ticks.died()
    eventually(lambda: (due, "succeeded") in runs(ticks), ticks.log)
    assert Counter(moment for moment, _ in runs(ticks))[due] == 1
    with ticks.database.unit(ticks.seeded.workspace_id, read_only=True) as unit:
        notes = unit.session.scalars(select(RunNote.text)).all()
        assert notes.count(due) == 1
        assert unit.session.scalar(select(TriggerSubscription.next_due_at)) > unit.now
        assert verify(unit).bad is None


@pytest.mark.parametrize("label", ARCHIVE)
def test_what_is_archived_first_lies_in_its_file_or_is_still_there(ticks, label):
    ticks.resume(FAULT=label)
    due = now_due(ticks)
    eventually(lambda: (due, "succeeded") in runs(ticks), ticks.log)
    ticks.end()
    with ticks.database.unit(ticks.seeded.workspace_id) as unit:
        wanted = set(unit.session.scalars(select(Run.id).where(Run.state == "succeeded")))
        archive.set_place(unit, archive.Wanted("folder"))
    keep(ticks, 0)
    ticks.restart(at=label)  # it looks at its first turn
    ticks.died()
    eventually(lambda: number_of(ticks, Run) == 0, ticks.log)
    keep(ticks, 90)
    folder = ticks.running.settings.data_dir / "archive"
    lines = [line for one in folder.rglob("*.gz") for line in gzip.decompress(one.read_bytes()).splitlines()]
    held = {UUID(json.loads(line)["run"]["id"]) for line in lines}
    with ticks.database.unit(ticks.seeded.workspace_id) as unit:
        assert wanted <= held
        assert wanted <= set(unit.session.scalars(select(ArchivedRun.run_id)))
        archive.set_place(unit, archive.Wanted())


def test_a_file_whose_time_is_over_goes_with_all_that_is_known_of_it(ticks):
    ticks.resume(FAULT=EXPIRING)
    due = now_due(ticks)
    eventually(lambda: (due, "succeeded") in runs(ticks), ticks.log)
    ticks.end()
    with ticks.database.unit(ticks.seeded.workspace_id) as unit:
        archive.set_place(unit, archive.Wanted("folder"))
    keep(ticks, 0)
    ticks.begin()  # it looks at its first turn
    eventually(lambda: number_of(ticks, Run) == 0, ticks.log)
    ticks.end()
    keep(ticks, 90)
    with ticks.database.unit(ticks.seeded.workspace_id) as unit:
        archive.set_place(unit, archive.Wanted("folder", keep_days=1))
        long_ago = unit.now - timedelta(days=2)
        unit.session.execute(update(RunArchive).values(created_at=long_ago))
        unit.session.execute(update(ArchivedRun).values(archived_at=long_ago))
        unit.session.execute(update(ArchivePlace).values(files_at=unit.now))
    folder = ticks.running.settings.data_dir / "archive"
    assert list(folder.rglob("*.gz"))
    ticks.restart(at=EXPIRING)
    ticks.died()
    eventually(lambda: number_of(ticks, RunArchive) == 0, ticks.log)
    assert (number_of(ticks, ArchivedRun), list(folder.rglob("*.gz"))) == (0, [])
    with ticks.database.unit(ticks.seeded.workspace_id) as unit:
        assert verify(unit).bad is None
        archive.set_place(unit, archive.Wanted())


@pytest.mark.parametrize("label", RETENTION)
def test_what_is_kept_no_longer_goes_as_a_whole(ticks, label):
    ticks.resume(FAULT=label)
    due = now_due(ticks)
    eventually(lambda: (due, "succeeded") in runs(ticks), ticks.log)
    ticks.end()
    keep(ticks, 0)
    ticks.restart(at=label)  # it purges at its first turn, then once an hour
    ticks.died()
    for table in (Run, Step, RunNote, Event):
        eventually(lambda table=table: number_of(ticks, table) == 0, ticks.log)
    keep(ticks, 90)
    with ticks.database.unit(ticks.seeded.workspace_id, read_only=True) as unit:
        assert verify(unit).bad is None


def keep(drill, days):
    with drill.database.unit(drill.seeded.workspace_id) as unit:
        mine = Workspace.id == drill.seeded.workspace_id
        unit.session.execute(update(Workspace).where(mine).values(retention_days=days))


@pytest.mark.parametrize("label", PUBLISH)
def test_a_version_is_made_once_although_the_answer_is_lost(ticks, label):
    seeded, settings = ticks.seeded, ticks.running.settings
    owner = make_person(ticks.database, seeded.workspace_id, Role.OWNER)
    with ticks.database.unit(seeded.workspace_id, owner.actor) as unit:
        token = tokens.create(unit, name="Drill", scopes=list(SCOPES), user_id=owner.user_id).text
    ticks.resume(FAULT=label)
    address = f"http://{settings.host}:{settings.port}/api/v1/workflows/{seeded.workflow_id}"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": label}
    draft = requests.get(f"{address}/draft", headers=headers, timeout=20).json()
    before, told = number_of(ticks, WorkflowVersion), []

    def published():
        try:
            answer = requests.post(
                f"{address}/publish", json={"revision": draft["revision"]}, headers=headers, timeout=20
            )
        except requests.RequestException:
            told.append(None)
            return False
        told.append(answer.status_code)
        return answer.status_code == 201 and answer.json()

    ticks.lay()
    version = eventually(published, lambda: told)
    assert (told[0], version["current"]) == (None, True)
    assert number_of(ticks, WorkflowVersion) == before + 1 == version["number"]
    with ticks.database.unit(seeded.workspace_id, read_only=True) as unit:
        assert unit.session.scalar(select(func.count()).select_from(TriggerSubscription)) == 1
        recorded = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "workflow.published")
        assert unit.session.scalar(recorded) == before + 1
        assert verify(unit).bad is None


def test_the_sweeper_dies_after_it_has_freed_what_a_lost_machine_held(production):
    """Nobody freed it but the sweeper: supervisor and worker went together."""
    drill, order = production, "freed"
    drill.begin()
    drill.target.answer(delay=60.0)
    drill.deliver(order)
    drill.target.wait_for(1)
    drill.kill("worker")
    drill.running.environ["FAULT"] = LEASES
    drill.lay()
    drill.start_executing()
    drill.died()
    drill.finished(order)
    drill.check(order, repeated=1)
