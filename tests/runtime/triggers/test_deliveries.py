"""Webhook bodies and the keys that tell repeats apart; forms of manual triggers."""

import pytest

from studio.contract.form import answers
from studio.core.errors import InvalidInput, StudioError
from studio.runtime.triggers.deliveries import dedup_key, read_data
from studio.runtime.triggers.manual import Manual
from studio.runtime.triggers.webhook import Webhook


def config(**parts):
    return Webhook.Config.model_validate(parts)


def test_json_and_forms_are_read():
    assert read_data(config(), "application/json; charset=utf-8", b'{"a": 1}', {}) == {"a": 1}
    assert read_data(config(), "application/cloudevents+json", b"[1]", {"q": "1"}) == [1]
    form = read_data(config(), "application/x-www-form-urlencoded", b"a=1&b=2&b=3", {})
    assert form == {"a": "1", "b": ["2", "3"]}
    assert read_data(config(), "", b"", {}) == {}


def test_without_a_body_the_query_is_the_data():
    assert read_data(config(methods=["GET"]), "", b"", {"order": "6021"}) == {"order": "6021"}
    with pytest.raises(InvalidInput):
        read_data(config(), "application/json", b"{}", {"order": "60\0"})


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
    with pytest.raises(StudioError) as caught:
        read_data(config(**parts), kind, body, {})
    assert caught.value.code == code


TAKEN = {
    "": "json",
    "application/json": "json",
    "text/json": "json",
    "application/vnd.api+json": "json",
    "application/x-www-form-urlencoded": "form",
}
"""What reads each kind of body."""
BODIES = [
    b'{"a": 1}',
    b"a=1",
    b"--x\r\nContent-Disposition: form-data; name=f; filename=../../etc/passwd\r\n\r\n",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    b"\x80abc",
]


def read_or_refused(taken, kind, body):
    """(the data, the code of the refusal): one of the two."""
    try:
        return read_data(config(content_types=taken), kind, body, {}), None
    except StudioError as error:
        return None, (error.status, error.code)


@pytest.mark.parametrize("kind", [*TAKEN, "multipart/form-data; boundary=x", "text/xml", "text/plain", "*/*", "json"])
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("taken", [["json"], ["form"], ["json", "form"]])
def test_a_body_is_read_as_the_type_it_says_and_never_guessed(kind, body, taken):
    """Content-type confusion: what is read as JSON or as a form says so itself, and nothing else is read at all."""
    data, refusal = read_or_refused(taken, kind, body)
    reader = TAKEN.get(kind)
    if reader not in taken:
        assert refusal == (415, "webhook.content_type")
    elif reader == "json":
        assert data == {"a": 1} if body == BODIES[0] else refusal == (422, "webhook.not_json")
    else:
        assert refusal == (422, "webhook.not_form") or all(isinstance(value, str) for value in data.values())


def test_keys_come_from_the_sender_or_from_the_data():
    headers = {"x-shopify-webhook-id": "d-1", "x-topic": "orders"}
    assert dedup_key(config(), {}, headers, {}) is None
    assert dedup_key(config(signature="shopify", secret="s"), {}, headers, {}) == "d-1"
    assert dedup_key(config(signature="stripe", secret="s"), {"id": "evt_1"}, headers, {}) == "evt_1"
    assert dedup_key(config(signature="slack", secret="s"), {"event_id": "Ev1"}, headers, {}) == "Ev1"
    assert dedup_key(config(signature="slack", secret="s"), {"event_id": 7}, headers, {}) is None
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


KINDS = {"fields": [{"name": "day", "type": "date", "required": False}, {"name": "gift", "type": "yes_no"}]}


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ({}, {"day": None, "gift": False}),
        ({"day": "2026-03-31", "gift": True}, {"day": "2026-03-31", "gift": True}),
        ({"day": " 20260331 ", "gift": "No"}, {"day": "2026-03-31", "gift": False}),
        ({"gift": 1}, {"day": None, "gift": True}),
        ({"gift": "off"}, {"day": None, "gift": False}),
    ],
)
def test_dates_and_yes_or_no_are_read(given, data):
    assert answers(Manual.Config.model_validate(KINDS), given) == data


@pytest.mark.parametrize("value", ["tomorrow", "2026-02-30", "31.03.2026", 20260331, ["2026-03-31"], {}])
def test_what_is_no_date_is_refused_by_its_field(value):
    with pytest.raises(InvalidInput) as caught:
        answers(Manual.Config.model_validate(KINDS), {"day": value})
    assert [problem.path for problem in caught.value.problems] == ["data.day"]


@pytest.mark.parametrize("value", ["perhaps", 2, 0.5, [], {"a": 1}])
def test_what_is_neither_yes_nor_no_is_refused_by_its_field(value):
    with pytest.raises(InvalidInput) as caught:
        answers(Manual.Config.model_validate(KINDS), {"gift": value})
    assert [problem.path for problem in caught.value.problems] == ["data.gift"]
