"""What processors make of an event, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.export import components
from studio.export.components import CannotProcess
from studio.export.pipelines import document
from tests.factories.exports import export_record as record

components.load_all()


def pipeline(kind: str, settings: str):
    text = f"processors: {{{kind}: {settings}}}\nexporters: {{file: }}\n"
    text += f"service: {{pipelines: {{logs: {{receivers: [audit], processors: [{kind}], exporters: [file]}}}}}}\n"
    return document.read(text).pipelines["logs"]


def test_a_filter_keeps_what_its_expression_says_and_never_drops_what_it_cannot_judge():
    kept = pipeline("filter", "{keep: 'event.severity == \"warning\"'}")
    assert kept.process(record(severity="warning")) is not None
    assert kept.process(record()) is None
    with pytest.raises(CannotProcess):
        pipeline("filter", "{keep: 'event.nothing == 1'}").process(record())
    with pytest.raises(CannotProcess):
        pipeline("filter", "{keep: 'event.severity'}").process(record())


@pytest.mark.parametrize(
    ("kind", "settings", "code"),
    [
        ("filter", "{keep: 'event.severity =='}", "bad_expression"),
        ("filter", "{keep: 'trigger.x == 1'}", "bad_expression"),
        ("redact", "{keys: ['(']}", "bad_regex"),
        ("redact", "{values: ['(?=x)']}", "bad_regex"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_written(kind, settings, code):
    with pytest.raises(InvalidInput) as refused:
        pipeline(kind, settings)
    assert refused.value.code == f"export.{code}"
    assert refused.value.field.startswith(f"processors.{kind}")


def test_values_are_taken_out_by_key_and_by_look():
    event = record(context={"user_agent": "Firefox", "ip": "192.0.2.7"}, reason="card 4111111111111111, and so on")
    masked = pipeline("redact", "{keys: [user_agent], values: ['[0-9]{16}']}").process(event).body
    assert masked["context"] == {"user_agent": "[redacted]", "ip": "192.0.2.7"}
    assert masked["reason"] == "card [redacted], and so on"
    dropped = pipeline("redact", "{keys: ['user_.*'], mode: drop, allowed_keys: [a]}").process(event).body
    assert dropped["context"] == {"ip": "192.0.2.7"}
    assert dropped["metadata"] == {"a": "1"}
    hashed = pipeline("redact", "{keys: [ip], mode: hash, salt: s}")
    assert hashed.process(event).body["context"]["ip"] == hashed.process(event).body["context"]["ip"] != "192.0.2.7"
    assert event.body["context"]["user_agent"] == "Firefox"


@given(st.integers(0, 10_000), st.integers(0, 100), st.integers(0, 100))
def test_the_same_event_always_stays_or_goes_and_a_larger_share_holds_the_smaller(number, share, more):
    small, large = sorted((share, more))
    kept = pipeline("sample", f"{{percentage: {small}}}").process(record(number))
    assert kept == pipeline("sample", f"{{percentage: {small}}}").process(record(number))
    assert kept is None or pipeline("sample", f"{{percentage: {large}}}").process(record(number)) is not None
    assert pipeline("sample", "{percentage: 0}").process(record(number, "warning")) is not None


def test_facts_are_added_beside_what_was_recorded():
    body = pipeline("enrich", "{fields: {environment: production}}").process(record()).body
    assert body["labels"] == {"environment": "production"}
    assert body["action"] == "secret.created"


def test_cloudevents_carry_id_source_and_place():
    sent = pipeline("cloudevents", "{}").process(record(5))
    assert sent.form == "cloudevents"
    assert (sent.body["specversion"], sent.body["type"]) == ("1.0", "studio.audit.secret.created")
    assert sent.body["id"] == str(record(5).id)
    assert sent.body["sequence"].endswith("5")
    assert sent.body["data"]["action"] == "secret.created"
