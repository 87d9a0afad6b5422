"""HTTP, e-mail, note."""

import socket

import pytest
from sqlalchemy import select

from studio.contract.node import registry
from studio.contract.results import Done, Fail
from studio.core.errors import InvalidInput, NotFound
from studio.runtime.models import RunNote


def call(world, target, **config):
    return world.start("action.http", {"url": f"{target.url}/refunds", **config})


def test_a_call_carries_its_body_and_its_key(world, http_target):
    http_target.answer(201, json_body={"id": 7})
    body = {"order": "{{ trigger.order.id }}", "name": "{{ trigger.customer.name }}"}
    done = call(world, http_target, query={"shop": "north & south"}, headers={"X-Shop": "north"}, body=body)
    request = http_target.requests[0]
    assert isinstance(done, Done)
    assert (done.output["status"], done.output["body"]) == (201, {"id": 7})
    assert (request.method, request.path, request.query) == ("POST", "/refunds", {"shop": ["north & south"]})
    assert request.json() == {"order": 6021, "name": "Anna"}
    assert request.headers["x-shop"] == "north"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == f"{world.run_id}:a"


def test_reading_carries_neither(world, http_target):
    call(world, http_target, method="GET", body={"a": 1})
    assert http_target.requests[0].body == b""
    assert "idempotency-key" not in http_target.requests[0].headers


def test_forms_and_texts(world, http_target):
    call(world, http_target, body_kind="form", body={"a": "x y", "b": [1, 2]})
    call(world, http_target, body_kind="text", body="Order {{ trigger.order.id }}")
    assert http_target.requests[0].body == b"a=x+y&b=1&b=2"
    assert http_target.requests[1].body == b"Order 6021"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ("bearer", "authorization", "Bearer s3cret"),
        ("basic", "authorization", "Basic czNjcmV0"),
        ("header", "x-api-key", "s3cret"),
    ],
)
def test_it_signs_in_with_a_secret_that_is_never_shown(world, http_target, auth, header, value):
    world.secrets.values["erp"] = "s3cret"
    call(world, http_target, auth=auth, secret="erp")
    assert http_target.requests[0].headers[header] == value
    assert world.secrets.asked == [("erp", "127.0.0.1")]
    assert "s3cret" in world.redacted
    with pytest.raises(NotFound):
        call(world, http_target, auth=auth, secret="gone")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(world, http_target, status):
    http_target.answer(status, headers={"Retry-After": "120"}, json_body={"message": "busy"})
    failed = call(world, http_target)
    assert isinstance(failed, Fail)
    assert (failed.retryable, failed.retry_after_s, failed.unknown) == (True, 120.0, False)
    assert failed.output["body"] == {"message": "busy"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 501])
def test_what_will_not_pass_is_not(world, http_target, status):
    http_target.answer(status, json_body={"error": {"message": "only €380.00 left"}})
    failed = call(world, http_target)
    assert (failed.code, failed.retryable) == (f"http.status_{status}", False)
    assert "only €380.00 left" in failed.message
    assert ("Nothing was done there." in failed.message) == (status < 500)


def test_a_date_in_retry_after_is_honoured(world, http_target):
    http_target.answer(503, headers={"Retry-After": "Fri, 27 Mar 2026 09:31:00 GMT"})
    assert call(world, http_target).retry_after_s == 60.0


def test_another_address_is_not_followed(world, http_target):
    http_target.answer(302, headers={"Location": "http://169.254.169.254/"})
    failed = call(world, http_target)
    assert (failed.code, len(http_target.requests)) == ("http.redirect", 1)


def test_a_break_after_sending_leaves_the_outcome_unknown(world, http_target):
    http_target.answer(reset=True)
    failed = call(world, http_target)
    assert (failed.unknown, failed.retryable) == (True, True)
    assert "may or may not have carried it out" in failed.message
    http_target.answer(reset=True)
    assert call(world, http_target, method="GET").unknown is False


def test_a_closed_door_is_known_to_have_seen_nothing(world):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    failed = world.start("action.http", {"url": f"http://127.0.0.1:{port}/"})
    assert failed.unknown is False
    assert "Nothing was changed at 127.0.0.1" in failed.message


def test_keys_make_a_repeat_safe_only_where_somebody_said_so():
    http = registry["action.http"]
    assert http.is_keyed({"method": "GET"})
    assert http.is_keyed({"method": "POST", "if_unknown": "repeat"})
    assert not http.is_keyed({"method": "POST", "if_unknown": "review"})


@pytest.mark.parametrize(
    "config",
    [
        {"url": "file:///etc/passwd"},
        {"url": "https://user:pass@erp.example.com/"},
        {"headers": {"X-A": "{{ 'a\\r\\nHost: evil' }}"}},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Bad Name": "x"}},
        {"body_kind": "form", "body": [1]},
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_is_sent(world, http_target, config):
    with pytest.raises(InvalidInput):
        call(world, http_target, **config)
    assert http_target.requests == []


def test_answers_that_are_no_json_are_texts(world, http_target):
    http_target.answer(200, headers={"Content-Type": "application/json"}, body=b"oops\x00")
    assert call(world, http_target).output["body"] == "oops\ufffd"
    http_target.answer(204, body=b"")
    assert call(world, http_target).output["body"] is None
    http_target.answer(200, headers={"Set-Cookie": "session=1"})
    assert "set-cookie" not in call(world, http_target).output["headers"]


MAIL = {"to": ["{{ trigger.customer.email }}"], "subject": "Order {{ trigger.order.id }}\nBcc: x", "body": "Hello"}


def test_mail_leaves_once_under_its_key(world, unit):
    done = world.start("action.email", MAIL, tx=unit)
    world.start("action.email", MAIL, tx=unit)
    assert done.output == {"to": ["anna@example.com"], "subject": "Order 6021 Bcc: x"}
    assert [mail.key for mail in world.mailer.sent.values()] == [f"{world.run_id}:a"]


def test_mail_to_no_address_is_not_sent(world, unit):
    for to in (["nobody"], [" , "], ["anna@example.com\r\nBcc: x@example.com"]):
        failed = world.start("action.email", {**MAIL, "to": to}, tx=unit)
        assert isinstance(failed, Fail)
        assert "No mail was sent" in failed.message
    assert world.mailer.sent == {}


def test_a_note_stands_on_the_run(world, unit):
    world.start("action.note", {"text": "Refund of {{ trigger.order.total }} went out"}, tx=unit)
    unit.session.flush()
    note = unit.session.scalars(select(RunNote)).one()
    assert (note.run_id, note.text, note.author) == (world.run_id, "Refund of 420 went out", "The step")
