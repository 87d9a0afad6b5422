"""Load and latency, from what people really did."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from studio.approvals import service
from studio.approvals.models import Request
from studio.core import clock, ids
from studio.oversight import load, spreadsheets
from studio.oversight.load import By, Period, Sort
from tests.factories.accounts import make_tenant
from tests.factories.approvals import decide, make_group, make_request, share_of
from tests.factories.timetables import make_calendar

HOUR = 3600


@pytest.fixture(autouse=True)
def clock_back():
    yield
    clock.reset()


def lines(database, tenant, by=By.PERSON, period=Period.MONTH, sort=Sort.OPEN):
    with database.unit(tenant.id, tenant["admin"].actor, read_only=True) as uow:
        return load.report(uow, by, load.since(uow.now, "Europe/Berlin", period), sort).lines


def line_of(database, tenant, name, **which):
    return next(line for line in lines(database, tenant, **which) if line.name == name)


def answered_after(database, tenant, person, hours, **changed):
    request_id = make_request(database, tenant, [person], **changed)
    clock.shift(timedelta(hours=hours))
    decide(database, tenant, person, request_id)
    return request_id


def test_times_are_those_that_people_waited(database, tenant, jonas, lena):
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 40):
        answered_after(database, tenant, jonas, hours)
    make_request(database, tenant, [jonas, lena])
    found = line_of(database, tenant, "Jonas Weber")
    assert (found.open, found.overdue, found.answered, found.ended) == (1, 0, 10, 10)
    assert found.median_s == pytest.approx(5 * HOUR, abs=60)
    assert found.p90_s == pytest.approx(9 * HOUR, abs=60)
    assert found.working_median_s is None
    other = line_of(database, tenant, "Lena Vogt")
    assert (other.open, other.answered, other.median_s) == (1, 0, None)


def test_working_time_is_counted_by_the_requests_calendar(database, tenant, jonas):
    calendar = make_calendar(database, tenant)  # Monday to Friday, 09:00-17:00 in Berlin
    friday = datetime(2027, 3, 5, 15, tzinfo=UTC)  # 16:00 in Berlin
    clock.shift(friday - clock.local_now())
    request_id = make_request(database, tenant, [jonas])
    with database.unit(tenant.id) as uow:
        uow.session.get(Request, request_id).calendar_id = calendar
    clock.shift(timedelta(days=3))
    decide(database, tenant, jonas, request_id)
    found = line_of(database, tenant, "Jonas Weber")
    assert found.median_s == pytest.approx(72 * HOUR, abs=60)
    assert found.working_median_s == pytest.approx(8 * HOUR, abs=60)


def test_what_was_handed_on_and_what_ran_out_is_the_persons_who_left_it(database, tenant, jonas, lena):
    answered_after(database, tenant, jonas, 1)
    handed = make_request(database, tenant, [jonas])
    with database.unit(tenant.id, jonas.actor) as uow:
        service.reassign(uow, share_of(database, tenant, handed, jonas).id, lena.user_id)
    late = make_request(database, tenant, [jonas], due_at=clock.local_now() + timedelta(hours=2))
    clock.shift(timedelta(hours=3))
    assert line_of(database, tenant, "Jonas Weber").overdue == 1
    with database.unit(tenant.id) as uow:
        service.expire(uow, late)
    found = line_of(database, tenant, "Jonas Weber")
    assert (found.answered, found.reassigned, found.expired, found.ended) == (1, 1, 1, 3)
    assert found.share(found.expired) == pytest.approx(1 / 3)
    assert (found.open, found.overdue) == (0, 0)
    assert line_of(database, tenant, "Lena Vogt").open == 1


def test_groups_and_workflows_have_lines_of_their_own(database, tenant, jonas, lena):
    make_group(database, tenant, "Refund team", [jonas, lena])
    workflow_id = str(ids.new_id())
    context = {"workflow_id": workflow_id, "workflow_name": "Refunds", "run_title": "1"}
    request_id = make_request(database, tenant, ["group:Refund team"], context=context)
    make_request(database, tenant, ["group:Refund team"], context=context)
    clock.shift(timedelta(hours=2))
    decide(database, tenant, lena, request_id)
    [group] = lines(database, tenant, By.GROUP)
    assert (group.name, group.open, group.answered) == ("Refund team", 2, 1)
    assert group.median_s == pytest.approx(2 * HOUR, abs=60)
    [workflow] = lines(database, tenant, By.WORKFLOW)
    assert (workflow.key, workflow.open, workflow.answered) == (workflow_id, 1, 1)


def test_a_period_ends_before_what_is_older_and_a_stage_counts_from_its_opening(database, tenant, jonas, lena):
    answered_after(database, tenant, jonas, 1)
    clock.shift(timedelta(days=10))
    assert lines(database, tenant, period=Period.WEEK) == ()
    assert line_of(database, tenant, "Jonas Weber").answered == 1
    begin = load.since(datetime(2026, 3, 30, 12, tzinfo=UTC), "Europe/Berlin", Period.WEEK)
    assert begin == datetime(2026, 3, 23, 23, tzinfo=UTC)  # midnight in Berlin, before the clocks went forward


@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_gives_every_line_and_the_largest_first(database, tenant, jonas, lena, sort):
    answered_after(database, tenant, lena, 5)
    answered_after(database, tenant, jonas, 1)
    make_request(database, tenant, [jonas])
    found = [line.name for line in lines(database, tenant, sort=sort)]
    assert sorted(found) == ["Jonas Weber", "Lena Vogt"]
    if sort in (Sort.MEDIAN, Sort.P90):
        assert found[0] == "Lena Vogt"
    if sort is Sort.OPEN:
        assert found[0] == "Jonas Weber"


def test_another_workspace_has_none_of_it_and_a_name_is_no_formula(database, tenant, jonas):
    answered_after(database, tenant, jonas, 1)
    assert lines(database, make_tenant(database, "Other Store")) == ()
    with database.unit(tenant.id) as uow:
        report = load.report(uow, By.PERSON, load.since(uow.now, "UTC", Period.MONTH))
        text = spreadsheets.load(replace(report, lines=(replace(report.lines[0], name="=1+1"),)))
    assert text.splitlines()[1].startswith("'=1+1,0,0,1,")
