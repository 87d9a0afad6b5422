"""Runs are counted by hour and day, whatever becomes of them later; charts read those counts alone."""

import itertools
from datetime import timedelta
from uuid import UUID

import pytest

from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.insights.grains import Grain, Period
from studio.runtime.insights.heat import By, Span, heat
from studio.runtime.insights.reading import insights
from studio.runtime.insights.tallying import Tallying
from studio.runtime.models import Run, RunOpen, RunTally, Step, StepTally, Workflow
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

ERROR = {"code": "http.status", "message": "The shop said 500 for #6021.", "node": "call", "path": ""}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=False)


@pytest.fixture
def add(database, tenant, workflow_id):
    """Write runs that began some time ago, each in a millisecond of its own."""
    numbers = itertools.count()

    def write(count, ago=timedelta(minutes=5), took=timedelta(milliseconds=40), **values):
        start = clock.local_now() - ago
        moments = [start + timedelta(milliseconds=next(numbers)) for _ in range(count)]
        ids = [UUID(int=first_id_at(moment).int) for moment in moments]
        ended = values.get("state", "succeeded") in ("succeeded", "failed", "cancelled")
        with database.unit(tenant.id) as uow:
            uow.session.add_all(
                Run(
                    id=run_id, trigger_node="order", input={}, available_at=moment, created_at=moment,
                    finished_at=moment + took if ended else None,
                    **{"state": "succeeded", "version_id": run_id, "workflow_id": workflow_id, **values},
                )
                for run_id, moment in zip(ids, moments, strict=True)
            )  # fmt: skip
        return ids

    return write


@pytest.fixture
def change(database, tenant):
    def write(run_id, **values):
        with database.unit(tenant.id) as uow:
            run = uow.session.get(Run, run_id)
            if not values:
                uow.session.delete(run)
            for name, value in values.items():
                setattr(run, name, value)

    return write


@pytest.fixture
def tallying(database):
    return Tallying(database)


@pytest.fixture
def read(database, tenant):
    def read(period=Period.WEEK, workflow_id=None):
        with database.unit(tenant.id, read_only=True) as uow:
            return insights(uow, period, workflow_id)

    return read


def now():
    return clock.local_now()


def test_outcomes_times_errors_and_workflows(add, tallying, read, app, tenant, workflow_id):
    """Days that are over and today; a test run, and one of the last minute, count nowhere."""
    other = make_workflow(app, tenant, refunds(), published=False)
    add(4)
    add(1, took=timedelta(seconds=8))
    add(2, timedelta(days=2), state="failed", error=ERROR, error_print=fingerprint(ERROR))
    [latest] = add(1, timedelta(minutes=9), state="failed", error={**ERROR, "message": "The shop said 502 for #7."})
    add(1, timedelta(minutes=8), state="failed", error={**ERROR, "code": "other"}, workflow_id=other)
    add(3, timedelta(days=20), state="cancelled")
    add(1, timedelta(minutes=7), mode="test")
    add(1, timedelta(0))
    assert read().behind
    assert tallying.catch_up(now()) == 13
    found = read()
    assert not found.behind
    assert found.whole.states == {"succeeded": 5, "failed": 4}
    assert sum(one.runs for one in found.stretches[-3:]) == 9
    assert (found.whole.median_ms, found.whole.p95_ms) == (40, pytest.approx(8000, rel=0.011))
    assert [(one.runs, one.code, one.message, one.workflow_id) for one in found.errors] == [
        (3, "http.status", "The shop said 502 for #7.", workflow_id),
        (1, "other", "The shop said 500 for #6021.", other),
    ]
    assert found.errors[0].latest_run_id == latest
    assert found.errors[0].fingerprint == fingerprint(ERROR)
    assert [(one.workflow_id, one.found.runs) for one in found.workflows] == [(workflow_id, 8), (other, 1)]
    assert read(Period.MONTH).whole.states["cancelled"] == 3
    assert read(workflow_id=other).whole.states == {"failed": 1}
    assert read(Period.DAY).whole.runs == 7
    assert found.counted_to < now()


def test_a_run_moves_to_what_became_of_it(add, change, tallying, read, database, tenant):
    """Waiting, settled, re-run to its end, gone: each counts once, where it is, on the day that it began."""
    waits, stuck, gone = (
        add(1, timedelta(days=3), state="waiting", waiting_for="approval")[0],
        add(1, timedelta(days=1), state="needs_review")[0],
        add(1, timedelta(minutes=30), state="waiting", waiting_for="timer")[0],
    )
    tallying.catch_up(now())
    found = read()
    assert [(one.reason, one.runs) for one in found.waiting] == [("approval", 1), ("timer", 1)]
    assert (found.whole.stuck, found.whole.going) == (1, 2)
    assert tallying.look_again(now()) == 0
    change(waits, state="waiting", waiting_for="timer")
    assert tallying.look_again(now()) == 1
    assert [(one.reason, one.runs) for one in read().waiting] == [("timer", 2)]
    change(waits, state="succeeded", waiting_for=None, finished_at=now())
    change(stuck, state="failed", error=ERROR, finished_at=now())
    change(gone)
    assert tallying.look_again(now()) == 3
    found = read()
    assert found.whole.states == {"succeeded": 1, "failed": 1}
    assert found.stretches[-4].states == {"succeeded": 1}
    assert found.whole.p95_ms == pytest.approx(timedelta(days=3).total_seconds() * 1000, rel=0.011)
    assert [one.runs for one in found.errors] == [1]
    assert found.waiting == []
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.query(RunOpen).count() == 0
        assert uow.session.query(RunTally).filter(RunTally.runs <= 0).count() == 0


def test_batches_add_up_wait_for_orders_and_old_counts_are_forgotten(
    add, tallying, read, database, tenant, monkeypatch
):
    monkeypatch.setattr("studio.runtime.insights.tallying.BATCH", 3)
    monkeypatch.setattr("studio.runtime.insights.tallying.AGAIN", 2)
    monkeypatch.setattr("studio.runtime.insights.walking.BUSY", 1)
    add(5, state="waiting", waiting_for="approval")
    add(3)
    add(1, timedelta(minutes=1), state="queued")
    tallying(now())
    assert read().whole.runs == 0, "orders wait for a worker, and go first"
    assert tallying.catch_up(now()) in (8, 9)
    assert read().whole.states["waiting"] == 5
    assert [tallying.look_again(now()) for _ in range(4)] == [0, 0, 0, 0]
    tallying.forget(now() + Grain.HOUR.kept + timedelta(hours=3))
    assert read(Period.DAY).whole.runs == 0
    assert read().whole.states["waiting"] == 5
    tallying.forget(now() + Grain.DAY.kept + timedelta(days=2))
    assert read().whole.runs == 0


def test_another_workspace_sees_nothing_of_it(add, tallying, database):
    add(2)
    tallying.catch_up(now())
    with database.unit(make_tenant(database).id, read_only=True) as uow:
        found = insights(uow, Period.MONTH)
    assert (found.whole.runs, found.errors, found.workflows, found.waiting) == (0, [], [], [])


@pytest.fixture
def steps(database, tenant):
    """Write what steps of a run did: key, state, took, and what else differs."""

    def write(run_id, *told):
        with database.unit(tenant.id) as uow:
            begun = uow.session.get(Run, run_id).created_at
            for key, state, took, more in told:
                values = {"run_id": run_id, "node_key": key, "state": state, "type": "run.note", **more}
                values.setdefault("started_at", begun)
                uow.session.add(Step(finished_at=values["started_at"] + took, **values))
            uow.session.get(Run, run_id).steps_used = len(told)

    return write


def test_steps_of_ended_runs_are_counted_once_with_their_attempts_and_waiting(
    app, tenant, database, add, change, steps, tallying, monkeypatch
):
    """By steps of the version that runs; each iteration by itself, what another run gave not at all."""
    monkeypatch.setattr("studio.runtime.insights.by_step.MOST_STEPS", 4)
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    one, waits, gone = (
        *add(1, workflow_id=workflow_id),
        *add(1, timedelta(days=9), state="waiting", waiting_for="approval", workflow_id=workflow_id),
        *add(1, workflow_id=workflow_id, mode="test"),
    )
    keys = [node["key"] for node in refunds()["nodes"]]
    first, second, other = keys[0], keys[1], keys[-1]
    second_s = timedelta(seconds=1)
    later = clock.local_now() - timedelta(minutes=5) + 3 * second_s
    steps(
        one,
        (first, "succeeded", second_s, {}),
        (second, "failed", second_s, {}),
        (second, "succeeded", second_s, {"attempt": 2, "started_at": later}),
        (second, "failed", second_s, {"path": "0.1"}),
        (other, "succeeded", second_s, {"reused_from": one}),
        (other, "cancelled", second_s, {"path": "0"}),
        ("of_an_older_version", "failed", second_s, {}),
    )
    steps(gone, (first, "failed", second_s, {}))
    steps(waits, (first, "succeeded", second_s, {}))

    def read(span=Span.WEEK):
        with database.unit(tenant.id, read_only=True) as uow:
            found = heat(uow, uow.session.get(Workflow, workflow_id), span)
            return {step.key: step for step in found.steps if step.ended}

    assert tallying.catch_up(now()) == 3
    found = read()
    assert {key: (step.ended, step.failed, step.retried) for key, step in found.items()} == {
        first: (1, 0, 0), second: (2, 1, 1),
    }  # fmt: skip
    assert (found[second].median_ms, found[second].p95_ms) == pytest.approx((1000, 4000), rel=0.02)
    assert found[second].degree(By.FAILED) == 4
    assert found[second].degree(By.TIME) == 1
    assert read(Span.DAY).keys() == read(Span.MONTH).keys() == found.keys()
    change(waits, state="succeeded", waiting_for=None, finished_at=now())
    assert tallying.look_again(now()) == 1
    assert tallying.look_again(now()) == 0
    assert read()[first].ended == 1, "it began nine days ago"
    assert read(Span.MONTH)[first].ended == 2
    tallying.forget(now() + timedelta(days=40))
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.query(StepTally).count() == 0


def test_a_workflow_without_a_version_has_no_heat(database, tenant, workflow_id):
    with database.unit(tenant.id, read_only=True) as uow:
        found = heat(uow, uow.session.get(Workflow, workflow_id), Span.DAY)
    assert (found.version, list(found.steps)) == (None, [])
