"""Home says what needs this person, with figures that are counted, never made up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from studio.approvals import service as approvals
from studio.approvals.service import listing
from studio.console import home_figures as figures
from studio.console.home_chart import BASE, bars
from studio.console.home_counts import DAYS, Calendar, counted
from studio.console.home_figures import Day
from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database
from studio.runtime.models import Run
from tests.factories.accounts import MadeTenant, make_tenant, signed_in
from tests.factories.approvals import listen, make_request, shown
from tests.factories.workflows import make_workflow, refunds

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


@pytest.fixture
def workflow_id(app: Flask, tenant: MadeTenant) -> UUID:
    return make_workflow(app, tenant, refunds(), published=True)


def add_run(database: Database, tenant: MadeTenant, workflow_id: UUID, number: int, **values) -> UUID:
    at = values.pop("at", clock.local_now())
    run_id = UUID(int=first_id_at(at).int + number)
    with database.unit(tenant.id) as uow:
        uow.session.add(
            Run(
                id=run_id, workflow_id=workflow_id, version_id=workflow_id, trigger_node="order", available_at=at,
                created_at=at, **{"state": "succeeded", **values},
            )
        )  # fmt: skip
    return run_id


def approved(database: Database, tenant: MadeTenant, amount: str, currency: str = "EUR") -> None:
    listen()
    request_id = make_request(database, tenant, [tenant["approver"]], amount=amount, currency=currency)
    with database.unit(tenant.id, tenant["approver"].actor) as uow:
        approvals.approve(uow, request_id, shown=shown(database, tenant, request_id))


def page(app: Flask, tenant: MadeTenant, role: str = "owner") -> str:
    answer = signed_in(app, tenant.id, tenant[role]).get("/home")
    assert answer.status_code == 200
    return answer.text


def test_runs_of_today_and_how_many_went_well(app, database, tenant, workflow_id):
    for number in range(3):
        add_run(database, tenant, workflow_id, number)
    error = {"code": "http.status_503", "message": "erp.example.com had an error of its own (503)."}
    run_id = add_run(database, tenant, workflow_id, 3, state="failed", error=error)
    add_run(database, tenant, workflow_id, 4, state="waiting", waiting_for="approval")
    add_run(database, tenant, workflow_id, 5, mode="test")
    html = page(app, tenant)
    assert "<b>5</b><small>runs today, 75 % succeeded</small>" in html
    assert "<b>1</b><small>run waits for people</small>" in html
    assert "High-value refunds failed once today" in html
    assert "erp.example.com had an error of its own (503)." in html
    assert f"/runs/{run_id}" in html


def test_failures_of_one_cause_are_one_line(app, database, tenant, workflow_id):
    for number in range(5):
        add_run(database, tenant, workflow_id, number, state="failed", error={"code": "a", "message": "Not enough."})
    add_run(database, tenant, workflow_id, 5, state="needs_review", error={"code": "b", "message": "Unknown."})
    html = page(app, tenant)
    assert "High-value refunds failed 5 times today" in html
    assert "Same cause: Not enough." in html
    assert f"/runs?workflow={workflow_id}&amp;state=failed&amp;since=24h" in html
    assert "A run of High-value refunds needs a look" in html


def test_money_of_this_week_in_the_workspaces_currency(app, database, tenant, workflow_id):
    approved(database, tenant, "0.10")
    approved(database, tenant, "18240.20")
    approved(database, tenant, "99.00", "USD")
    assert "€18,240.30</b><small>went through approvals this week" in page(app, tenant)


def test_what_waits_for_me_comes_with_a_verb(app, database, tenant, workflow_id):
    due = clock.local_now() + timedelta(minutes=1)
    listen()
    make_request(database, tenant, [tenant["owner"]], title="Refund €420.00 to Anna Keller", due_at=due)
    html = page(app, tenant)
    assert "<b>1</b><small>approval waits for you" in html
    assert 'aria-label="Decide: Refund €420.00 to Anna Keller"' in html
    assert "Refund €420.00" not in page(app, tenant, "admin")


def test_more_than_is_counted_waits_for_me(app, database, tenant, workflow_id, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 2)
    listen()
    for _ in range(3):
        due = clock.local_now() + timedelta(seconds=1)
        make_request(database, tenant, [tenant["owner"]], due_at=due)
    html = page(app, tenant)
    assert "<b>2+</b><small>approvals wait for you, 2+ due today" in html


def test_another_workspace_is_not_counted(app, database, tenant, workflow_id):
    other = make_tenant(database)
    add_run(database, other, make_workflow(app, other, refunds(), published=True), 1)
    approved(database, other, "50.00")
    html = page(app, tenant)
    assert "<b>0</b><small>runs today</small>" in html
    assert "€0.00</b>" in html


def test_an_empty_workspace_is_offered_three_templates(app, tenant):
    html = page(app, tenant)
    assert html.count("template-card") == 3
    assert "/gallery/high-value-refunds/use" in html
    assert '/use"' not in page(app, tenant, "auditor")


@pytest.mark.parametrize(
    ("role", "target"), [("owner", "/home"), ("auditor", "/home"), ("approver", "/inbox"), (None, "/sign-in")]
)
def test_the_root_sends_everybody_to_their_own_page(app, tenant, role, target):
    client = signed_in(app, tenant.id, tenant[role]) if role else app.test_client()
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, target)


def test_days_begin_at_the_readers_midnight_across_clock_changes():
    calendar = Calendar.of(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), BERLIN)
    assert calendar.days[-1].isoformat() == "2026-04-01T00:00:00+02:00"
    assert calendar.days[0].isoformat() == "2026-03-19T00:00:00+01:00"
    assert calendar.monday.isoformat() == "2026-03-30T00:00:00+02:00"


def test_a_run_belongs_to_the_day_it_began_on(database, tenant, app, workflow_id):
    calendar = Calendar.of(clock.local_now(), BERLIN)
    for number, start in enumerate(calendar.days):
        add_run(database, tenant, workflow_id, number, at=start)
    add_run(database, tenant, workflow_id, 99, at=calendar.days[0] - timedelta(milliseconds=2))
    with database.unit(tenant.id) as uow:
        assert [day.total for day in figures.days(counted(uow, calendar), calendar)] == [1] * DAYS


def test_a_share_is_never_rounded_up():
    assert Day(datetime.now(UTC), 10_000, 9_999, 1).share == Decimal("99.9")
    assert Day(datetime.now(UTC), 3, 3, 0).share == 100
    assert Day(datetime.now(UTC), 2, 0, 0).share is None


def test_one_failure_among_thousands_still_shows():
    bar = bars([Day(datetime.now(UTC), 100_000, 99_999, 1)])[0]
    assert bar.bad_height == 2
    assert bar.bad_y + bar.bad_height == BASE
    assert bar.ok_y >= 0
