"""Events that are gathered before a run starts: when it starts, with what, once, and what becomes of each event."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from studio.contract import gathering as policy
from studio.core import clock, faults
from studio.runtime.engine.gathered import Gatherings
from studio.runtime.models import Event, Gathering, Run
from studio.runtime.service import gathering, subscriptions, workflows
from studio.runtime.service.app_events import Source
from studio.runtime.triggers.webhook import Webhook
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
WISHES = st.builds(
    Webhook.Config,
    gather=st.sampled_from(["last", "batch"]), quiet_s=st.integers(1, 100), longest_s=st.integers(1, 100),
    most=st.integers(2, 20),
)  # fmt: skip


@given(WISHES, st.integers(1, 40), st.integers(0, 3_000_000), st.integers(0, 200))
def test_a_run_starts_neither_late_nor_before_its_time(wishes, count, size, since_s):
    now = NOW + timedelta(seconds=since_s)
    due = policy.due_at(wishes, policy.SoFar(count, size, NOW), now)
    assert due <= max(now, NOW + timedelta(seconds=wishes.longest_s))
    if wishes.gather == "last":
        assert due <= now + timedelta(seconds=wishes.quiet_s)
    else:
        full = count >= wishes.most or size >= policy.LARGEST
        assert (due == now) if full else (due == NOW + timedelta(seconds=wishes.longest_s))


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers()), min_size=1))
def test_a_sample_has_the_shape_of_what_comes(bodies):
    for mode in ("last", "batch"):
        real = policy.data_of(mode, bodies, len(bodies), NOW)
        sample = policy.sample_of(mode, bodies[-1])
        assert real.keys() == sample.keys()
        assert policy.shaped(mode, bodies[-1]) == sample == policy.shaped(mode, sample)
    assert policy.sample_of("none", bodies) == bodies
    assert policy.sample_of("batch", None) is None


def document(**config):
    return {
        "schema": "studio.workflow/1",
        "name": "Stock",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Stock", "config": config},
            {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "Done"}},
        ],
        "edges": [{"from": "hook", "port": "next", "to": "note"}],
    }


class Stock:
    """A workflow whose webhook gathers."""

    def __init__(self, app, **config):
        self.app, self.database = app, app.extensions["studio_database"]
        self.keyring = app.extensions["studio_keyring"]
        self.tenant, self.hints = make_tenant(self.database), []
        self.workflow_id = make_workflow(app, self.tenant, document(**config), published=True)
        self.chore = Gatherings(self.database, lambda lane="main": self.hints.append(lane))
        with self.unit() as unit:
            [row] = subscriptions.of_workflow(unit, self.workflow_id)
            self.path = "/hooks/" + subscriptions.address(self.keyring, row)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["builder"].actor)

    def post(self, **data):
        return self.app.test_client().post(self.path, json=data)

    def later(self, seconds):
        clock.shift(timedelta(seconds=seconds))
        self.sweep()

    def sweep(self):
        self.chore(clock.local_now())

    def all(self, model):
        with self.unit() as unit:
            return list(unit.session.scalars(select(model).order_by(model.id)))

    def runs(self):
        return self.all(Run)

    def gathered(self):
        return [event for event in self.all(Event) if event.gathering_id is not None]

    def enable(self, on):
        with self.unit() as unit:
            workflows.set_enabled(unit, workflows.get(unit, self.workflow_id), enabled=on)


@pytest.fixture
def make_stock(app):
    yield lambda **config: Stock(app, **config)
    faults.arm("")
    clock.reset()


def test_one_run_starts_with_the_last_event_once_it_is_quiet(make_stock):
    stock = make_stock(gather="last", quiet_s=60, longest_s=300)
    for left in (3, 2, 1):
        answer = stock.post(left=left)
        assert (answer.status_code, answer.json["gathered"]) == (202, True)
        stock.later(50)
    assert stock.runs() == []
    stock.later(15)
    [run] = stock.runs()
    assert run.input["left"] == 1
    assert run.input["gathered"]["count"] == 3
    assert {(event.verdict, event.run_id) for event in stock.gathered()} == {("gathered", run.id)}
    assert stock.hints
    stock.later(1000)
    assert len(stock.runs()) == 1
    assert stock.all(Gathering) == []


def test_it_does_not_wait_for_ever_where_events_keep_coming(make_stock):
    stock = make_stock(gather="last", quiet_s=60, longest_s=100)
    for left in range(3):
        stock.post(left=left)
        stock.later(45)
    [run] = stock.runs()
    assert run.input["gathered"]["count"] == 3


def test_a_batch_starts_as_soon_as_it_is_full_and_what_comes_then_waits(make_stock):
    stock = make_stock(gather="batch", most=3, longest_s=100)
    for left in range(4):
        stock.post(left=left)
        stock.sweep()
    [run] = stock.runs()
    assert run.input == {"events": [{"left": 0}, {"left": 1}, {"left": 2}], "count": 3}
    stock.later(101)
    assert stock.runs()[1].input == {"events": [{"left": 3}], "count": 1}


def test_events_are_gathered_by_their_key(make_stock):
    stock = make_stock(gather="last", gather_key="trigger.product", quiet_s=60)
    for product, left in (("cup", 3), ("bowl", 9), ("cup", 2)):
        stock.post(product=product, left=left)
    unreadable = stock.post(left=1)
    assert unreadable.status_code == 409
    stock.later(61)
    found = {run.input["product"]: (run.input["left"], run.input["gathered"]["count"]) for run in stock.runs()}
    assert found == {"cup": (2, 2), "bowl": (9, 1)}


def test_a_repeated_delivery_is_gathered_once(make_stock):
    stock = make_stock(gather="batch", longest_s=60, dedup_key="trigger.id")
    assert [stock.post(id="1").status_code for _ in range(3)] == [202, 200, 200]
    stock.later(61)
    [run] = stock.runs()
    assert run.input["count"] == 1
    assert stock.post(id="1").json == {"run_id": str(run.id), "duplicate": True}


def test_what_is_gathered_starts_with_the_version_of_its_time(make_stock):
    stock = make_stock(gather="batch", longest_s=60)
    stock.post(left=1)
    with stock.unit() as unit:
        workflow = workflows.get(unit, stock.workflow_id)
        before = workflow.published_version_id
        workflows.publish(unit, stock.keyring, workflow, document(gather="batch", longest_s=60) | {"name": "Newer"})
    stock.later(61)
    [run] = stock.runs()
    assert run.version_id != before
    assert run.input["count"] == 1


def test_what_is_due_while_the_workflow_is_off_is_refused_and_says_so(make_stock):
    stock = make_stock(gather="batch", longest_s=60)
    stock.post(left=1)
    stock.enable(False)
    assert stock.post(left=2).status_code == 409
    stock.enable(True)
    stock.post(left=3)
    stock.later(61)
    [run] = stock.runs()
    assert run.input["count"] == 2, "off and on again loses nothing"
    stock.post(left=4)
    stock.enable(False)
    stock.later(61)
    assert len(stock.runs()) == 1
    last = stock.gathered()[-1]
    assert last.verdict == "refused"
    assert "turned off" in last.reason
    assert last.body == {"left": 4}


def test_a_start_that_dies_is_made_again_once(make_stock):
    stock = make_stock(gather="batch", longest_s=60)
    stock.post(left=1)

    class Died(BaseException):
        pass

    def die():
        raise Died

    faults.arm("gathering.before_commit", die)
    with pytest.raises(Died):
        stock.later(61)
    faults.arm("")
    assert stock.runs() == []
    stock.sweep()
    stock.sweep()
    assert len(stock.runs()) == 1


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_contending_senders_and_sweepers_lose_and_double_nothing(make_stock):
    stock = make_stock(gather="batch", most=5, longest_s=600, dedup_key="trigger.id")

    def send(number):
        answers = [stock.post(id=number).status_code for _ in range(2)]
        stock.sweep()
        return answers

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(40)))
    assert answers == [[202, 200]] * 40
    stock.later(601)
    ids = Counter(event["id"] for run in stock.runs() for event in run.input["events"])
    assert ids == Counter(range(40))
    assert all(run.input["count"] == len(run.input["events"]) for run in stock.runs())
    named = {event.run_id for event in stock.gathered()}
    assert named == {run.id for run in stock.runs()}


def test_events_in_studio_are_gathered_too(make_stock, app):
    stock = make_stock(gather="none")
    listening = document() | {"name": "Failures"}
    listening["nodes"][0] = {
        "key": "hook", "type": "trigger.app_event", "name": "Failed",
        "config": {"event": "run.failed", "gather": "batch", "longest_s": 60, "gather_key": "trigger.workflow.name"},
    }  # fmt: skip
    make_workflow(app, stock.tenant, listening, published=True)
    events = app.extensions["studio_engine"].app_events
    for name in ("One", "Two", "One"):
        with stock.unit() as unit:
            events.emit(unit, "run.failed", {"event": "run.failed", "workflow": {"name": name}}, Source(None))
    stock.later(61)
    assert sorted(run.input["count"] for run in stock.runs()) == [1, 2]


def test_the_page_says_what_is_gathered_and_until_when(make_stock, app):
    stock = make_stock(gather="last", quiet_s=60, gather_key="trigger.product")
    for _ in range(3):
        stock.post(product="cup")
    client = signed_in(app, stock.tenant.id, stock.tenant["owner"])
    page = client.get(f"/workflows/{stock.workflow_id}/events").text
    assert "3 events gathered for “cup”, start at " in page
    stock.later(61)
    page = client.get(f"/workflows/{stock.workflow_id}/events").text
    assert "Gathered, and started a run" in page
    with stock.unit() as unit:
        assert gathering.of_workflow(unit, stock.workflow_id) == []


def test_a_sender_cannot_wait_for_a_result_that_comes_later():
    with pytest.raises(ValueError, match="wait for the result"):
        Webhook.Config(gather="last", answer="result")
