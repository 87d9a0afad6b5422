"""OTLP: what a receiver reads with OpenTelemetry's own messages."""

from hypothesis import given
from hypothesis import strategies as st

from tests.contract.test_exporters import wire
from tests.factories.exports import export_record
from tests.servers.otlp import attributes, plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def test_an_event_arrives_whole():
    with wire("otlphttp") as one:

        @given(VALUES)
        def whatever_it_holds(value):
            record = export_record(7, "warning", value=value)
            assert one.send_records([record]).fate == "sent"
            came = one.intake.records[-1]
            assert plain(came.body) == {**record.body, "value": value}

        whatever_it_holds()
        came = one.intake.records[-1]
        facts = attributes(came)
        assert facts["log.record.uid"] == str(export_record(7).id)
        assert (came.severity_number, came.severity_text, came.event_name) == (13, "WARN", "secret.created")
        assert came.time_unix_nano == int(export_record(7).occurred_at.timestamp()) * 10**9
        assert one.intake.services == {"studio"}
        assert one.intake.requests[0].headers["authorization"] == f"Bearer {one.intake.credential}"


def test_what_is_taken_in_part_is_no_success():
    with wire("otlphttp") as one:
        one.intake.poison = {2}
        told = one.send((1, 2, 3))
        assert (told.fate, told.code) == ("refused", "otlp.rejected")
        assert one.send((1,)).fate == "sent"
        one.intake.answer(200, body=b'{"partialSuccess": {"errorMessage": "beware"}}')
        assert one.send((2,)).fate == "sent"
