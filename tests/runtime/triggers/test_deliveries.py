"""Webhook bodies and the keys that tell repeats apart; forms of manual triggers."""

import pytest

from studio.core.errors import InvalidInput
from studio.runtime.triggers.deliveries import dedup_key, read_body
from studio.runtime.triggers.manual import Manual, answers
from studio.runtime.triggers.webhook import Webhook


def config(**parts):
    return Webhook.Config.model_validate(parts)


def test_json_and_forms_are_read():
    assert read_body(config(), "application/json; charset=utf-8", b'{"a": 1}') == {"a": 1}
    assert read_body(config(), "application/cloudevents+json", b"[1]") == [1]
    assert read_body(config(), "application/x-www-form-urlencoded", b"a=1&b=2&b=3") == {"a": "1", "b": ["2", "3"]}
    assert read_body(config(), "", b"") == {}


@pytest.mark.parametrize(
    ("parts", "kind", "body", "code"),
    [
        ({}, "text/xml", b"<a/>", "webhook.content_type"),
        ({"content_types": ["form"]}, "application/json", b"{}", "webhook.content_type"),
        ({}, "application/json", b"{", "webhook.not_json"),
        ({}, "application/json", b"[" * 100 + b"]" * 100, "payload.too_deep"),
        ({}, "application/json", b'{"a": "\\u0000"}', "payload.text"),
        ({}, "application/x-www-form-urlencoded", b"a=%00", "payload.text"),
        ({}, "application/x-www-form-urlencoded", b"&".join([b"a=1"] * 2000), "webhook.not_form"),
    ],
)
def test_what_cannot_be_read_is_refused(parts, kind, body, code):
    with pytest.raises(InvalidInput) as caught:
        read_body(config(**parts), kind, body)
    assert caught.value.code == code


def test_keys_come_from_the_sender_or_from_the_data():
    headers = {"x-shopify-webhook-id": "d-1", "x-topic": "orders"}
    assert dedup_key(config(), {}, headers, {}) is None
    assert dedup_key(config(signature="shopify", secret="s"), {}, headers, {}) == "d-1"
    own = config(dedup_key='string(trigger.order.id) + headers["x-topic"]')
    assert dedup_key(own, {"order": {"id": 7}}, headers, {}) == "7orders"
    assert len(dedup_key(config(dedup_key="trigger.a"), {"a": "x" * 9999}, {}, {})) == 64
    for data in ({}, {"a": ""}):
        with pytest.raises(InvalidInput):
            dedup_key(config(dedup_key="trigger.a"), data, {}, {})


def test_a_signature_needs_a_secret():
    with pytest.raises(ValueError, match="Choose the secret"):
        config(signature="stripe")


FORM = {
    "fields": [
        {"name": "refund", "label": "Refund"},
        {"name": "amount", "type": "number", "required": False},
        {"name": "gift", "type": "yes_no"},
        {"name": "zone", "type": "choice", "choices": ["inland", "abroad"]},
    ]
}


def test_answers_of_a_form_become_data():
    form = Manual.Config.model_validate(FORM)
    given = {"refund": "R-1", "amount": "12.5", "gift": "on", "zone": "inland"}
    assert answers(form, given) == {"refund": "R-1", "amount": 12.5, "gift": True, "zone": "inland"}
    with pytest.raises(InvalidInput) as caught:
        answers(form, {"amount": "much", "zone": "moon", "extra": 1})
    assert [problem.path for problem in caught.value.problems] == [
        "data.refund",
        "data.amount",
        "data.zone",
        "data.extra",
    ]
    assert answers(Manual.Config(), {"any": 1}) == {"any": 1}
