"""What waits is listed by its deadline, whatever happened to it, and read in that order from an index."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, text

from studio.approvals import policy, service
from studio.approvals.clock.arithmetic import working_between
from studio.approvals.models import Assignment, Request
from studio.approvals.service import calendars, listing, rows
from studio.approvals.service.listing import Due, Filters, Tab
from studio.core import db, ids
from tests.factories.approvals import make_request
from tests.factories.timetables import make_calendar

DUE = st.none() | st.integers(1, 5)
"""Hours, so that some are the same."""
WHICH = st.integers(0, 7)
BY = st.sampled_from(["", "Mornings", "Afternoons"])
"""By which calendar."""
STEPS = st.lists(
    st.tuples(st.just("ask"), DUE, BY)
    | st.tuples(st.just("move"), WHICH, DUE)
    | st.tuples(st.sampled_from(["hand_on", "hand_on", "snooze", "restore", "decide"]), WHICH),
    max_size=14,
)
MANY = 2000
INDEXED = re.compile(r"""[ '](ix_approval_|pk_approval_|sqlite_autoindex_approval_)""")
CUT_OFF = timedelta(hours=5)


@given(due=st.lists(st.none() | st.datetimes(timezones=st.just(UTC), max_value=datetime(9999, 12, 30)), max_size=9))  # noqa: DTZ001 - Hypothesis adds the zone
def test_less_time_left_stands_further_up_and_what_has_all_the_time_last(due):
    dated = sorted(moment for moment in due if moment is not None)
    assert sorted(due, key=policy.sort_at) == dated + [None] * due.count(None)


@pytest.fixture
def desk(database, tenant, jonas, lena):
    return Desk(database, tenant, jonas, lena)


class Desk:
    """Two people who are asked, hand on, put off and decide; and deadlines that move."""

    def __init__(self, database, tenant, jonas, lena):
        self.database, self.tenant, self.people = database, tenant, (jonas, lena)
        self.calendars, self.hours = {"": None}, {None: None}
        for name, hours in (("Mornings", "00:00-09:30"), ("Afternoons", "14:10-24:00")):
            self.calendars[name] = make_calendar(database, tenant, name=name, time_zone="UTC", week=[[hours]] * 7)
        with database.unit(tenant.id) as uow:
            for one in self.calendars.values():
                if one is not None:
                    self.hours[one] = calendars.hours_of(calendars.get(uow, one))

    def ask(self, hours, by=""):
        due_at = self._in(hours)
        make_request(self.database, self.tenant, self.people[:1], due_at=due_at, calendar_id=self.calendars[by])

    def move(self, which, hours):
        with self.database.unit(self.tenant.id) as uow:
            if request := self._one(uow, select(Request).where(Request.closed_at.is_(None)), which):
                rows.locked(uow, request.id).due_at = self._in(hours)

    def hand_on(self, which):
        with self._live(which) as (uow, share):
            if share:
                jonas, lena = self.people
                service.reassign(uow, share.id, (lena if share.user_id == jonas.user_id else jonas).user_id)

    def snooze(self, which):
        with self._live(which) as (uow, share):
            if share:
                service.snooze(uow, share.id, uow.now + timedelta(minutes=1))

    def restore(self, which):
        with self._live(which) as (uow, share):
            if share:
                service.restore(uow, share.id)

    def decide(self, which):
        with self._live(which) as (uow, share):
            if share:
                service.approve(uow, share.request_id, shown=uow.session.get(Request, share.request_id).payload_hash)

    def clear(self):
        with self.database.unit(self.tenant.id) as uow:
            for request_id in uow.session.scalars(select(Request.id)).all():
                service.withdraw(uow, request_id, "Enough")

    def lists(self):
        """What each sees in Pending and Snoozed, and staff of everybody's; page by page."""
        with self.database.unit(self.tenant.id) as uow:
            return {
                (person.user_id, tab): self._pages(uow, person, Filters(tab=tab))
                for person in self.people
                for tab in (Tab.PENDING, Tab.SNOOZED)
            } | {"everybody": self._pages(uow, self.people[0], Filters(everybody=True))}

    def expected(self):
        """The same, sorted here by the time left of each, by its calendar."""
        with self.database.unit(self.tenant.id) as uow:
            found = uow.session.execute(
                select(Assignment, Request).join(Request).where(Assignment.closed_at.is_(None))
            ).all()
            pending = uow.session.scalars(select(Request).where(Request.closed_at.is_(None))).all()
            never = datetime(9999, 12, 31, tzinfo=UTC)

            def left(one):
                due, hours = one.due_at or never, self.hours[one.calendar_id]
                far = hours is None or one.due_at is None
                return (due - uow.now) if far else working_between(hours, uow.now, due), due

            lists = {"everybody": [one.id for one in sorted(pending, key=lambda one: (left(one), one.id))]}
            for person in self.people:
                own = [(share, request) for share, request in found if share.user_id == person.user_id]
                open_ = sorted((left(r), s.id, r.id) for s, r in own if s.state == "open")
                asleep = sorted((s.snoozed_until, s.id, r.id) for s, r in own if s.state == "snoozed")
                lists[person.user_id, Tab.PENDING] = [request_id for *_, request_id in open_]
                lists[person.user_id, Tab.SNOOZED] = [request_id for *_, request_id in asleep]
            return lists

    def _pages(self, uow, person, filters):
        seen, after = [], None
        while True:
            page = listing.listed(uow, person.user_id, replace(filters, after=after), size=2)
            seen += [item.request.id for item in page.items]
            after = page.after
            if after is None:
                return seen

    def _in(self, hours):
        return None if hours is None else self.start + timedelta(hours=hours)

    @property
    def start(self):
        with self.database.unit(self.tenant.id) as uow:
            return uow.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    def _one(self, uow, query, which):
        found = uow.session.scalars(query).all()
        return found[which % len(found)] if found else None

    def _live(self, which):
        return _Acting(self, which)


class _Acting:
    """A live share and a unit in which its own person acts."""

    def __init__(self, desk, which):
        self.desk, self.which = desk, which

    def __enter__(self):
        desk = self.desk
        with desk.database.unit(desk.tenant.id) as uow:
            share = desk._one(uow, select(Assignment).where(Assignment.closed_at.is_(None)), self.which)
            own = share.user_id if share else None
        actor = next((person.actor for person in desk.people if person.user_id == own), desk.people[0].actor)
        self.unit = desk.database.unit(desk.tenant.id, actor)
        uow = self.unit.__enter__()
        return uow, uow.session.get(Assignment, share.id) if share else None

    def __exit__(self, *failure):
        return self.unit.__exit__(*failure)


@pytest.mark.parametrize("examples", [pytest.param(6, id="quick"), pytest.param(40, id="long", marks=pytest.mark.slow)])
def test_lists_keep_the_order_of_working_time_left(desk, examples):
    @settings(max_examples=examples)
    @given(steps=STEPS)
    def keep(steps):
        for name, *given_ in [("ask", 3), ("ask", None, "Mornings"), ("ask", 1, "Afternoons"), *steps]:
            getattr(desk, name)(*given_)
        assert desk.lists() == desk.expected()
        desk.clear()

    keep()


def test_a_deadline_that_moves_takes_every_live_share_along_and_no_closed_one(database, tenant, jonas, lena):
    first = make_request(database, tenant, [jonas, lena])
    with database.unit(tenant.id, jonas.actor) as uow:
        before = uow.now
        mine = uow.session.scalars(select(Assignment).where(Assignment.user_id == jonas.user_id)).one()
        service.reassign(uow, mine.id, tenant["approver"].user_id)
    with database.unit(tenant.id) as uow:
        rows.locked(uow, first).due_at = before + CUT_OFF
    with database.unit(tenant.id) as uow:
        found = uow.session.execute(select(Assignment.user_id, Assignment.sort_at)).all()
    assert {row.user_id: row.sort_at for row in found} == {
        jonas.user_id: policy.NEVER,
        lena.user_id: before + CUT_OFF,
        tenant["approver"].user_id: before + CUT_OFF,
    }


def test_up_to_a_bound_is_counted(database, tenant, jonas, lena, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 2)
    for number in range(3):
        make_request(database, tenant, [jonas] if number else [jonas, lena], due_at=None)
    with database.unit(tenant.id, jonas.actor) as uow:
        assert listing.counts(uow, jonas.user_id)[Tab.PENDING] == listing.Tally(2, cut=True)
        assert listing.counts(uow, lena.user_id)[Tab.PENDING] == listing.Tally(1, cut=False)
        shares = uow.session.scalars(select(Assignment.id).where(Assignment.user_id == jonas.user_id)).all()
        for share in shares[:2]:
            service.snooze(uow, share, uow.now + timedelta(hours=1))
        uow.session.flush()
        assert listing.counts(uow, jonas.user_id) == {
            Tab.PENDING: listing.Tally(1, cut=False),
            Tab.SNOOZED: listing.Tally(2, cut=False),
        }


@pytest.fixture
def crowded(database, tenant, jonas, store, store_settings):
    """A person with MANY open shares and as many snoozed ones, beside as many of somebody else."""
    with database.unit(tenant.id) as uow:
        now = uow.now
    request_id = make_request(database, tenant, [jonas], due_at=now + timedelta(days=400))
    with database.unit(tenant.id) as uow:
        request, share = (
            dict(uow.session.execute(select(model.__table__)).mappings().first()) for model in (Request, Assignment)
        )
        assert request["id"] == request_id
        other, copies, shares = ids.new_id(), [], []
        for number in range(3 * MANY):
            due_at = now + timedelta(minutes=number * 7919 % MANY)
            copies.append(request | {"id": ids.new_id(), "due_at": due_at, "sort_at": due_at})
            shares.append(
                share
                | {"id": ids.new_id(), "request_id": copies[-1]["id"], "sort_at": due_at}
                | {"user_id": jonas.user_id if number < 2 * MANY else other}
                | ({"state": "snoozed", "snoozed_until": due_at + CUT_OFF} if MANY <= number < 2 * MANY else {})
            )
        uow.session.connection().execute(insert(Request.__table__), copies)
        uow.session.connection().execute(insert(Assignment.__table__), shares)
    if store == "postgresql":  # does it by itself in time; Studio keeps no statistics on SQLite
        engine = db.open_engine(store_settings.migrate_url)
        with engine.begin() as connection:
            connection.execute(text("analyze"))
        engine.dispose()


def plans(uow, read):
    """How the database does what `read` asks of it: a plan in JSON or, on SQLite, lines."""
    connection, asked = uow.session.connection(), []

    def listen(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    read()
    event.remove(connection, "before_cursor_execute", listen)
    if connection.dialect.name == "sqlite":
        return [
            [row.detail for row in connection.exec_driver_sql(f"explain query plan {one}", values)]
            for one, values in asked
        ]
    return [
        connection.exec_driver_sql(f"explain (analyze, format json) {one}", values).scalar_one()[0]["Plan"]
        for one, values in asked
    ]


def sorts(plan):
    if isinstance(plan, list):
        return any("TEMP B-TREE" in line for line in plan)
    return "Sort" in plan["Node Type"] or any(sorts(part) for part in plan.get("Plans", ()))


def rows_read(plan):
    """The most rows that a PostgreSQL plan took from one table or index."""
    own = plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return max([own if "Scan" in plan["Node Type"] else 0, *(rows_read(part) for part in plan.get("Plans", ()))])


@pytest.mark.usefixtures("crowded")
def test_a_crowded_inbox_is_read_in_order_and_no_further_than_its_page(database, tenant, jonas, store, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 50)
    monkeypatch.setattr(listing, "LOOKED_AT", 50)
    monkeypatch.setattr(listing, "WINDOW", 50)
    with database.unit(tenant.id, jonas.actor) as uow:
        reads = [
            lambda: listing.counts(uow, jonas.user_id),
            lambda: listing.due_before(uow, jonas.user_id, uow.now + timedelta(days=1)),
        ]
        for filters in (Filters(tab=Tab.SNOOZED), Filters(everybody=True), Filters()):
            after = listing.listed(uow, jonas.user_id, filters).after
            pages = filters, replace(filters, after=after)
            reads += [lambda one=one: listing.listed(uow, jonas.user_id, one) for one in pages]
        for narrower in (Filters(search="nobody wrote this"), Filters(due=Due.OVERDUE)):
            reads.append(lambda one=narrower: listing.listed(uow, jonas.user_id, one))
            reads.append(lambda one=narrower: listing.first_ids(uow, jonas.user_id, one, uow.now))
        found = [plan for read in reads for plan in plans(uow, read)]
        [offered] = plans(uow, lambda: listing.choices(uow, jonas.user_id, Filters()))
        request = uow.session.scalars(select(Request).limit(1)).one()
        [asked] = plans(uow, lambda: rows.assignments(uow, request))
    assert len(found) == 29
    for plan in (*found, asked):
        assert not sorts(plan), plan
        assert INDEXED.search(str(plan)), plan
    for plan in (*found, offered, asked):
        assert store == "sqlite" or rows_read(plan) <= 2 * (listing.PAGE + 1), plan
