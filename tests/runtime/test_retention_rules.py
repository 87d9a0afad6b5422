"""Rules by workflow and by end: set with a diff in the trail, refused field by field, and followed."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.approvals.models import Request
from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import InvalidInput
from studio.core.ids import new_id
from studio.oversight.evidence.tables import EvidencePack
from studio.runtime.models import Event, Run
from studio.runtime.retention import chore, holding
from studio.runtime.retention.chore import Retention
from studio.runtime.retention.policy import Days
from studio.runtime.retention.rules import Wanted, rules_of, set_rules
from studio.runtime.retention.standing import standing
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds
from tests.runtime.test_retention import shifted


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=True)


@pytest.fixture
def begin(database, tenant, workflow_id):
    def run(state="succeeded", **more):
        with database.unit(tenant.id) as uow:
            [trigger] = subscriptions.of_workflow(uow, workflow_id)
            made = starts.start(uow, trigger, {"name": "#1"}, lambda: None)
            made.state, made.finished_at = state, uow.now
            for name, value in more.items():
                setattr(made, name, value)
            return made.id

    return run


def left(database, tenant):
    with database.unit(tenant.id, read_only=True) as uow:
        return set(uow.session.scalars(select(Run.id)))


def test_each_end_is_kept_as_long_as_its_rule_says(database, tenant, begin, workflow_id):
    good, bad = begin("succeeded"), begin("failed")
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        set_rules(uow, Wanted(Days(succeeded=30, failed=180), {workflow_id: Days(succeeded=10)}))
    Retention(database)(shifted(database, days=9))
    assert left(database, tenant) == {good, bad}
    Retention(database)(shifted(database, days=11))
    assert left(database, tenant) == {bad}
    Retention(database)(shifted(database, days=179))
    assert left(database, tenant) == {bad}
    Retention(database)(shifted(database, days=181))
    assert left(database, tenant) == set()
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.scalars(select(Event)).all() == []
        found = standing(uow)
        assert (found.deleted, found.deleted_ever, found.behind_since) == (1, 2, None)


def test_a_workflow_keeps_its_runs_longer_than_the_others(database, tenant, begin, workflow_id):
    kept = begin()
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        set_rules(uow, Wanted(Days(succeeded=7), {workflow_id: Days(succeeded=30)}))
    Retention(database)(shifted(database, days=29))
    assert left(database, tenant) == {kept}
    Retention(database)(shifted(database, days=31))
    assert left(database, tenant) == set()


def test_time_counts_from_the_end_not_from_the_beginning(database, tenant, begin):
    late = begin("succeeded", finished_at=shifted(database, days=60))
    Retention(database)(shifted(database, days=100))
    assert left(database, tenant) == {late}
    Retention(database)(shifted(database, days=151))
    assert left(database, tenant) == set()


def test_a_change_is_recorded_with_both_sides_and_the_same_again_is_none(database, tenant, workflow_id):
    for _ in range(2):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            set_rules(uow, Wanted(Days(failed=180), {workflow_id: Days(succeeded=14)}))
    with database.unit(tenant.id, read_only=True) as uow:
        rules = rules_of(uow)
        assert (rules.of(None, "failed"), rules.of(workflow_id, "succeeded"), rules.of(None, "succeeded")) == (
            180,
            14,
            90,
        )
        [event] = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "workspace.retention_changed"))
    changes = {one["path"]: (one["from"], one["to"]) for one in json.loads(event.body)["changes"]}
    assert changes == {"all workflows: failed": (None, 180), "High-value refunds: succeeded": (None, 14)}


@pytest.mark.parametrize("wrong", [0, -1, 6, 3651])
def test_what_is_no_time_to_keep_is_refused_by_its_field(database, tenant, workflow_id, wrong):
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, tenant["owner"].actor) as uow:
        set_rules(uow, Wanted(Days(succeeded=wrong), {workflow_id: Days(failed=wrong), new_id(): Days(failed=30)}))
    fields = [one.path for one in refused.value.problems]
    assert fields[:2] == ["everywhere.succeeded", f"workflows.{workflow_id}.failed"]
    assert len(fields) == 3
    with database.unit(tenant.id, read_only=True) as uow:
        assert rules_of(uow).workflows == {}


@pytest.mark.parametrize("link", ["parent_run_id", "rerun_of"])
def test_a_run_stays_while_one_that_came_of_it_goes_on(database, tenant, begin, link):
    above, free = begin(), begin()
    child = begin("waiting", **{link: above})
    Retention(database)(shifted(database, days=91))
    assert left(database, tenant) == {above, child}
    with database.unit(tenant.id) as uow:
        uow.session.get_one(Run, child).state = "succeeded"
        assert standing(uow).held == 1
    Retention(database)(shifted(database, days=92))
    assert left(database, tenant) == set()
    assert free not in left(database, tenant)


def test_a_run_stays_while_a_request_of_its_is_open_and_all_while_a_pack_is_made(app, database, tenant, begin):
    asked, other = begin(), begin()
    with database.unit(tenant.id) as uow:
        request = Request(
            run_id=asked,
            title="Refund?",
            state="pending",
            created_at=uow.now,
            rule={},
            asker="run",
            ref={},
            facts=[],
            payload_hash="",
            context={},
        )
        pack = EvidencePack(kind="period", filters={}, state="making", created_at=uow.now, held_until=uow.now)
        uow.session.add_all((request, pack))
    Retention(database)(shifted(database, days=91))
    assert left(database, tenant) == {asked, other}
    with database.unit(tenant.id) as uow:
        uow.session.get_one(EvidencePack, pack.id).state = "ready"
    Retention(database)(shifted(database, days=91))
    assert left(database, tenant) == {asked}
    with database.unit(tenant.id) as uow:
        uow.session.get_one(Request, request.id).closed_at = uow.now
    Retention(database)(shifted(database, days=91))
    assert left(database, tenant) == set()


def test_every_package_that_needs_runs_is_asked(app):
    assert {"approvals", "evidence"} <= holding._holders.keys()


def test_while_orders_come_a_look_takes_one_small_batch_and_rests(database, tenant, begin, monkeypatch):
    monkeypatch.setattr("studio.runtime.retention.chore.BUSY_BATCH", 1)
    monkeypatch.setattr("studio.runtime.retention.chore.is_busy", lambda database, now: True)
    for _ in range(2):
        begin("cancelled")
    purge, now = Retention(database), shifted(database, days=91)
    purge(now)
    assert len(left(database, tenant)) == 1
    with database.unit(tenant.id, read_only=True) as uow:
        assert standing(uow).behind_since is not None
    purge(now + timedelta(milliseconds=1))
    assert len(left(database, tenant)) == 1, "it rests fifty times as long as the batch took"


@pytest.mark.parametrize(("state", "busy"), [("queued", True), ("cancelled", False)])
def test_orders_that_wait_to_be_carried_out_are_as_good_as_orders_that_come(database, begin, monkeypatch, state, busy):
    """What came too fast is still worked off after the last one came."""
    monkeypatch.setattr(chore, "BUSY", 1)
    begin(state)
    assert chore.is_busy(database, clock.local_now() + timedelta(seconds=5)) is busy
