"""What waits and who works: as a workspace sees it, as the installation does, on the page and by the API."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from studio.core.models import OutboxRow
from studio.operations.overview import look
from studio.operations.partitions import partitioned, without_month
from studio.operations.wellness import trouble
from studio.runtime.models import LoopLease, Run, WorkerProcess
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.operations import M, S, furnish

DAY = 24 * 60 * M


@pytest.fixture
def tenant(database):
    """Give one that is busy, beside another that is idle."""
    made = make_tenant(database)
    furnish(database, made)
    return made


def seen(database, workspace_id=None):
    block = database.unit(workspace_id, read_only=True) if workspace_id else database.across(read_only=True)
    with block as unit:
        return look(unit.session)


def seconds(span):
    return None if span is None else span / S


def about(wanted):
    """The machine may be slow between what is written and what is looked at."""
    return pytest.approx(wanted + 9, abs=9.5)


def test_a_workspace_sees_its_own_queues_and_everybodys_workers(database, tenant):
    mine, idle, everybody = seen(database, tenant.id), seen(database, make_tenant(database).id), seen(database)
    for found in (mine, everybody):
        queues = {queue.lane.value: (queue.waiting, seconds(queue.oldest)) for queue in found.queues}
        assert queues == {
            "main": (2, about(60)), "effect": (0, None), "gate": (1, about(120)), "back": (0, None),
            "parked": (0, None),
        }  # fmt: skip
        assert (found.running, found.lost, seconds(found.timer_lag)) == (2, 1, about(3))
        assert [(job.topic, job.due, seconds(job.oldest)) for job in found.jobs] == [("mail", 2, about(9))]
        assert {worker.holder: worker.held for worker in found.workers} == {"w1": 1, "w2": 1, "w3": 0}
    assert ({queue.waiting for queue in idle.queues}, idle.running, idle.lost, idle.jobs) == ({0}, 0, 0, ())
    assert {worker.holder: worker.held for worker in idle.workers} == {"w1": 0, "w2": 0, "w3": 0}
    for found in (mine, idle):
        assert [worker.holder for worker in found.there] == ["w1", "w3"]
        assert [worker.draining for worker in found.workers] == [False, False, True]
        assert (found.swept, found.swept_by) == (True, "w1")


def test_what_is_not_well_is_said_and_nothing_else(database, tenant):
    busy = seen(database, tenant.id)
    assert len(trouble(busy)) == 3  # a lost lease, a run that waits for a minute, two releases
    idle = seen(database, make_tenant(database).id)
    assert len(trouble(idle)) == 1
    well = replace(idle, workers=idle.workers[:1])
    assert trouble(well) == []
    for worse in (
        replace(well, workers=()), replace(well, swept_until=None), replace(well, swept_until=well.at - M),
        replace(well, lost=1), replace(well, queues=busy.queues), replace(well, without_month=("step",)),
        replace(well, jobs=(replace(busy.jobs[0], oldest=M),)),
    ):  # fmt: skip
        assert len(trouble(worse)) == 1, worse


def test_a_month_that_nobody_has_made_is_missed_before_it_comes(database):
    found = seen(database)
    assert found.without_month == ()
    if database.dialect == "postgresql":
        with database.across(read_only=True) as unit:
            tables = partitioned(unit.session)
        assert without_month(tables, found.at + 100 * DAY) == ["event", "payload_blob", "step"]


def test_page_and_api_show_the_same(app, database, tenant):
    api = with_token(app, make_token(app, tenant, "admin", ["settings:read"]))
    told = api.get("/api/v1/workspace/workers").json
    assert [queue for queue in told["queues"] if queue["waiting"]] == [
        {"lane": "main", "waiting": 2, "oldest_s": about(60)},
        {"lane": "gate", "waiting": 1, "oldest_s": about(120)},
    ]
    assert {worker["holder"]: worker["state"] for worker in told["workers"]} == {
        "w1": "working", "w2": "silent", "w3": "draining",
    }  # fmt: skip
    assert (told["held_runs"], told["lost_leases"], told["timers_turn"]) == (2, 1, True)
    page = signed_in(app, tenant.id, tenant["owner"]).get("/settings/workers").text
    assert all(sentence in page for sentence in told["trouble"])
    for words in ("At the gate", "machine-a", "turns the timers", "Silent", "Stopping", "mail"):
        assert words in page
    with database.across() as unit:
        for table in (WorkerProcess, LoopLease):
            unit.session.execute(delete(table))
        unit.session.execute(update(Run).values(state="succeeded"))
        unit.session.execute(update(OutboxRow).values(state="done"))
    page = signed_in(app, tenant.id, tenant["owner"]).get("/settings/workers").text
    assert "Timers stand still" in page
    assert "studio worker" in page
