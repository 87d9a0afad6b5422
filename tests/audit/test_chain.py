"""Events are appended with their unit, form a chain a workspace, and a changed one is named."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from studio.audit import Change, Target, record
from studio.audit.listing import Filter, page
from studio.audit.registry import Undeclared
from studio.audit.taxonomy import approvals, workflows
from studio.audit.verifying import verify
from studio.core.db import open_engine
from studio.core.ids import new_id
from tests.audit.insider import as_insider

REFUND = Target("approval", "a-1", "Refund €420.00 to Anna Keller")


def add(units, workspace, actor, count=1, action=approvals.APPROVED):
    with units.unit(workspace, actor) as uow:
        for _ in range(count):
            record(uow, action, targets=[REFUND])


def events(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return list(reversed(page(uow, Filter()).events))


def check(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return verify(uow)


def test_the_record_is_the_whole_envelope(units, workspace, jonas):
    with units.unit(workspace, jonas) as uow:
        record(
            uow,
            approvals.APPROVED,
            targets=[REFUND],
            changes=[Change("state", "pending", "approved"), Change("api_token", "old", "new")],
            metadata={"amount": "420.00", "reason": "x" * 600},
        )
    (event,) = events(units, workspace)
    assert (event["schema"], event["seq"], event["action"]) == (
        "studio.audit/1",
        1,
        "approval.approved",
    )
    assert event["actor"]["name"] == "Jonas Weber"
    assert event["context"]["ip"] == "192.0.2.7"
    assert event["targets"] == [{"type": "approval", "id": "a-1", "name": "Refund €420.00 to Anna Keller", "scope": {}}]
    assert event["outcome"] == {"result": "success", "code": None, "reason": None}
    assert event["metadata"]["amount"] == "420.00"
    assert len(event["metadata"]["reason"]) == 500
    assert event["changes"][0] == {
        "path": "state",
        "from": "pending",
        "to": "approved",
        "redacted": False,
    }
    assert event["changes"][1] == {"path": "api_token", "from": None, "to": None, "redacted": True}
    assert {one["rule"] for one in event["redactions"]} == {"length", "personal", "secret"}
    assert event["prev_hash"] == "0" * 64
    assert set(event) == {
        *("id", "schema", "seq", "workspace_id", "action", "action_version", "occurred_at"),
        *("recorded_at", "outcome", "severity", "actor", "targets", "context", "changes"),
        *("metadata", "redactions", "prev_hash", "hash"),
    }


def fail_after_recording(uow):
    record(uow, approvals.APPROVED, targets=[REFUND])
    raise ZeroDivisionError


def test_a_unit_that_rolls_back_records_nothing(units, workspace, jonas):
    with pytest.raises(ZeroDivisionError), units.unit(workspace, jonas) as uow:
        fail_after_recording(uow)
    assert events(units, workspace) == []
    assert check(units, workspace).ok


def test_each_workspace_has_a_chain_of_its_own(units, jonas):
    one, two = new_id(), new_id()
    add(units, one, jonas, 3)
    add(units, two, jonas, 2)
    add(units, one, jonas)
    assert [event["seq"] for event in events(units, one)] == [1, 2, 3, 4]
    assert [event["seq"] for event in events(units, two)] == [1, 2]
    assert check(units, one).checked == 4
    assert check(units, two).ok


def test_a_unit_across_workspaces_appends_to_each(units):
    one, two = new_id(), new_id()
    with units.across() as uow:
        for workspace in (two, one, two):
            record(uow, workflows.DISABLED, targets=[REFUND], workspace_id=workspace)
    assert check(units, one).checked == 1
    assert check(units, two).checked == 2


def test_writers_at_once_leave_no_gap(units, workspace, jonas):
    def write(_number):
        for _ in range(5):
            add(units, workspace, jonas)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    report = check(units, workspace)
    assert (report.ok, report.checked) == (True, 20)


def test_what_is_not_declared_is_refused(units, workspace, jonas):
    with pytest.raises(Undeclared), units.unit(workspace, jonas) as uow:
        record(uow, "approval.aproved", targets=[REFUND])


def test_metadata_that_do_not_fit_the_schema_are_refused(units, workspace, jonas):
    with pytest.raises(ValueError, match="colour"), units.unit(workspace, jonas) as uow:
        record(uow, approvals.APPROVED, targets=[REFUND], metadata={"colour": "red"})


def test_awkward_values_are_stored(units, workspace, jonas):
    with units.unit(workspace, jonas) as uow:
        record(
            uow,
            workflows.UPDATED,
            targets=[Target("workflow", UUID(int=1), "nul\0 \ud800 🎉")],
            changes={"limit": (2**60, 1e300), "tags": (["a"], {"b": {"c": float("inf")}})},
        )
    (event,) = events(units, workspace)
    assert event["changes"][0]["from"] == str(2**60)
    assert check(units, workspace).ok


@pytest.mark.parametrize("role", ["database_url", "engine_url"])
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set action = 'x.y'",
        "delete from audit_event",
        "update audit_target set type = 'x'",
        "delete from audit_target",
        "update audit_personal set value = 'x'",
    ],
)
def test_neither_role_may_change_or_delete(units, workspace, jonas, store_settings, role, statement):
    add(units, workspace, jonas)
    engine = open_engine(getattr(store_settings, role))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), engine.begin() as conn:
        conn.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "seq", "problem"),
    [
        ("update audit_event set body = replace(body, 'Anna', 'Emma') where seq = 2", 2, "content"),
        ("update audit_event set hash = (select max(hash) from audit_head) where seq = 2", 2, "hash"),
        ("delete from audit_event where seq = 2", 2, "missing"),
        ("delete from audit_event where seq = 1", 1, "missing"),
        ("delete from audit_event where seq >= 3", 3, "missing at the end"),
        ("update audit_event set action = 'workflow.created' where seq = 3", 3, "column action"),
        ("update audit_event set search = '' where seq = 3", 3, "column search"),
        ("update audit_event set actor_id = 'other' where seq = 1", 1, "column actor_id"),
        ("delete from audit_target", 1, "by target"),
        ("update audit_head set hash = 'f'", 4, "head names another"),
        ("update audit_head set seq = 3", 4, "behind its head"),
    ],
)  # fmt: skip
def test_the_first_bad_event_is_named(store, store_settings, units, workspace, jonas, statement, seq, problem):
    add(units, workspace, jonas, 4)
    as_insider(store, store_settings, statement)
    report = check(units, workspace)
    assert report.bad is not None
    assert report.bad.seq == seq
    assert problem in report.bad.problem
    assert report.checked == (4 if statement.startswith("update audit_head") else seq - 1)
