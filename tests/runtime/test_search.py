"""Runs are found by the words of their data, from the moment they exist, page by page, on both databases."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime.history import listing, searching
from studio.runtime.history.listing import RunFilter
from studio.runtime.models import Run, RunSearch
from studio.runtime.retention.chore import Retention
from studio.runtime.search import finding
from studio.runtime.search.index import REST_S, SearchIndex
from studio.runtime.search.words import asked, fits, words_of
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

ORDER = {
    "id": 820982911946154508, "name": "#6021", "total": 420.5, "paid": True, "note": None,
    "customer": {"name": "Zoë Keller-Müller", "email": "zoe.k@example.com"},
    "lines": [{"title": "Trail shoe 42", "sku": "TS-42"}, {"title": "Laces"}],
}  # fmt: skip
OLD = timedelta(minutes=5)


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=True)


@pytest.fixture
def add(database, tenant, workflow_id):
    """Write runs that began some time ago, the oldest first; their ids come back in that order."""

    def write(*inputs, ago=OLD, of=tenant, **values):
        start = clock.local_now() - ago
        ids = [UUID(int=first_id_at(start + timedelta(milliseconds=number)).int) for number in range(len(inputs))]
        with database.unit(of.id) as uow:
            uow.session.add_all(
                Run(
                    id=run_id, version_id=workflow_id, trigger_node="order", input=data, available_at=start,
                    created_at=start, **{"state": "succeeded", "workflow_id": workflow_id, **values},
                )
                for run_id, data in zip(ids, inputs, strict=True)
            )  # fmt: skip
        return ids

    return write


@pytest.fixture
def index(database):
    return lambda: SearchIndex(database).catch_up(clock.local_now())


@pytest.fixture
def search(database, tenant):
    def found(text, *, of=tenant, before=None, after=None, limit=50, **filters):
        with database.unit(of.id, read_only=True) as uow:
            return listing.runs(uow, RunFilter(search=text, **filters), before=before, after=after, limit=limit)

    return found


@pytest.fixture
def indexed(database):
    """How many runs the index knows."""

    def counted():
        with database.across(read_only=True) as uow:
            return uow.session.scalar(select(func.count()).select_from(RunSearch))

    return counted


def ids(page):
    return [row.id for row in page.rows]


def test_words_are_the_values_in_one_form():
    found = words_of("Order 6021", ORDER)
    assert {"order", "6021", "zoë", "keller", "müller", "example", "420", "5", "ts", "42", "820982911946154508"} <= {
        *found
    }
    assert "customer" not in found
    assert len(found) == len(set(found))
    assert asked("  ZOË, keller ") == ["zoë", "keller"]
    assert asked("Zoe\u0308") == ["zoë"]
    assert asked("'; drop & | ! :* \" ( ") == ["drop"]
    assert fits(["zo", "lac"], found)
    assert not fits(["zo", "nobody"], found)


def test_deep_and_endless_data_are_cut():
    deep = "bottom"
    for _ in range(200):
        deep = {"in": deep}
    assert words_of("Top", deep) == ["top"]
    assert len(words_of("", [f"w{number}" for number in range(5_000)])) == 2_000


@pytest.mark.parametrize("settled", [False, True], ids=["not indexed yet", "indexed"])
@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("6021", True), ("#6021", True), ("kell", True), ("MÜLLER zoë", True), ("zoe.k@example.com", True),
        ("820982911946154508", True), ("ts-42 laces", True), ("eller", False), ("6021 nobody", False),
        ("customer", False), ("%", False), ("_", False), ("'", False), ('" OR words:*', False), ("refund 6021", True),
    ],
)  # fmt: skip
def test_a_run_is_found_by_the_beginnings_of_its_words(add, index, search, settled, text, hit):
    [run_id] = add(ORDER, title="Refund of order 6021")
    add({"name": "#7000"}, ago=OLD + OLD)
    assert index() == 2 if settled else True
    assert ids(search(text)) == ([run_id] if hit else [])


def test_the_newest_are_found_beside_the_indexed(add, index, search):
    [old] = add({"name": "Anna"})
    index()
    [new] = add({"name": "Anna"}, ago=timedelta(seconds=5))
    assert index() == 0
    assert ids(search("anna")) == [new, old]


def test_pages_follow_one_another_both_ways(add, index, search):
    every = add(*({"name": "Anna", "n": number} for number in range(5)))
    index()
    every = [*every, *add(*({"name": "Anna", "n": number} for number in range(3)), ago=timedelta(seconds=5))][::-1]
    seen, cursor = [], None
    while True:
        page = search("anna", before=cursor, limit=3)
        seen += ids(page)
        cursor = page.older
        if cursor is None:
            break
    assert seen == every
    back = search("anna", after=every[6], limit=3)
    assert ids(back) == every[3:6]
    assert ids(search("anna", after=back.newer, limit=3)) == every[0:3]
    assert search("anna", after=back.newer, limit=3).newer is None


def test_other_filters_hold_too_and_the_next_page_goes_on_behind_what_was_looked_at(add, index, search, monkeypatch):
    monkeypatch.setattr(searching, "MOST_HITS", 4)
    failed = add({"name": "Anna"}, state="failed")
    fine = add(*({"name": "Anna"} for _ in range(6)), ago=OLD / 2)
    index()
    first = search("anna", states=("failed",))
    assert (ids(first), first.older) == ([], fine[2])
    second = search("anna", states=("failed",), before=first.older)
    assert (ids(second), second.older) == (failed, None)


def test_it_says_when_the_newest_are_too_many_to_look_at(add, search, monkeypatch):
    monkeypatch.setattr(finding, "NEWEST", 2)
    every = add({"name": "Anna"}, {"name": "Anna"})
    assert search("anna").whole
    add({"name": "Anna"}, ago=OLD + OLD)
    page = search("anna")
    assert not page.whole
    assert ids(page) == every[::-1]


def test_it_says_when_looking_at_the_newest_took_too_long(add, search, monkeypatch):
    monkeypatch.setattr(finding, "MOST_S", -1)
    monkeypatch.setattr(finding, "AT_ONCE", 1)
    _, newest = add({"name": "Anna"}, {"name": "Anna"})
    page = search("anna")
    assert (ids(page), page.whole) == ([newest], False)


def test_another_workspace_is_not_searched(app, add, index, search, database):
    other = make_tenant(database, "Other")
    add(ORDER)
    index()
    workflow = make_workflow(app, other, refunds(), published=True)
    [theirs] = add(ORDER, of=other, ago=OLD / 2, workflow_id=workflow)
    index()
    assert ids(search("6021", of=other)) == [theirs]
    assert len(search("6021").rows) == 1


def test_an_idle_index_is_looked_at_seldom_and_a_backlog_at_every_turn(add, database, monkeypatch, indexed):
    monkeypatch.setattr("studio.runtime.search.index.BATCH", 2)
    passed = [0.0]
    monkeypatch.setattr("studio.runtime.search.index.clock", SimpleNamespace(monotonic=lambda: passed[-1]))
    add(ORDER, ORDER, ORDER)
    turn = SearchIndex(database)
    turn(clock.local_now())
    assert indexed() == 2
    turn(clock.local_now())
    assert indexed() == 3
    add(ORDER, ago=timedelta(minutes=3))
    turn(clock.local_now())
    assert indexed() == 3
    passed.append(REST_S)
    turn(clock.local_now())
    assert indexed() == 4


def test_a_busy_engine_is_not_held_up_until_the_index_is_far_behind(add, database, monkeypatch, indexed):
    monkeypatch.setattr("studio.runtime.search.index.BUSY", 1)
    add({"name": "Anna"}, state="queued", ago=timedelta(minutes=2))
    SearchIndex(database)(clock.local_now())
    assert indexed() == 0
    clock.shift(timedelta(minutes=15))
    SearchIndex(database)(clock.local_now())
    assert indexed() == 1


def test_what_is_deleted_is_found_no_longer(add, index, search, database, indexed):
    add(ORDER, ago=timedelta(days=100))
    [kept] = add(ORDER)
    index()
    Retention(database)(clock.local_now())
    assert indexed() == 1
    assert ids(search("6021")) == [kept]
    with database.unit() as uow:
        if database.dialect == "sqlite":
            left = text("select count(*) from run_words where run_words match 'keller'")
            assert uow.session.execute(left).scalar() == 1
