"""Event sources: what arrives with no workflow is kept, bounded, told apart, and goes where somebody sends it."""

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from studio.builder.service import drafts, from_source, samples, whole
from studio.core import clock
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.ids import new_id
from studio.runtime.models import EventSource, Run, SourceEvent, Workflow
from studio.runtime.service import subscriptions, workflows
from studio.runtime.sources import listing, policy, replaying, service, taking
from tests.factories.accounts import make_tenant
from tests.factories.sources import open_source
from tests.factories.workflows import make_workflow, refunds

ORDER = {"order": {"id": "6021", "total": 420.0}}


class Source:
    """An open source and its address."""

    def __init__(self, app, **settings):
        self.app, self.database = app, app.extensions["studio_database"]
        self.keyring = app.extensions["studio_keyring"]
        self.tenant = make_tenant(self.database)
        if settings.get("secret"):
            with self.unit() as uow:
                app.extensions["studio_vault"].create(
                    uow, name=settings["secret"], value="s3cr3t-of-the-shop", hosts=[]
                )
        row, self.path = open_source(app, self.tenant, **settings)
        self.id = row.id

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["builder"].actor)

    def post(self, path=None, **sent):
        return self.app.test_client().post(path or self.path, **sent)

    def events(self):
        """What it kept, newest first, with their data."""
        with self.unit() as uow:
            source = uow.session.get(EventSource, self.id)
            return [listing.event(uow, source, row.id) for row in listing.events(uow, source).rows]

    def counts(self):
        with self.unit() as uow:
            row = uow.session.get(EventSource, self.id)
            rows = uow.session.scalar(select(func.count()).select_from(SourceEvent))
            return row.kept, row.kept_bytes, rows

    def make(self, **wanted):
        """A workflow of its newest event."""
        with self.unit() as uow:
            source = uow.session.get(EventSource, self.id)
            [newest, *_] = listing.events(uow, source).rows
            return from_source.make(uow, source, listing.event(uow, source, newest.id), **wanted).id

    def publish(self, workflow_id):
        """Its address comes back."""
        with self.unit() as uow:
            workflow = uow.session.get(Workflow, workflow_id)
            whole.publish(uow, self.keyring, workflow, drafts.current(uow, workflow).revision, "")
            [row] = subscriptions.of_workflow(uow, workflow_id)
            return "/hooks/" + subscriptions.address(self.keyring, row)

    def runs(self):
        with self.unit() as uow:
            return uow.session.scalar(select(func.count()).select_from(Run))


@pytest.fixture
def make(app):
    yield lambda **settings: Source(app, **settings)
    app.extensions["studio_engine"].stop()


@pytest.fixture
def source(make):
    return make()


def test_what_arrives_without_a_workflow_is_kept_with_its_headers_and_no_secrets(source):
    sent = {"X-Shop": "main", "Authorization": "Bearer abc", "X-Shopify-Hmac-Sha256": "q83v", "Cookie": "a=b"}
    answer = source.post(f"{source.path}?page=2&token=abc", json=ORDER, headers=sent)
    [event] = source.events()
    assert (answer.status_code, answer.json) == (202, {"event_id": str(event.id)})
    assert event.body == ORDER
    assert event.preview.startswith('{"order":{"id":"6021"')
    assert event.query == {"page": "2", "token": "[redacted]"}
    assert event.headers["x-shop"] == "main"
    masked = {event.headers[name] for name in ("authorization", "x-shopify-hmac-sha256", "cookie")}
    assert masked == {"[redacted]"}
    assert event.meta == {"method": "POST", "content_type": "application/json"}
    assert source.counts() == (1, event.size, 1)
    assert source.runs() == 0


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": b"{", "content_type": "application/json"}, 422, "webhook.not_json"),
        ({"data": b"a,b", "content_type": "text/csv"}, 415, "webhook.content_type"),
        ({"data": b'{"a":"\\u0000"}', "content_type": "application/json"}, 422, "payload.text"),
        ({"data": b'"' + b"x" * 1_100_000 + b'"', "content_type": "application/json"}, 413, "webhook.too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_not_kept(source, sent, status, code):
    answer = source.post(**sent)
    assert (answer.status_code, answer.json["code"], answer.content_type) == (status, code, "application/problem+json")
    assert source.app.test_client().get(source.path).status_code == 405
    assert source.post(source.path[:-1], json=ORDER).status_code == 404
    assert source.counts() == (0, 0, 0)


def test_a_signature_counts_and_repeats_are_told_apart(make):
    source = make(signature="shopify", secret="shop-webhook")
    body = b'{"order": {"id": "6021"}}'
    digest = hmac.digest(b"s3cr3t-of-the-shop", body, hashlib.sha256)
    good = {"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(), "X-Shopify-Webhook-Id": "d-1"}
    bad = {**good, "X-Shopify-Hmac-Sha256": base64.b64encode(b"x" * 32).decode()}
    forged = source.post(data=body, headers=bad, content_type="application/json")
    unsigned = source.post(data=body, content_type="application/json")
    assert [(one.status_code, one.json["code"]) for one in (forged, unsigned)] == [
        (401, "signature.wrong"), (401, "signature.missing"),
    ]  # fmt: skip
    first = source.post(data=body, headers=good, content_type="application/json")
    again = source.post(data=body, headers=good, content_type="application/json")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json["of"] == first.json["event_id"]
    newest, oldest = source.events()
    assert (newest.repeats_id, oldest.repeats_id, oldest.dedup_key) == (oldest.id, None, "d-1")


def test_closed_reopened_rotated_renamed_and_removed(source, app):
    with source.unit() as uow:
        service.close(uow, source.id)
    closed = source.post(json=ORDER)
    assert (closed.status_code, closed.json["code"], source.counts()[2]) == (409, "source.closed", 0)
    with source.unit() as uow:
        with pytest.raises(Conflict):
            service.rotate_address(uow, source.keyring, source.id)
        service.reopen(uow, source.keyring, source.id)
    assert source.post(json=ORDER).status_code == 202
    with source.unit() as uow:
        row = service.rotate_address(uow, source.keyring, source.id)
        new = f"/hooks/{service.address(source.keyring, row)}"
        service.rename(uow, source.id, " Orders  of the shop ")
        with pytest.raises(InvalidInput):
            service.rename(uow, source.id, " ")
    assert (source.post(json=ORDER).status_code, source.post(new, json=ORDER).status_code) == (404, 202)
    other = make_tenant(source.database)
    with source.database.unit(other.id, other["builder"].actor) as uow:
        with pytest.raises(NotFound):
            service.remove(uow, source.id)
        assert listing.every(uow) == []
    with source.unit() as uow:
        assert uow.session.get(EventSource, source.id).name == "Orders of the shop"
        service.remove(uow, source.id)
    assert source.post(new, json=ORDER).status_code == 404
    with source.unit() as uow:
        assert uow.session.scalar(select(func.count()).select_from(SourceEvent)) == 0


def test_the_oldest_make_room_and_a_week_ends_them(source, monkeypatch):
    monkeypatch.setattr(policy, "MOST_EVENTS", 3)
    for number in range(5):
        source.post(json={"number": number})
    assert [event.body["number"] for event in source.events()] == [4, 3, 2]
    monkeypatch.setattr(policy, "MOST_BYTES", 40)
    source.post(json={"number": "x" * 20})
    assert source.counts()[0] == source.counts()[2] == 1
    clock.shift(timedelta(days=8))
    source.post(json={})
    with source.unit() as uow:
        taking.purge(uow)
    assert [event.body for event in source.events()] == [{}]
    assert source.counts() == (1, 2, 1)


def test_an_event_that_has_gone_meanwhile_is_counted_off_once(source):
    """A customer is erased while the oldest make room."""
    for number in range(3):
        source.post(json={"number": number})
    gone = source.events()[-1]
    with source.unit() as uow:
        row = uow.session.get(EventSource, source.id)
        for _ in range(2):
            taking.forget(uow, row, [gone.id])
    assert source.counts() == (2, 2 * gone.size, 2)
    with source.unit() as uow:
        assert taking.erase(uow, [gone.id, *(one.id for one in source.events())]) == 2
    assert source.counts() == (0, 0, 0)


def test_lists_go_by_pages(source):
    for number in range(5):
        source.post(json={"number": number})
    with source.unit() as uow:
        row = uow.session.get(EventSource, source.id)
        first = listing.events(uow, row, limit=2)
        second = listing.events(uow, row, before=first.older, limit=2)
        third = listing.events(uow, row, before=second.older, limit=2)
        back = listing.events(uow, row, after=third.newer, limit=2)
        assert [len(page.rows) for page in (first, second, third)] == [2, 2, 1]
        assert (first.newer, third.older) == (None, None)
        assert [one.id for one in back.rows] == [one.id for one in second.rows]
        with pytest.raises(NotFound):
            listing.event(uow, row, new_id())


def test_a_workflow_made_of_it_takes_the_address_over_when_it_is_published(source):
    source.post(json=ORDER)
    made, kept_apart = source.make(name="Large orders"), source.make(take_address=False)
    with source.unit() as uow:
        document = drafts.current(uow, uow.session.get(Workflow, made)).document
        [step] = document["nodes"]
        assert (document["name"], step["type"], step["config"]["sample"]) == ("Large orders", "trigger.webhook", ORDER)
        assert [one.data for one in samples.of_sources(uow, "trigger.webhook")] == [ORDER]
        assert samples.of_sources(uow, "connection.event") == []
    assert source.publish(kept_apart) != source.path
    assert source.post(json=ORDER).json.get("event_id"), "the source still hears"
    assert source.publish(made) == source.path
    assert source.post(json=ORDER).json.get("run_id"), "now the workflow does"
    assert (source.runs(), source.counts()[2]) == (1, 2)
    with source.unit() as uow:
        row = uow.session.get(EventSource, source.id)
        assert (row.taken_by, row.heir_id, row.address_hash) == (made, None, None)
        assert row.closed_at is not None
        service.reopen(uow, source.keyring, source.id)
        new = f"/hooks/{service.address(source.keyring, row)}"
    assert new != source.path
    assert source.post(new, json=ORDER).json.get("event_id")


def test_an_event_that_no_draft_can_hold_makes_no_workflow(source):
    assert source.post(json={"text": "x" * 1_048_500}).status_code == 202
    with pytest.raises(InvalidInput) as refused:
        source.make()
    assert refused.value.code == "document.too_large"
    with source.unit() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Workflow)) == 0


def test_an_address_that_moves_under_a_delivery_reaches_the_workflow(source, app, monkeypatch):
    source.post(json=ORDER)
    made, receiver = source.make(), app.extensions["studio_receiver"]._sources
    look_up = receiver._look_up

    def publish_meanwhile(address):
        found = look_up(address)
        monkeypatch.setattr(receiver, "_look_up", look_up)
        source.publish(made)
        return found

    monkeypatch.setattr(receiver, "_look_up", publish_meanwhile)
    assert source.post(json=ORDER).status_code == 202
    assert (source.runs(), source.counts()[2]) == (1, 1)


def test_replayed_to_a_published_workflow_it_goes_the_ordinary_way(source, app):
    source.post(json=ORDER)
    raw = refunds(name="Refunds")
    raw["nodes"][0]["config"]["dedup_key"] = "trigger.order.id"
    workflow_id = make_workflow(app, source.tenant, raw, published=True)

    def replay():
        with source.unit() as uow:
            row = uow.session.get(EventSource, source.id)
            [event] = [listing.event(uow, row, one.id) for one in listing.events(uow, row).rows]
            return replaying.replay(uow, row, event, workflow_id, None, lambda _lane="main": None)

    with source.unit() as uow:
        [known] = replaying.listeners(uow, uow.session.get(EventSource, source.id))
        assert known.workflow.id == workflow_id
    first, again = replay(), replay()
    assert (first.verdict, again.verdict, again.run_id) == ("started", "duplicate", first.run_id)
    with source.unit() as uow:
        [run] = uow.session.scalars(select(Run))
        assert (run.id, run.input, run.mode) == (first.run_id, ORDER, "live")
        workflows.set_enabled(uow, uow.session.get(Workflow, workflow_id), enabled=False)
    with pytest.raises(Conflict):
        replay()
    with source.unit() as uow:
        row = uow.session.get(EventSource, source.id)
        assert replaying.listeners(uow, row) == []
    assert source.runs() == 1


@pytest.mark.parametrize(
    ("name", "kind", "settings", "path"),
    [
        ("", "trigger.webhook", {}, "name"),
        ("A", "trigger.schedule", {}, "type"),
        ("A", "trigger.webhook", {"signature": "shopify"}, "settings"),
        ("A", "trigger.webhook", {"signature": "shopify", "secret": "no-such"}, "settings.secret"),
        ("A", "trigger.webhook", {"signature": "morse"}, "settings.signature"),
        ("A", "trigger.webhook", {"answer": "result"}, "settings.answer"),
        ("A", "trigger.webhook", {"dedup_key": "trigger..id"}, "settings.dedup_key"),
        ("A", "trigger.webhook", {"dedup_key": "order.id"}, "settings.dedup_key"),
        ("A", "connection.event", {"connection": "no-such", "event": "order.created"}, "settings.connection"),
        ("A", "connection.event", {"event": "order.created"}, "settings.connection"),
    ],
)
def test_what_cannot_be_opened_says_which_field(source, name, kind, settings, path):
    with source.unit() as uow:
        with pytest.raises(InvalidInput) as refused:
            service.open_(uow, source.keyring, name, kind, settings)
        assert [one.path for one in refused.value.problems or [refused.value]] == [path]


def test_a_workspace_has_so_many(source, monkeypatch):
    monkeypatch.setattr(service, "MOST_SOURCES", 1)
    with source.unit() as uow, pytest.raises(Conflict):
        service.open_(uow, source.keyring, "One more", "trigger.webhook", {})


def test_openings_at_the_same_moment_make_no_more_than_that(source, monkeypatch):
    monkeypatch.setattr(service, "MOST_SOURCES", 2)
    line = Barrier(4)

    def opening(number):
        line.wait()
        with suppress(Conflict), source.unit() as uow:
            service.open_(uow, source.keyring, f"Shop {number}", "trigger.webhook", {})
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(opening, range(4))) == 1
    with source.unit() as uow:
        assert uow.session.scalar(select(func.count()).select_from(EventSource)) == 2


@given(st.lists(st.integers(0, 2**20), max_size=30), st.integers(0, 40), st.integers(0, 2**24))
def test_what_goes_is_the_least_that_makes_room(sizes, more, bytes_more):
    rows = [(new_id(), size) for size in sizes]
    events, size = len(rows) + more + policy.MOST_EVENTS - 20, sum(sizes) + bytes_more + policy.MOST_BYTES - 2**23
    gone = policy.surplus(rows, events, size)
    assert gone == rows[: len(gone)]

    def fits(count):
        return events - count <= policy.MOST_EVENTS and size - sum(sizes[:count]) <= policy.MOST_BYTES

    assert fits(len(gone)) or len(gone) == len(rows)
    assert not any(fits(count) for count in range(len(gone)))
