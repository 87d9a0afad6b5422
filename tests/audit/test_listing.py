"""Events are found by filters, paged by key, told in sentences and exported safely."""

import csv
import io
import json
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from studio.audit import Target, export, record
from studio.audit.commands import audit
from studio.audit.envelope import canonical, hash_of
from studio.audit.listing import Filter, one, page
from studio.audit.sentences import sentence
from studio.audit.taxonomy import approvals, workflows
from studio.core import clock
from studio.core.actor import Actor, ActorType, Origin
from studio.core.errors import NotFound
from studio.core.ids import new_id

MIRA = Actor(ActorType.USER, "u-2", "Mira Sol", origin=Origin(run_id="r-9"))


@pytest.fixture
def filled(units, workspace, jonas):
    """An approval by Jonas, then, two hours later, what Mira did to a workflow and a run."""
    with units.unit(workspace, jonas) as uow:
        target = Target("approval", "a-1", "Refund €420.00 to Anna Keller")
        record(uow, approvals.APPROVED, targets=[target], metadata={"reason": "50%_off"})
    clock.shift(timedelta(hours=2))
    with units.unit(workspace, MIRA) as uow:
        flow = Target("workflow", "w-1", "High-value refunds")
        record(uow, workflows.PUBLISHED, targets=[flow], metadata={"version": 5})
        record(
            uow,
            workflows.RUN_CANCELLED,
            targets=[Target("run", "r-1", "Order 6021"), flow],
            outcome="denied",
            reason="no permission",
        )
    return workspace


def reading(units, workspace):
    return partial(units.unit, workspace, read_only=True)


def found(units, workspace, **wanted):
    with units.unit(workspace, read_only=True) as uow:
        return [event["seq"] for event in page(uow, Filter(**wanted)).events]


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        ({}, [3, 2, 1]),
        ({"action": "approval.approved"}, [1]),
        ({"action": "approval"}, [1]),
        ({"action": "app"}, []),
        ({"actor_id": "u-2"}, [3, 2]),
        ({"target_type": "workflow"}, [3, 2]),
        ({"target_type": "workflow", "target_id": "w-1"}, [3, 2]),
        ({"target_type": "workflow", "target_id": "w-2"}, []),
        ({"run_id": "r-1"}, [3]),
        ({"run_id": "r-9"}, [3, 2]),
        ({"text": "KELLER anna"}, [1]),
        ({"text": "anna mira"}, []),
        ({"text": "50%_off"}, [1]),
        ({"text": "50_%"}, []),
        ({"text": "nul\0"}, []),
    ],
)
def test_filters(units, filled, wanted, seqs):
    assert found(units, filled, **wanted) == seqs


def test_time_ranges_are_half_open(units, filled):
    with units.unit(filled, read_only=True) as uow:
        moment = uow.now - timedelta(hours=1)
    assert found(units, filled, since=moment) == [3, 2]
    assert found(units, filled, until=moment) == [1]


def test_another_workspace_finds_nothing(units, filled):
    assert found(units, new_id()) == []
    with units.unit(filled, read_only=True) as uow:
        id_ = UUID(page(uow, Filter()).events[0]["id"])
        assert one(uow, id_)["seq"] == 3
    with units.unit(new_id(), read_only=True) as uow, pytest.raises(NotFound):
        one(uow, id_)


def test_pages_follow_one_another_both_ways(units, workspace, jonas):
    with units.unit(workspace, jonas) as uow:
        for _ in range(7):
            record(uow, approvals.COMMENTED, targets=[Target("approval", "a")])
    with units.unit(workspace, read_only=True) as uow:
        first = page(uow, Filter(), limit=3)
        second = page(uow, Filter(), before=first.older, limit=3)
        third = page(uow, Filter(), before=second.older, limit=3)
        back = page(uow, Filter(), after=third.newer, limit=3)
        start = page(uow, Filter(), after=second.newer, limit=3)
    shown = [[event["seq"] for event in one.events] for one in (first, second, third, back, start)]
    assert shown == [[7, 6, 5], [4, 3, 2], [1], [4, 3, 2], [7, 6, 5]]
    assert (first.newer, third.older, start.newer) == (None, None, None)


def test_sentences(units, filled):
    with units.unit(filled, read_only=True) as uow:
        third, second, first = page(uow, Filter()).events
    assert sentence(first) == "Jonas Weber approved “Refund €420.00 to Anna Keller”"
    assert sentence(second) == "Mira Sol published version 5 of “High-value refunds”"
    assert sentence(third) == "Mira Sol cancelled the run “Order 6021” (denied): no permission"


def test_a_name_with_braces_is_only_a_name(units, workspace, jonas):
    with units.unit(workspace, jonas) as uow:
        record(uow, approvals.APPROVED, targets=[Target("approval", "a", "{actor.__class__} {0}")])
    with units.unit(workspace, read_only=True) as uow:
        (event,) = page(uow, Filter()).events
    assert sentence(event) == "Jonas Weber approved “{actor.__class__} {0}”"


def test_json_lines_verify_from_the_file_alone(units, filled):
    lines = "".join(export.jsonl(reading(units, filled), Filter())).splitlines()
    previous = "0" * 64
    for number, line in enumerate(lines, 1):
        event = json.loads(line)
        assert event["seq"] == number
        assert event["hash"] == hash_of(previous, canonical(event))
        previous = event["hash"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_holds_no_formulas(units, workspace, start):
    evil = Actor(ActorType.USER, "u", start + "cmd|' /C calc'!A0")
    with units.unit(workspace, evil) as uow:
        record(uow, approvals.APPROVED, targets=[Target("approval", start + "1", start + "x")])
    text_ = "".join(export.csv_file(reading(units, workspace), Filter()))
    (row,) = csv.DictReader(io.StringIO(text_, newline=""))
    assert row["actor_name"].startswith("'" + start)
    assert all(not value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())


def test_the_command_verifies_every_workspace(store, units, filled, store_settings):
    runner = CliRunner()
    done = runner.invoke(audit, ["verify"], obj=units)
    assert (done.exit_code, "3 events, all in order" in done.output) == (0, True)
    out = runner.invoke(audit, ["export", "--workspace", str(filled)], obj=units).output
    assert len(out.splitlines()) == 3
    with units.unit(filled) as uow:
        uow.session.execute(text("update audit_head set seq = 9"))
    broken = runner.invoke(audit, ["verify", "--workspace", str(filled)], obj=units)
    assert broken.exit_code == 1
    assert "broken at event 4: events 4 to 9 are missing at the end" in broken.output
