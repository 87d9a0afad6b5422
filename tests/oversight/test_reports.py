"""Monthly reports against a small world added up by hand; months by the workspace's clock; one mail a month."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from studio.accounts.models import Workspace
from studio.accounts.outcomes import Role
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.core import clock, ids, outbox
from studio.core.errors import InvalidInput, NotFound
from studio.oversight import spreadsheets
from studio.oversight.reports import adding, months, service
from studio.oversight.reports.figures import Figures, Load
from studio.oversight.reports.months import Month
from studio.oversight.reports.post import Post
from studio.oversight.reports.service import Sending
from studio.oversight.reports.tables import ReportDay, ReportSetting
from studio.runtime.models import Run
from tests.factories.accounts import make_tenant
from tests.factories.approvals import decide, listen, make_request

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
OCTOBER, NOW = Month(2026, 10), datetime(2026, 11, 15, 12, tzinfo=UTC)


@pytest.fixture
def tenant(database):
    listen()
    made = make_tenant(database)
    with database.unit(made.id) as uow:
        settled = {"time_zone": "Europe/Berlin", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
        uow.session.execute(update(Workspace).where(Workspace.id == made.id).values(settled))
    return made


@pytest.fixture(autouse=True)
def in_november():
    clock.shift(NOW - clock.local_now())
    yield
    clock.reset()


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def go_to(at):
    clock.shift(at - clock.local_now())


def decided(database, tenant, at, outcome=Outcome.APPROVED, *, due_at=None, **more):
    """A request that was asked ten minutes before it was decided."""
    go_to(at - timedelta(seconds=600.5))  # half a second more than is counted, whatever the clock does meanwhile
    request_id = make_request(database, tenant, [tenant["approver"]], **more)
    go_to(at)
    decide(database, tenant, tenant["approver"], request_id, outcome)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Request).where(Request.id == request_id).values(due_at=due_at))
    go_to(NOW)


def ran(database, tenant, workflow, began, *, failed_at=None, code="http.500"):
    with database.unit(tenant.id) as uow:
        uow.session.add(
            Run(
                id=UUID(int=ids.first_id_at(began).int | (ids.new_id().int & ((1 << 62) - 1))), workflow_id=workflow,
                version_id=ids.new_id(), trigger_node="t", state="failed" if failed_at else "succeeded", mode="live",
                available_at=began, created_at=began, finished_at=failed_at or began,
                error={"code": code} if failed_at else None,
            )
        )  # fmt: skip


def read(database, tenant, month=OCTOBER):
    with database.unit(tenant.id, read_only=True) as uow:
        return service.report(uow, month)


def world(database, tenant):
    """Added up by hand: see the test."""
    decided(database, tenant, berlin("2026-10-01T00:00"), amount="420.10", currency="EUR")
    decided(database, tenant, berlin("2026-10-31T23:59:59"), amount="0.20", currency="EUR",
            due_at=berlin("2026-11-02T10:00"))  # fmt: skip
    decided(database, tenant, berlin("2026-10-12T10:00"), amount="1000000000000.01", currency="USD",
            due_at=berlin("2026-10-12T09:00"))  # fmt: skip
    decided(database, tenant, berlin("2026-10-25T02:30"), Outcome.DECLINED, amount="99.99", currency="EUR")
    decided(database, tenant, berlin("2026-09-30T23:59:59"), amount="5", currency="EUR")
    decided(database, tenant, berlin("2026-11-01T00:00"), amount="7", currency="EUR")
    busy, quiet = ids.new_id(), ids.new_id()
    for at in ("2026-10-01T00:00", "2026-10-15T08:00", "2026-10-31T23:59"):
        ran(database, tenant, busy, berlin(at))
    ran(database, tenant, quiet, berlin("2026-09-30T23:00"), failed_at=berlin("2026-10-01T00:30"))
    ran(database, tenant, quiet, berlin("2026-10-31T23:30"), failed_at=berlin("2026-11-01T00:10"))
    ran(database, tenant, quiet, berlin("2026-10-02T10:00"), failed_at=berlin("2026-10-02T10:01"), code="mail.refused")
    return busy, quiet


def check(report, tenant, busy, quiet):
    found = report.figures
    assert found.approved == {"EUR": Decimal("420.30"), "USD": Decimal("1000000000000.01")}
    assert found.declined == {"EUR": Decimal("99.99")}
    assert found.outcomes == {"approved": 3, "declined": 1}
    assert (found.in_time, found.late, found.undated) == (1, 1, 2)
    assert report.in_time_percent == Decimal(50)
    assert found.load == {str(tenant["approver"].user_id): Load(4, 2400, 4, 0, 0)}
    assert found.failures == {"http.500": 1, "mail.refused": 1}
    assert found.workflows == {str(busy): 3, str(quiet): 2}


def test_a_month_is_what_was_added_up_by_hand(database, tenant):
    flows = world(database, tenant)
    report = read(database, tenant)
    check(report, tenant, *flows)
    assert report.over
    assert report.approvers[0].name == tenant["approver"].name


def test_sums_of_days_say_the_same_and_outlive_the_runs(database, tenant):
    flows = world(database, tenant)
    with database.unit(tenant.id) as uow:
        while adding.add_up(uow):
            pass
        uow.session.query(Run).delete()
    check(read(database, tenant), tenant, *flows)


def test_days_are_added_up_once_and_again_only_by_another_time_zone(database, tenant):
    world(database, tenant)
    with database.unit(tenant.id) as uow:
        while adding.add_up(uow):
            pass
        assert uow.session.scalar(select(func.count()).select_from(ReportDay)) == adding.BACK + 1
        uow.session.execute(update(Workspace).where(Workspace.id == tenant.id).values(time_zone="Pacific/Auckland"))
    report = read(database, tenant)
    assert report.figures.approved["EUR"] == Decimal("425.10")  # the 30th at 23:59:59 is October there, the 31st is not
    with database.unit(tenant.id) as uow:
        while adding.add_up(uow):
            pass
        today = months.today(uow.now, AUCKLAND)
        lately = select(ReportDay.zone).where(ReportDay.day >= today - timedelta(days=adding.BACK))
        assert set(uow.session.scalars(lately)) == {"Pacific/Auckland"}
    assert read(database, tenant).figures == report.figures


def test_a_step_up_and_a_bypass_are_counted(database, tenant):
    from studio.audit import Target, record  # noqa: PLC0415 - here alone

    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        for step in ("sudo", "approval.bypass"):
            record(uow, "step_up.confirmed", targets=[Target("user", "u")], metadata={"step": step, "method": "totp"})
    assert read(database, tenant, Month(2026, 11)).figures.proofs == {"step_up.confirmed": 2}


def test_a_month_that_never_was_is_not_found(database, tenant):
    for month in (Month(2025, 12), Month(2026, 12)):
        with pytest.raises(NotFound):
            read(database, tenant, month)
    assert read(database, tenant, Month(2026, 2)).empty


def test_the_file_has_its_sections_and_no_formulas(database, tenant):
    world(database, tenant)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Run).where(Run.state == "failed").values(error={"code": "=cmd()"}))
    text = spreadsheets.month(read(database, tenant))
    assert "2026-10,amount approved,,EUR,420.30" in text
    assert "2026-10,deadlines,in time,requests,1" in text
    assert "2026-10,failures,'=cmd(),runs,2" in text


@pytest.fixture
def database(app, mailer):
    Post(mailer, "http://localhost:8000").register()
    return app.extensions["studio_database"]


def sent(mailer):
    return list(mailer.sent.values())


def test_the_report_goes_out_once_a_month_however_often_it_is_looked_at(database, tenant, mailer):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.set_sending(uow, Sending([Role.ADMIN], [tenant["auditor"].user_id], day=1, hour=7))
        row = uow.session.scalar(select(ReportSetting))
        assert row.next_at == berlin("2026-12-01T07:00")
    outbox.drain(database)
    assert sent(mailer) == []
    clock.shift(clock_to(database, "2026-12-01T06:30Z"))
    for _ in range(3):
        outbox.drain(database)
    assert {mail.to[0] for mail in sent(mailer)} == {tenant["admin"].email, tenant["auditor"].email}
    assert len(sent(mailer)) == 2
    assert "/reports/2026-11" in sent(mailer)[0].text
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        row = uow.session.scalar(select(ReportSetting))
        assert (row.sent, row.next_at) == ("2026-11", berlin("2027-01-01T07:00"))
        service.set_sending(uow, Sending([Role.ADMIN], day=1, hour=9))  # later the same day: not once more
    clock.shift(clock_to(database, "2026-12-01T08:30Z"))
    outbox.drain(database)
    assert len(sent(mailer)) == 2
    clock.shift(clock_to(database, "2027-01-01T08:30Z"))
    outbox.drain(database)
    assert [mail.to[0] for mail in sent(mailer)[2:]] == [tenant["admin"].email]


def clock_to(database, text):
    return datetime.fromisoformat(text) - clock.local_now()


def test_nobody_who_left_and_no_nonsense(database, tenant):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        for wanted, field in (
            (Sending(day=29), "day"), (Sending(hour=24), "hour"), (Sending(people=[ids.new_id()]), "people"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                service.set_sending(uow, wanted)
            assert refused.value.problems[0].path == field
        assert uow.session.scalar(select(ReportSetting)) is None


PLACES = ("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Asia/Kathmandu")
ZONES = st.sampled_from(PLACES).map(ZoneInfo)
MOMENTS = st.integers(978_307_200, 4_070_908_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
AMOUNTS = st.tuples(
    st.sampled_from(["EUR", "USD"]), st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4)
)


@given(zone=ZONES, year=st.integers(2000, 2100), number=st.integers(1, 12))
def test_days_of_a_month_follow_one_another_without_a_gap(zone, year, number):
    month = Month(year, number)
    edges = [months.begin(day, zone) for day in (*month.days(), month.next.first)]
    lasted = {(after - before) // timedelta(minutes=30) for before, after in pairwise(edges)}
    assert lasted <= {46, 47, 48, 49, 50}
    assert month.next.before == month
    assert months.read(str(month)) == month


@given(zone=ZONES, now=MOMENTS, day=st.integers(1, 28), hour=st.integers(0, 23))
def test_the_next_sending_lies_ahead_and_within_a_month(zone, now, day, hour):
    at = months.next_sending(now, zone, day, hour)
    assert now < at <= now + timedelta(days=32)


@given(st.lists(AMOUNTS))
def test_amounts_add_up_exactly_and_are_written_without_loss(amounts):
    whole, parts = Figures(), Figures()
    for currency, amount in amounts:
        whole.pay("approved", str(amount), currency)
        one = Figures()
        one.pay("approved", str(amount), currency)
        parts.add(Figures.read(one.written()))
    assert parts.approved == whole.approved


def test_what_is_no_number_is_no_money():
    found = Figures()
    for text in ("", None, "NaN", "Infinity", "twelve"):
        found.pay("approved", text, "EUR")
    assert found.approved == {}
    assert months.read("2026-13") is months.read("26-01") is None
    assert months.of(date(2026, 12, 31)).next == Month(2027, 1)
