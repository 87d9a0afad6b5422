"""What a variant's payload is in Python, by the flag's kind; and contexts, deltas and the order of releases."""

import json
from datetime import UTC, datetime

import pytest

from studio.flags.evaluation.context import flatten
from studio.flags.evaluation.deltas import apply
from studio.flags.evaluation.documents import Payload
from studio.flags.evaluation.moments import nanoseconds
from studio.flags.evaluation.reading import UnreadableFlags
from studio.flags.evaluation.releases import release
from studio.flags.evaluation.values import NoValue, value_of
from studio.flags.evaluation.variants import NONE, OFF, EvaluatedVariant
from studio.flags.outcomes import Kind


def variant(type_, value):
    return EvaluatedVariant("v", enabled=True, feature_enabled=True, payload=Payload(type_, value))


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (Kind.BOOLEAN, NONE, True),
        (Kind.BOOLEAN, OFF, False),
        (Kind.STRING, variant("string", "red"), "red"),
        (Kind.STRING, variant("csv", "a,b"), "a,b"),
        (Kind.NUMBER, variant("number", "3"), 3),
        (Kind.NUMBER, variant("number", "-1.5e3"), -1500.0),
        (Kind.JSON, variant("json", '{"a": [1, null]}'), {"a": [1, None]}),
        (Kind.JSON, variant("json", "null"), None),
    ],
)
def test_values(kind, given, value):
    found = value_of(kind, given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (Kind.STRING, NONE, "flag.no_value"),
        (Kind.JSON, OFF, "flag.no_value"),
        (Kind.NUMBER, variant("string", "3"), "flag.payload_type"),
        (Kind.NUMBER, variant("number", "true"), "flag.payload_not_a_number"),
        (Kind.NUMBER, variant("number", "NaN"), "flag.payload_not_json"),
        (Kind.NUMBER, variant("number", "1e999"), "flag.payload_not_json"),
        (Kind.JSON, variant("json", "{"), "flag.payload_not_json"),
    ],
)
def test_no_values(kind, given, code):
    with pytest.raises(NoValue) as caught:
        value_of(kind, given)
    assert caught.value.code == code


def test_a_context_is_flat_text():
    raw = {
        "userId": 7,
        "plan": "top",
        "properties": {"plan": "own", "vip": True, "share": 1.5, "gone": None, "deep": {}},
    }
    assert flatten(raw) == {"userId": "7", "plan": "top", "vip": "true", "share": "1.5"}
    assert flatten({"userId": "a\ud800"}) == {"userId": "a?"}
    now = datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert flatten({}, now=now) == {"currentTime": "2026-11-27T09:00:00Z"}
    assert flatten({"currentTime": "then"}, now=now) == {"currentTime": "then"}


def test_deltas_leave_the_state_they_start_from():
    start = {"features": [{"name": "a"}], "segments": [{"id": 1}]}
    before = json.loads(json.dumps(start))
    after = apply(
        start,
        [
            {"type": "feature-updated", "feature": {"name": "b"}},
            {"type": "feature-removed", "featureName": "a"},
            {"type": "segment-removed", "segmentId": 1},
        ],
    )
    assert after == {"version": 2, "features": [{"name": "b"}], "segments": []}
    assert start == before
    assert apply(start, [{"type": "hydration", "features": []}])["segments"] == []


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ({"type": "feature-renamed"}, "events.0.type"),
        ({"type": "feature-updated"}, "events.0.feature"),
        ({}, "events.0.type"),
        ("hydration", "events.0"),
    ],
)
def test_an_event_that_is_none_is_refused(event, path):
    with pytest.raises(UnreadableFlags) as caught:
        apply({}, [event])
    assert [problem.path for problem in caught.value.problems] == [path]


def test_releases_are_in_order():
    ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ordered += ["1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0"]
    assert sorted(ordered, key=release) == ordered
    assert release("1.0.0+one") == release("1.0.0+two")
    assert [release(text) for text in ("1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "")] == [None] * 6


def test_moments_are_counted_in_utc():
    assert nanoseconds("1970-01-01T00:00:01.000000001Z") == 1_000_000_001
    assert nanoseconds("2022-01-22T14:00:00+02:00") == nanoseconds("2022-01-22 12:00:00Z")
    assert nanoseconds("2022-01-22T12:00:00-01:30") == nanoseconds("2022-01-22T13:30:00z")
    for text in ("2022-01-22", "2022-01-22T12:00:00", "2022-02-30T12:00:00Z", "2022-01-22T25:00:00Z", "now"):
        assert nanoseconds(text) is None
