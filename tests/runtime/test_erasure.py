"""A customer is found by key across runs and events, and gone after it; what still works stays, and is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core import outbox
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import new_id
from studio.runtime.erasure import service, working
from studio.runtime.erasure.matching import Key, is_key
from studio.runtime.models import (
    Blob,
    CustomerErasure,
    Event,
    EventSource,
    Resolution,
    Run,
    RunLabel,
    RunNote,
    SourceEvent,
    Step,
    WaitRow,
)
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.sources import open_source
from tests.factories.workflows import make_workflow, refunds

ANNA = "ann.lind@example.com"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def begin(app, database, tenant):
    workflow_id = make_workflow(app, tenant, refunds(), published=True)

    def run(data, state="succeeded"):
        with database.unit(tenant.id) as uow:
            [trigger] = subscriptions.of_workflow(uow, workflow_id)
            made = starts.start(uow, trigger, data, lambda: None)
            made.state, made.finished_at = state, uow.now
            return made.id

    return run


@pytest.fixture
def acting(database, tenant):
    """Do something as the owner, then all that it left to be done."""

    def act(what, *args):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            made = what(uow, *args).id
        while outbox.drain(database):
            pass
        with database.unit(tenant.id, read_only=True) as uow:
            return uow.session.get_one(CustomerErasure, made)

    return act


def left(database, tenant, table=Run):
    with database.unit(tenant.id, read_only=True) as uow:
        return set(uow.session.scalars(select(table.id)))


def test_a_customer_is_found_counted_and_only_then_erased(database, tenant, begin, acting):
    hers, other = begin({"customer": {"email": ANNA.upper()}}), begin({"customer": {"email": "jo" + ANNA}})
    found = acting(service.ask, ANNA, "Data request 14")
    assert (found.state, found.found_runs, found.kept_runs) == ("found", 1, 0)
    assert left(database, tenant) == {hers, other}, "nothing goes before somebody agrees"
    done = acting(service.confirm, found.id)
    assert (done.state, done.erased_runs, done.key) == ("done", 1, None)
    assert left(database, tenant) == {other}
    assert len(left(database, tenant, Event)) == 1, "what started it went with it"


def test_what_event_sources_kept_is_found_and_erased_as_well(app, database, tenant, acting):
    source, path = open_source(app, tenant)
    for sent in ({"email": ANNA}, {"email": "jo" + ANNA}):
        assert app.test_client().post(path, json=sent).status_code == 202
    found = acting(service.ask, ANNA, "Data request 14")
    assert (found.state, found.found_events, len(left(database, tenant, SourceEvent))) == ("found", 1, 2)
    done = acting(service.confirm, found.id)
    assert (done.state, done.erased_events, len(left(database, tenant, SourceEvent))) == ("done", 1, 1)
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.get_one(EventSource, source.id).kept == 1


HIDDEN = {
    "a step": lambda run_id, now: Step(
        run_id=run_id,
        node_key="x",
        type="flow.end",
        state="succeeded",
        attempt=1,
        started_at=now,
        output={"a": [{"to": ANNA}]},
    ),
    "a note": lambda run_id, now: RunNote(run_id=run_id, text=f"Call {ANNA}.", author="Mira", created_at=now),
    "a label": lambda run_id, now: RunLabel(run_id=run_id, key="who", value=ANNA),
    "an answer": lambda run_id, now: Resolution(wait_id=new_id(), run_id=run_id, payload=[ANNA], resolved_at=now),
    "a large payload": lambda run_id, now: Blob(run_id=run_id, data={ANNA: 1}),
    "what it waited for": lambda run_id, now: WaitRow(
        run_id=run_id, step_id=new_id(), node_key="x", kind="answer", state="resolved", match=ANNA, created_at=now
    ),
}


@pytest.mark.parametrize("where", HIDDEN)
def test_it_is_found_wherever_a_run_keeps_something(database, tenant, begin, acting, where):
    hers, other = begin({}), begin({})
    with database.unit(tenant.id) as uow:
        uow.session.add(HIDDEN[where](hers, uow.now))
    done = acting(service.confirm, acting(service.ask, ANNA, "One").id)
    assert done.erased_runs == 1
    assert left(database, tenant) == {other}


def test_what_works_or_waits_stays_is_named_and_goes_at_the_next_asking(database, tenant, begin, acting):
    waiting = begin({"email": ANNA}, "waiting")
    done = acting(service.confirm, acting(service.ask, ANNA, "One").id)
    assert (done.erased_runs, done.kept_runs, done.kept) == (0, 1, [str(waiting)])
    assert left(database, tenant) == {waiting}
    with database.unit(tenant.id) as uow:
        uow.session.get_one(Run, waiting).state = "cancelled"
    assert acting(service.confirm, acting(service.ask, ANNA, "Two").id).erased_runs == 1
    assert left(database, tenant) == set()


def test_what_was_received_and_started_nothing_goes_too(database, tenant, begin, acting):
    run_id = begin({})
    with database.unit(tenant.id) as uow:
        event = uow.session.scalars(select(Event)).one()
        own = {"workflow_id": event.workflow_id, "type": event.type, "verdict": "filtered", "received_at": uow.now}
        uow.session.add_all(Event(body={"email": who}, **own) for who in (ANNA, "somebody@example.com"))
    found = acting(service.ask, ANNA, "One")
    assert (found.found_runs, found.found_events) == (0, 1)
    assert acting(service.confirm, found.id).erased_events == 1
    assert len(left(database, tenant, Event)) == 2
    assert left(database, tenant) == {run_id}


def test_the_trail_tells_who_agreed_and_what_went_but_never_whose(database, tenant, begin, acting):
    begin({"email": ANNA})
    acting(service.confirm, acting(service.ask, ANNA, "Data request 14").id)
    with database.unit(tenant.id, read_only=True) as uow:
        said = select(AuditEvent).where(AuditEvent.action.startswith("customer_erasure")).order_by(AuditEvent.seq)
        events = [json.loads(one.body) for one in uow.session.scalars(said)]
    assert [one["action"] for one in events] == [f"customer_erasure.{one}" for one in ("asked", "confirmed", "done")]
    assert events[2]["metadata"] == {"runs": 1, "events": 0, "kept_runs": 0, "archived_runs": 0}
    assert ANNA not in json.dumps(events)


def test_it_works_in_short_turns_and_another_workspace_keeps_its_own(app, database, tenant, begin, acting, monkeypatch):
    monkeypatch.setattr(working, "BATCH", 1)
    monkeypatch.setattr(working, "TURN_S", 0.0)
    for _ in range(2):
        begin({"email": ANNA})
    other = make_tenant(database, "Other")
    foreign = make_workflow(app, other, refunds(), published=True)
    with database.unit(other.id) as uow:
        [trigger] = subscriptions.of_workflow(uow, foreign)
        kept = starts.start(uow, trigger, {"email": ANNA}, lambda: None)
        kept.state, kept = "succeeded", kept.id
    done = acting(service.confirm, acting(service.ask, ANNA, "One").id)
    assert (done.erased_runs, left(database, tenant), left(database, other)) == (2, set(), {kept})


def test_a_withdrawn_one_erases_nothing_and_one_is_open_at_a_time(database, tenant, begin, acting):
    begin({"email": ANNA})
    found = acting(service.ask, ANNA, "One")
    with pytest.raises(Conflict):
        acting(service.ask, ANNA, "Two")
    gone = acting(service.withdraw, found.id)
    assert (gone.state, gone.key) == ("withdrawn", None)
    with pytest.raises(Conflict):
        acting(service.confirm, found.id)
    assert len(left(database, tenant)) == 1


@pytest.mark.parametrize(
    ("key", "reference", "fields"),
    [("Anna", "One", ["key"]), ("anna lind", "", ["key", "reference"]), (ANNA, f"About {ANNA}", ["reference"])],
)
def test_what_names_no_single_customer_is_refused_at_its_field(database, tenant, key, reference, fields):
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, tenant["owner"].actor) as uow:
        service.ask(uow, key, reference)
    assert [one.path for one in refused.value.problems] == fields


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"Mail to <{ANNA}>.", True), (f"mailto:{ANNA}?subject=x", True), (ANNA.title(), True),
        (f"jo.{ANNA}", False), (f"{ANNA}.de", False), (f"x-{ANNA}", False), ("ann.lindXexample.com", False),
    ],
)  # fmt: skip
def test_an_address_is_found_whole(text, named):
    assert Key(ANNA).is_in(text) == named


@pytest.mark.parametrize(
    ("value", "named"),
    [("gid://shop/Customer/48213", True), (48213, True), (48213.5, False), (482130, False), ("A48213", False),
     (True, False)],
)  # fmt: skip
def test_a_number_is_found_whole(value, named):
    assert Key("48213").is_in({"customer": [value]}) == named


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
)
def test_it_is_found_however_deep_it_lies(value):
    assert Key(ANNA).is_in({"a": [value, {"b": ANNA}]})
    assert Key(ANNA).is_in([value, {ANNA: value}])


@given(st.text())
def test_a_word_without_a_sign_or_number_is_no_key(text):
    if is_key(text):
        assert "@" in text or any(sign.isdigit() for sign in text)
