"""Copied runs are whole: every row names the rows of its own copy, and is found where a real one would be."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from benchmarks import history
from benchmarks.copies_sql import Series
from benchmarks.stack import Stack
from studio.approvals.models import Assignment, Request
from studio.core import ids
from studio.runtime.history import listing
from studio.runtime.models import Event, Run, RunSearch, Step, WaitRow
from studio.runtime.search.index import SearchIndex
from tests.factories.accounts import make_tenant
from tests.factories.approvals import make_request
from tests.factories.runs import make_run

COUNT = 30
DAY_MS = 86_400_000
"""Copies a day apart span more milliseconds than PostgreSQL's integer holds."""
DUE = datetime(2030, 1, 1, tzinfo=UTC)


def parked(app, tenant):
    """A run that waits for the approver; rows as its step would have written them."""
    database = app.extensions["studio_database"]
    run_id, wait_id = make_run(app, tenant), ids.new_id()
    request_id = make_request(
        database, tenant, [tenant["approver"]], ref={"run_id": str(run_id), "wait_id": str(wait_id)}
    )
    with database.unit(tenant.id) as uow:
        step = uow.session.scalars(select(Step).where(Step.run_id == run_id)).one()
        step.wait_id, step.effect_key = wait_id, f"{run_id}:call"
        detail = {"request_id": str(request_id)}
        uow.session.add(
            WaitRow(
                id=wait_id, run_id=run_id, step_id=step.id, node_key="call", kind="approval", detail=detail,
                created_at=uow.now,
            )
        )  # fmt: skip
    return run_id


def stacked(store, store_settings, request):
    return Stack(store_settings, {}, request.getfixturevalue("postgres") if store == "postgresql" else None)


def test_every_row_names_its_own_copy(app, database, store, store_settings, request):
    tenant = make_tenant(database)
    original = parked(app, tenant)
    series = Series(COUNT, DAY_MS)
    history.copy(stacked(store, store_settings, request), original, series, {"wait": {"due_at": DUE}})
    with database.unit(tenant.id, read_only=True) as uow:
        every = {
            model: uow.session.scalars(select(model).order_by(model.id)).all()
            for model in (Event, Run, Step, WaitRow, Request, Assignment)
        }
        assert {len(rows) for rows in every.values()} == {COUNT + 1}
        assert [run.id for run in every[Run]] == [series.nth(original, n) for n in range(1, COUNT + 1)] + [original]
        for event, run, step, wait, asked, share in zip(*every.values(), strict=True):
            assert (event.run_id, run.event_id) == (run.id, event.id)
            assert (step.run_id, step.wait_id, step.effect_key) == (run.id, wait.id, f"{run.id}:call")
            assert (wait.run_id, wait.step_id, wait.detail) == (run.id, step.id, {"request_id": str(asked.id)})
            assert (asked.run_id, asked.wait_id) == (run.id, wait.id)
            assert asked.ref == {"run_id": str(run.id), "wait_id": str(wait.id)}
            assert (share.request_id, share.user_id) == (asked.id, tenant["approver"].user_id)
            assert wait.due_at == (None if run.id == original else DUE)
        for one in every[Run][:-1]:
            assert (one.state, one.title, one.input) == (every[Run][-1].state, tenant.name, every[Run][-1].input)
        if store == "postgresql":
            assert every[Run][-1].created_at - every[Run][0].created_at == timedelta(days=COUNT)


def test_copies_are_found_by_their_words_and_indexed_once(app, database, store, store_settings, request):
    tenant = make_tenant(database, "Fennel")
    original = parked(app, tenant)
    history.copy(stacked(store, store_settings, request), original, Series(COUNT))
    assert SearchIndex(database).catch_up(datetime.now(UTC) + timedelta(hours=1)) == 1
    with database.unit(tenant.id, read_only=True) as uow:
        indexed = uow.session.scalars(select(RunSearch.run_id).order_by(RunSearch.seq)).all()
        assert indexed == sorted(uow.session.scalars(select(Run.id)))
        found = listing.runs(uow, listing.RunFilter(search="fennel"))
        assert len(found.rows) == COUNT + 1


@given(
    st.integers(10**10, (1 << 48) - 1), st.integers(0, (1 << 74) - 1),
    st.integers(1, 10**6), st.integers(1, 500), st.integers(1, 10**6),
)  # fmt: skip
def test_ids_of_copies_lie_in_order_before_the_original(moment, random, count, step_ms, number):
    old = UUID(int=moment << 80 | 7 << 76 | random >> 62 << 64 | 2 << 62 | random & ((1 << 62) - 1))
    series, number = Series(count, step_ms), min(number, count)
    made = series.nth(old, number)
    assert made < old
    assert (made.version, made.variant) == (old.version, old.variant)
    assert number == count or made < series.nth(old, number + 1)
