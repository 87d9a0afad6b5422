"""Deliveries at a webhook's address: what is taken, what is refused in which words; refusals start nothing."""

import hashlib
import hmac
from datetime import timedelta
from itertools import pairwise

import pytest
from psycopg import OperationalError as Refused
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from studio.core import clock
from studio.runtime.engine import answers
from studio.runtime.models import Event, Run
from studio.runtime.service import subscriptions, workflows
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds
from tests.faults.shop import wait_for

ORDER = {"order": {"id": "6021", "total": 420.0, "customer": {"name": "Anna Keller"}}}


class Hook:
    """One published workflow and its address."""

    def __init__(self, app, document=None, **config):
        self.app, self.database = app, app.extensions["studio_database"]
        self.tenant = make_tenant(self.database)
        raw = refunds(**(document or {}))
        raw["nodes"][0]["config"].update(config)
        self.workflow_id = make_workflow(app, self.tenant, raw, published=True)
        with self.unit() as unit:
            [row] = subscriptions.of_workflow(unit, self.workflow_id)
            self.path = "/hooks/" + subscriptions.address(app.extensions["studio_keyring"], row)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["builder"].actor)

    def post(self, path=None, **sent):
        return self.app.test_client().post(path or self.path, **sent)

    def runs(self):
        return self._count(Run)

    def events(self):
        return self._count(Event)

    def _count(self, model):
        with self.unit() as unit:
            return unit.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def hook(app):
    yield Hook(app)
    app.extensions["studio_engine"].stop()


@pytest.fixture
def make_hook(app):
    yield lambda document=None, **config: Hook(app, document, **config)
    app.extensions["studio_engine"].stop()


def test_a_delivery_starts_a_run_and_names_it(hook):
    answer = hook.post(json=ORDER)
    assert answer.status_code == 202
    with hook.unit() as unit:
        [run] = unit.session.scalars(select(Run))
        assert answer.json == {"run_id": str(run.id)}
        assert run.input == ORDER


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": b"{", "content_type": "application/json"}, 422, "webhook.not_json"),
        ({"data": b"a,b", "content_type": "text/csv"}, 415, "webhook.content_type"),
        ({"data": b'{"a":"\\u0000"}', "content_type": "application/json"}, 422, "payload.text"),
        ({"data": b"[" * 100 + b"]" * 100, "content_type": "application/json"}, 422, "payload.too_deep"),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 422, "webhook.not_json"),
        ({"data": b'"' + b"x" * 1_100_000 + b'"', "content_type": "application/json"}, 413, "webhook.too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_and_starts_nothing(hook, sent, status, code):
    answer = hook.post(**sent)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["detail"]
    assert answer.content_type == "application/problem+json"
    assert hook.runs() == 0


@pytest.mark.parametrize("wrong", ["cut", "longer", "empty", "lower case"])
def test_only_the_whole_address_is_known(hook, wrong):
    path = {"cut": hook.path[:-1], "longer": hook.path + "x", "empty": "/hooks/", "lower case": hook.path.lower()}[
        wrong
    ]
    assert hook.post(path, json=ORDER).status_code == 404
    assert hook.runs() == 0


def test_another_method_is_refused(hook):
    refused = hook.app.test_client().get(hook.path)
    assert (refused.status_code, refused.headers["Allow"], refused.json["code"]) == (405, "POST", "webhook.method")
    assert hook.app.test_client().head(hook.path).data == b""
    assert hook.runs() == 0


def test_a_repeat_names_the_first_run_and_starts_none(make_hook):
    hook = make_hook(dedup_key="trigger.order.id")
    first, second = hook.post(json=ORDER), hook.post(json=ORDER)
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json == {"run_id": first.json["run_id"], "duplicate": True}
    assert (hook.runs(), hook.events()) == (1, 2)


def test_a_delivery_without_the_key_is_kept_as_refused(make_hook):
    hook = make_hook(dedup_key="trigger.order.id")
    answer = hook.post(json={"order": {}})
    assert (answer.status_code, answer.json["code"]) == (409, "webhook.refused")
    assert (hook.runs(), hook.events()) == (0, 1)


def test_a_workflow_that_is_off_keeps_the_event_and_says_so(hook):
    with hook.unit() as unit:
        workflows.set_enabled(unit, workflows.get(unit, hook.workflow_id), enabled=False)
    answer = hook.post(json=ORDER)
    assert answer.status_code == 409
    assert "turned off" in answer.json["detail"]
    assert (hook.runs(), hook.events()) == (0, 1)


def test_a_signed_address_takes_only_what_is_signed(make_hook, app):
    hook = make_hook(signature="github", secret="github")
    with hook.unit() as unit:
        app.extensions["studio_vault"].create(unit, name="github", value="it is signed", hosts=[])
    body = b'{"order": {"total": 1}}'
    right = "sha256=" + hmac.new(b"it is signed", body, hashlib.sha256).hexdigest()
    sent = {"data": body, "content_type": "application/json"}
    assert hook.post(**sent).status_code == 401
    assert hook.post(**sent, headers={"X-Hub-Signature-256": "sha256=" + "0" * 64}).status_code == 401
    assert (hook.runs(), hook.events()) == (0, 0)
    assert hook.post(**sent, headers={"X-Hub-Signature-256": right, "X-GitHub-Delivery": "1"}).status_code == 202


def keep(hook, name, value):
    with hook.unit() as unit:
        hook.app.extensions["studio_vault"].create(unit, name=name, value=value, hosts=[])


def test_a_sender_may_change_its_secret_without_losing_a_delivery(make_hook):
    hook = make_hook(signature="github", secret="new", other_secrets=["old", "gone"])
    keep(hook, "new", "new secret")
    keep(hook, "old", "old secret")
    body = b'{"order": {"total": 1}}'
    statuses = []
    for number, value in enumerate((b"new secret", b"old secret", b"older secret")):
        code = "sha256=" + hmac.new(value, body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": code, "X-GitHub-Delivery": str(number)}
        statuses.append(hook.post(data=body, content_type="application/json", headers=headers).status_code)
    assert statuses == [202, 202, 401]


@pytest.mark.parametrize("body", [b'{"type": "refund"}', b'{"id": "evt_1", "event_id": "Ev1"}'])
@pytest.mark.parametrize("scheme", ["stripe", "slack"])
def test_a_signed_delivery_that_is_sent_again_starts_nothing(make_hook, scheme, body):
    hook = make_hook(signature=scheme, secret="s")
    keep(hook, "s", "s3cret")

    def send(seconds=0):
        at = str(int((clock.local_now() - timedelta(seconds=seconds)).timestamp()))
        said = f"{at}.".encode() if scheme == "stripe" else f"v0:{at}:".encode()
        code = hmac.new(b"s3cret", said + body, hashlib.sha256).hexdigest()
        headers = (
            {"Stripe-Signature": f"t={at},v1={code}"}
            if scheme == "stripe"
            else {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={code}"}
        )
        return lambda: hook.post(data=body, content_type="application/json", headers=headers)

    again, late = send(), send(seconds=301)
    assert [again().status_code, again().status_code] == [202, 200]
    refused = late()
    assert (refused.status_code, refused.json["code"]) == (401, "signature.expired")
    assert hook.runs() == 1


def test_a_missing_secret_refuses_everything(make_hook):
    hook = make_hook(signature="shopify", secret="gone")
    assert hook.post(json=ORDER).status_code == 401
    assert hook.runs() == 0


LONG = "x" * 50_000


def result_of(source):
    """A workflow that computes one field and is waited for."""
    node = {"key": "large", "type": "data.set", "name": "Set", "config": {"fields": [{"name": "a", "value": source}]}}
    trigger = {"key": "order", "type": "trigger.webhook", "name": "Order", "config": {"answer": "result"}}
    edges = [{"from": "order", "port": "next", "to": "large"}]
    return {"nodes": [trigger, node], "edges": edges}


@pytest.mark.parametrize(
    ("source", "status", "state", "output"),
    [
        ("trigger.order.total * 2", 200, "succeeded", {"a": 840}),
        ("trigger.text", 200, "succeeded", {"a": LONG}),
        ("trigger.nothing", 502, "failed", None),
    ],
)
def test_a_sender_that_waits_gets_the_result(app, source, status, state, output):
    hook = Hook(app, document=result_of(source))
    app.extensions["studio_engine"].start_workers()
    answer = hook.post(json={**ORDER, "text": LONG})
    app.extensions["studio_engine"].stop()
    assert (answer.status_code, answer.json["state"], answer.json["output"]) == (status, state, output)
    assert (answer.json["error"] is None) == (state == "succeeded")
    assert set(answer.json["error"] or {}) <= {"code", "message"}
    with hook.unit() as unit:
        assert answer.json["run_id"] == str(unit.session.scalar(select(Run.id)))


def test_a_sender_that_waits_too_long_gets_the_run_that_goes_on(make_hook):
    hook = make_hook(answer="result", wait_s=1)
    answer = hook.post(json=ORDER)  # nobody works here, so it stays queued
    assert (answer.status_code, answer.json["state"], hook.runs()) == (202, "queued", 1)


def test_senders_that_wait_never_take_all_threads(make_hook, monkeypatch):
    monkeypatch.setattr(answers, "MOST", 0)
    hook = make_hook(answer="result", wait_s=30)
    answer = hook.post(json=ORDER)
    assert (answer.status_code, answer.json["state"]) == (202, "queued")


REFUSED = OperationalError("select 1", None, Refused("connection refused"))


def failing(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize("error", [REFUSED, PoolTimeout("no connection is free")])
def test_while_the_database_is_away_senders_are_told_to_come_later(hook, monkeypatch, error):
    monkeypatch.setattr(hook.app.extensions["studio_receiver"], "_accept", failing(error))
    answer = hook.post(json=ORDER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json["code"] == "unavailable"


def test_what_was_accepted_is_never_answered_as_a_failure(make_hook, monkeypatch):
    hook = make_hook(answer="result", wait_s=1)
    receiver = hook.app.extensions["studio_receiver"]
    monkeypatch.setattr(receiver, "_look", failing(REFUSED))
    monkeypatch.setattr(receiver, "_state", failing(REFUSED))
    answer = hook.post(json=ORDER)
    assert (answer.status_code, answer.json["state"], hook.runs()) == (202, None, 1)


# -- limits --------------------------------------------------------------------------------------------------------


def limited(**settings):
    return {"settings": settings}


def test_a_sender_hears_which_run_is_in_progress(make_hook):
    hook = make_hook(limited(one_at_a_time={"key": "trigger.order.id", "conflict": "skip"}))
    first = hook.post(json=ORDER).json["run_id"]
    skipped = hook.post(json=ORDER)
    assert skipped.status_code == 200
    assert (skipped.json["skipped"], skipped.json["run_id"]) == (True, first)
    assert hook.post(json={"order": {"id": "6022"}}).status_code == 202
    assert (hook.runs(), hook.events()) == (2, 3)


def test_a_sender_that_sends_too_many_hears_when_to_come_again(make_hook):
    hook = make_hook(limited(rate={"limit": 1, "per_s": 60, "over": "skip"}), dedup_key="trigger.order.id")
    first = hook.post(json=ORDER)
    turned_away = hook.post(json={"order": {"id": "6022"}})
    assert (first.status_code, turned_away.status_code) == (202, 429)
    assert 50 <= int(turned_away.headers["Retry-After"]) <= 61
    assert turned_away.json["code"] == "webhook.limited"
    again = hook.post(json=ORDER)
    assert (again.status_code, again.json) == (200, {"run_id": first.json["run_id"], "duplicate": True})
    clock.shift(timedelta(seconds=61))
    assert hook.post(json={"order": {"id": "6022"}}).status_code == 202


@pytest.mark.parametrize("data", [{}, {"order": {"id": ["a"]}}, {"order": {"id": "x" * 300}}])
def test_an_event_without_the_key_is_refused_with_the_reason(make_hook, data):
    hook = make_hook(limited(one_at_a_time={"key": "trigger.order.id"}))
    refused = hook.post(json=data)
    assert (refused.status_code, refused.json["code"]) == (409, "webhook.refused")
    with hook.unit() as unit:
        [event] = unit.session.scalars(select(Event))
    assert (event.verdict, event.body) == ("refused", data)
    assert "one at a time" in event.reason


def test_a_run_that_has_to_wait_is_accepted_and_finishes_in_its_turn(make_hook):
    hook = make_hook(limited(one_at_a_time={}, at_once={"limit": 1}, rate={"limit": 600, "per_s": 1}))
    hook.app.extensions["studio_engine"].start_workers()
    small = {"order": {"id": "1", "total": 1.0}}
    run_ids = [hook.post(json=small).json["run_id"] for _ in range(5)]

    def ended():
        with hook.unit() as unit:
            rows = unit.session.execute(select(Run.id, Run.state, Run.started_at, Run.finished_at).order_by(Run.id))
            return [row for row in rows if row.state == "succeeded"]

    wait_for(lambda: len(ended()) == 5)
    rows = ended()
    assert [str(row.id) for row in rows] == run_ids
    assert all(late.started_at >= early.finished_at for early, late in pairwise(rows))
