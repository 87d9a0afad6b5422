"""Webhooks of a provider that really answers: registered, heard once, refused, removed; its absence outlasted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from studio.audit.models import AuditEvent
from studio.builder.service import drafts, from_source
from studio.connectors.calling.opening import find
from studio.connectors.calling.reporting import Reporting
from studio.connectors.catalogue import connectors
from studio.connectors.checks import unfit
from studio.connectors.definition import FoundScope
from studio.connectors.hooks import emitting
from studio.connectors.hooks.scheme import Listed
from studio.connectors.models import ConnectionDelivery, ConnectionHook
from studio.connectors.outcomes import ScopeKind
from studio.connectors.service import scoping, state
from studio.connectors.webhooks import receiving
from studio.connectors.webhooks.checking import Checking, stands
from studio.connectors.webhooks.purging import purge
from studio.connectors.webhooks.removing import Removing
from studio.connectors.webhooks.secrets import PREFIX
from studio.connectors.webhooks.telling import Telling
from studio.core import clock
from studio.core.http import HttpClient
from studio.core.models import OutboxRow
from studio.runtime.models import EventSource, Run, SourceEvent
from studio.runtime.service import workflows
from studio.runtime.sources import replaying
from studio.runtime.sources import service as sources
from tests.connectors.hooks.provider import HOOKS, Provider, connector
from tests.factories.accounts import signed_in
from tests.factories.connections import Switchboard
from tests.runtime.triggers.test_app_events import NOTE, Shop, flow
from tests.servers.http_target import http_target

URL = "https://studio.example.com"
ORDER = {"id": "7", "number": "SO-7", "total": "420.00"}


class Clash(Exception):
    """As PostgreSQL ends one of two transactions that wait for each other."""

    sqlstate = "40P01"


class Hooked(Shop):
    """A workspace with a connection to the provider, whose jobs may call it."""

    def __init__(self, app, provider):
        super().__init__(app)
        self.provider, inner = provider, f"127.0.0.1:{provider.port}"
        self.board = Switchboard(app, self.tenant.id, inner)
        self.board.connect("Main shop")
        self.telling = Telling(self.database, self.board.keyring, self.board.accounts, Reporting(self.database), URL)
        self.telling.register()
        Removing(self.database, self.board.keyring, HttpClient((inner,)).send, URL).register()

    def listen(self, event="order.created", connection="main-shop", name="Listens"):
        config = {"connection": connection, "event": event}
        made = self.publish(flow(name, {"type": "connection.event", "config": config}, NOTE))
        self.settle()
        return made

    def turn(self, workflow_id, *, on):
        with self.unit() as unit:
            workflows.set_enabled(unit, workflows.get(unit, workflow_id), enabled=on)
        self.settle()

    def deliver(self, headers=None, body=b"", path=None, **sent):
        path = path or list(self.provider.hooks.values())[-1]["url"].removeprefix(URL)
        sent = {"content_type": "application/json", "method": "POST", **sent}
        return self.app.test_client().open(path, headers=headers, data=body, **sent)

    def rows(self, model):
        with self.unit() as unit:
            return list(unit.session.scalars(select(model).order_by(model.id)))

    def hook(self):
        [found] = self.rows(ConnectionHook)
        return found


@pytest.fixture
def hooked(app, monkeypatch):
    monkeypatch.setitem(connectors(), "http", connector())
    with http_target(Provider) as provider:
        yield Hooked(app, provider)


def registered(provider):
    return sorted(topic for one in provider.hooks.values() for topic in one["topics"])


def test_an_event_source_hears_a_connection_before_there_is_a_workflow(hooked):
    provider, settings = hooked.provider, {"connection": "main-shop", "event": "order.paid"}
    with hooked.unit() as unit:
        source = sources.open_(unit, hooked.board.keyring, "Paid orders", sources.CONNECTION, settings)
        source_id = source.id
        assert sources.users(unit, "connection", "Main-Shop") == ["Event source “Paid orders”"]
    hooked.settle()
    assert registered(provider) == ["orders/paid"]
    answer = hooked.deliver(*provider.sign("orders/paid", ORDER))
    assert (answer.status_code, answer.json["started"]) == (202, 0)
    hooked.deliver(*provider.sign("orders/paid", ORDER))  # the connection itself tells the repeat apart
    [event] = hooked.rows(SourceEvent)
    assert (event.source_id, event.body["event"], event.body["order"]["number"]) == (source_id, "order.paid", "SO-7")
    assert event.meta["connection"] == "main-shop"
    with hooked.unit() as unit:
        made = from_source.make(unit, unit.session.get(EventSource, source_id), unit.session.get(SourceEvent, event.id))
        [step] = drafts.current(unit, made).document["nodes"]
        assert (step["config"], step["pin"]["data"]) == (settings, event.body)
    listener = hooked.listen("order.paid")
    with hooked.unit() as unit:
        source, kept = unit.session.get(EventSource, source_id), unit.session.get(SourceEvent, event.id)
        done = replaying.replay(unit, source, kept, listener, None, lambda _lane="main": None)
    [run] = hooked.rows(Run)
    assert (done.verdict, run.id, run.input["order"]["number"]) == ("started", done.run_id, "SO-7")
    hooked.turn(listener, on=False)
    assert registered(provider) == ["orders/paid"]
    with hooked.unit() as unit:
        sources.close(unit, source_id)
    hooked.settle()
    assert provider.hooks == {}


def test_a_webhook_comes_with_the_first_listener_and_goes_with_the_last(hooked):
    provider = hooked.provider
    first = hooked.listen()
    assert registered(provider) == ["orders/new"]
    [made] = provider.hooks.values()
    assert made["url"].startswith(URL + PREFIX)
    second = hooked.listen("order.paid", name="Second")
    assert registered(provider) == ["orders/new", "orders/paid"]
    assert len(provider.hooks) == 1, "one webhook an account, registered anew"
    hooked.turn(first, on=False)
    assert registered(provider) == ["orders/paid"]
    path, signed = made["url"].removeprefix(URL), provider.sign("orders/paid", ORDER)
    hooked.turn(second, on=False)
    assert provider.hooks == {}
    assert hooked.hook().state == "gone"
    gone = hooked.deliver(*signed, path=path)
    assert (gone.status_code, gone.json["code"]) == (410, "webhook.gone")
    hooked.turn(second, on=True)
    assert registered(provider) == ["orders/paid"]
    assert not [
        call for call in provider.requests if "X-Api-Key" not in call.headers and "x-api-key" not in call.headers
    ]


def test_a_delivery_starts_its_run_once_however_often_and_at_once_it_comes(hooked):
    heard = hooked.listen()
    hooked.listen("customer.changed", name="Customers")
    headers, body = hooked.provider.sign("orders/new", ORDER)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hooked.deliver(headers, body), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 202]
    assert {answer.json["verdict"] for answer in answers} == {"started", "duplicate"}
    hooked.settle()
    [run] = hooked.runs(heard)
    assert run.state == "succeeded"
    assert run.input["order"]["number"] == "SO-7"
    assert (run.input["delivery_id"], run.input["raw"]["data"]) == ("msg_1", ORDER)
    unheard = hooked.deliver(*hooked.provider.sign("orders/paid", ORDER, id_="msg_2"))
    unknown = hooked.deliver(*hooked.provider.sign("carts/left", {}, id_="msg_3"))
    other = hooked.deliver(*hooked.provider.sign("customers/changed", {"id": "1"}, id_="msg_4"))
    assert [one.json["verdict"] for one in (unheard, unknown, other)] == ["filtered"] * 3
    kept = {row.delivery_id: (row.verdict, row.started, row.repeats) for row in hooked.rows(ConnectionDelivery)}
    assert kept["msg_1"] == ("started", 1, 3)
    assert kept["msg_2"] == ("filtered", 0, 0)
    clock.shift(timedelta(days=4_000))
    with hooked.unit() as unit:
        purge(unit)
    assert hooked.rows(ConnectionDelivery) == []


def test_a_webhook_stands_in_each_channel_and_follows_them(app, monkeypatch):
    monkeypatch.setitem(connectors(), "http", connector(replace(HOOKS, scoped=ScopeKind.CHANNEL)))
    with http_target(Provider) as provider:
        hooked = Hooked(app, provider)

        def channels(*names):
            with hooked.unit() as unit:
                found = [FoundScope(ScopeKind.CHANNEL, name, name.title()) for name in names]
                scoping.keep(unit, find(unit, "main-shop"), found)
            hooked.settle()

        channels("north", "south")
        heard = hooked.listen()
        assert len(provider.hooks) == 2
        channels("north", "outlet")
        states = {row.scope: row.state for row in hooked.rows(ConnectionHook)}
        assert states == {"north": "active", "south": "gone", "outlet": "active"}
        assert hooked.deliver(*provider.sign("orders/new", ORDER)).status_code == 202
        assert [run.input["scope"] for run in hooked.runs(heard)] == [{"id": "outlet", "name": "Outlet"}]


def test_what_proves_nothing_or_cannot_be_read_starts_nothing_and_says_why(hooked):
    hooked.listen()
    provider = hooked.provider
    headers, body = provider.sign("orders/new", ORDER)
    late, old = provider.sign("orders/new", ORDER, at=1_700_000_000)
    refused = {
        "signature.missing": hooked.deliver({}, body),
        "signature.wrong": hooked.deliver(headers, body + b" "),
        "signature.expired": hooked.deliver(late, old),
        "signature.malformed": hooked.deliver({**headers, "webhook-signature": "v1,not base64 at all!"}, body),
        "webhook.method": hooked.deliver(headers, body, method="PUT"),
        "webhook.too_large": hooked.deliver(headers, b" " * 1_100_000),
        "webhook.unknown": hooked.deliver(headers, body, path=PREFIX + "A" * 43),
        "webhook.content_type": hooked.deliver(headers, body, content_type="text/xml"),
        "webhook.encoding": hooked.deliver({**headers, "content-encoding": "gzip"}, body),
    }
    twice = hooked.deliver([*headers.items(), ("webhook-id", "msg_9")], body)
    assert twice.status_code == 401, "an id given twice is not what was signed"
    for code, answer in refused.items():
        assert answer.json["code"] == code
        assert answer.json["message" if "message" in answer.json else "detail"]
    assert {answer.status_code for answer in refused.values()} == {401, 404, 405, 413, 415}
    signed = {
        "webhook.topic": provider.sign(None, ORDER, id_="msg_5"),
        "webhook.payload": provider.sign("orders/new", {"id": "7"}, id_="msg_6"),
        "payload.text": provider.sign("orders/new", {**ORDER, "number": "a\0b"}, id_="msg_7"),
        "webhook.delivery_id": provider.sign("orders/new", ORDER, id_="a,b"),
    }
    for code, sent in signed.items():
        answer = hooked.deliver(*sent)
        assert (answer.status_code, answer.json["code"]) == (422, code)
    assert hooked.rows(Run) == []
    kept = hooked.rows(ConnectionDelivery)
    assert {(row.verdict, row.delivery_id) for row in kept} == {("malformed", None)}
    assert len(kept) == len(signed)
    assert hooked.hook().refused >= 1
    good = hooked.deliver(headers, body)
    assert good.status_code == 202, "nothing of that has used up its id"


def test_a_delivery_that_clashes_with_another_begins_anew_and_starts_once(hooked, monkeypatch):
    heard, really, met = hooked.listen(), emitting.emit, []

    def clashing(*told, **more):
        met.append(really(*told, **more))
        if len(met) == 1:
            raise DBAPIError("insert", {}, Clash())
        return met[-1]

    monkeypatch.setattr(emitting, "emit", clashing)
    assert hooked.deliver(*hooked.provider.sign("orders/new", ORDER)).status_code == 202
    assert len(met) == 2
    assert len(hooked.runs(heard)) == 1
    assert [row.started for row in hooked.rows(ConnectionDelivery)] == [1]


def test_one_connection_is_not_believed_what_anothers_secret_signs(hooked, monkeypatch):
    monkeypatch.setattr(receiving, "FRESH_S", 0.0)
    hooked.listen()
    hooked.board.connect("Other shop", account="2")
    hooked.listen(connection="other-shop", name="Other")
    mine, other = hooked.provider.hooks.values()
    headers, body = hooked.provider.sign("orders/new", ORDER, secret=other["secret"])
    swapped = hooked.deliver(headers, body, path=mine["url"].removeprefix(URL))
    assert (swapped.status_code, swapped.json["code"]) == (401, "signature.wrong")
    assert hooked.deliver(headers, body).status_code == 202
    assert [run.input["connection"] for run in hooked.rows(Run)] == ["other-shop"]
    with hooked.unit() as unit:
        one, two = unit.session.scalars(select(ConnectionHook).order_by(ConnectionHook.id))
        one.sealed, two.sealed = two.sealed, one.sealed
    assert hooked.deliver(headers, body).status_code >= 400, "a sealed record that was moved does not open"


def test_a_provider_that_is_away_is_told_later_and_one_that_refuses_is_reported(hooked, monkeypatch):
    provider = hooked.provider
    provider.away = 503
    hooked.listen()
    hook = hooked.hook()
    assert (hook.state, hook.error_code) == ("wanted", "http.status_503")
    provider.away = None
    clock.shift(timedelta(hours=1))
    hooked.settle()
    assert hooked.hook().state == "active"
    assert registered(provider) == ["orders/new"]

    def lost(*_arguments):
        raise RuntimeError("the worker dies before it has written down what it did")

    with monkeypatch.context() as patched:
        patched.setattr(Telling, "_done", lost)
        hooked.listen("order.paid", name="Second")
    clock.shift(timedelta(hours=2))
    hooked.settle()
    assert registered(provider) == ["orders/new", "orders/paid"], "the first attempt's webhook was replaced"
    assert len(provider.hooks) == 1

    provider.away = 403
    hooked.listen("customer.changed", name="Third")
    hook = hooked.hook()
    assert (hook.state, hook.error_code) == ("failed", "http.status_403")
    with hooked.unit() as unit:
        [(field, warning)] = unfit(unit, "connection.event", {"connection": "main-shop", "event": "order.paid"})
        [(_, told)] = unfit(unit, "connection.event", {"connection": "main-shop", "event": "stock.changed"})
    assert (field, warning.code, warning.warning) == ("config.connection", "connection.hook_failed", True)
    assert (told.code, told.warning) == ("connection.no_event", False)
    page = signed_in(hooked.app, hooked.tenant.id, hooked.tenant["owner"]).get("/connections/main-shop").text
    assert "Not registered" in page
    assert "customers/changed" in page
    mails = [row for row in hooked.rows(OutboxRow) if row.topic == "mail"]
    assert len(mails) == 1, "who published it is told"
    provider.away = None
    with hooked.unit() as unit:
        state.pause(unit, find(unit, "main-shop"))
        state.resume(unit, find(unit, "main-shop"))
    hooked.settle()
    assert hooked.hook().state == "active"
    assert registered(provider) == ["customers/changed", "orders/new", "orders/paid"]


def test_a_held_connection_is_told_once_it_goes_on_and_a_disconnected_one_is_told_to_stop(hooked):
    provider = hooked.provider
    with hooked.unit() as unit:
        state.pause(unit, find(unit, "main-shop"))
    hooked.listen()
    assert (hooked.hook().state, hooked.hook().error_code) == ("wanted", "connection.held")
    assert provider.hooks == {}
    with hooked.unit() as unit:
        state.resume(unit, find(unit, "main-shop"))
    hooked.settle()
    [made] = provider.hooks.values()
    headers, body = provider.sign("orders/new", ORDER)
    with hooked.unit() as unit:
        state.disconnect(unit, find(unit, "main-shop"), revoked=False)
    again = hooked.deliver(headers, body)
    assert (again.status_code, again.json["code"]) == (410, "webhook.gone")
    hooked.settle()
    assert provider.hooks == {}
    with hooked.unit() as unit:
        jobs = unit.session.execute(update(OutboxRow).values(state="done").returning(OutboxRow.payload)).scalars().all()
        assert not any("sealed" in payload for payload in jobs), "the job has let go of the credentials"
    assert made["url"].removeprefix(URL)


def test_a_webhook_that_the_provider_has_dropped_is_registered_again_within_a_day(hooked):
    provider, heard = hooked.provider, hooked.listen()
    checking = Checking(hooked.database, hooked.board.keyring, hooked.board.accounts, hooked.telling.reporting, URL)
    assert not checking.is_due(), "it was registered just now"
    clock.shift(timedelta(hours=25))
    before = hooked.hook()
    assert checking.is_due()
    assert checking.drain() == 1
    assert hooked.hook().seen_at > before.seen_at + timedelta(hours=24)
    assert (hooked.hook().revision, hooked.hook().renewals) == (before.revision, 0)
    assert not checking.is_due()

    [made] = provider.hooks.values()
    provider.hooks.clear()
    clock.shift(timedelta(hours=25))
    provider.away = 503
    checking.drain()
    assert hooked.hook().state == "active", "who does not answer has not said that it is gone"
    assert not checking.is_due(), "not at once"
    provider.away = None
    clock.shift(timedelta(hours=1))
    checking.drain()
    hooked.settle()
    hook = hooked.hook()
    assert (hook.state, hook.renewals, hook.seen_at > hook.renewed_at) == ("active", 1, True)
    [again] = provider.hooks.values()
    assert (again["url"], again["secret"]) == (made["url"], made["secret"])
    assert hooked.deliver(*provider.sign("orders/new", ORDER, at=clock.local_now().timestamp())).status_code == 202
    assert len(hooked.runs(heard)) == 1
    with hooked.unit() as unit:
        found = unit.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)).all()
    hooks = [action for action in found if action.startswith("connection.hook")]
    assert hooks == ["connection.hook_registered", "connection.hook_missing", "connection.hook_registered"]
    page = signed_in(hooked.app, hooked.tenant.id, hooked.tenant["owner"]).get("/connections/main-shop").text
    assert "Last seen there" in page
    assert "It was missing there once" in page

    with hooked.unit() as unit:
        state.pause(unit, find(unit, "main-shop"))
    clock.shift(timedelta(days=3))
    assert not checking.is_due(), "a paused connection is not called"


def test_one_that_is_switched_off_or_lacks_a_part_does_not_stand():
    def stood(*listed):
        return stands(HOOKS, listed, "https://a", "1")

    assert stood(Listed("9", "https://b"), Listed("7", "https://a"))
    assert not stood(Listed("1", "https://b"))
    assert not stood(Listed("1", "https://a", delivers=False))
    assert not stood()
