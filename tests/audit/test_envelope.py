"""Whatever is recorded canonicalises, and any change to it changes the hash."""

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from studio.audit.canonical import written
from studio.audit.envelope import canonical, hash_of, plain
from studio.audit.redaction import redact
from studio.audit.taxonomy import settings, workflows

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.uuids()
    | st.binary(max_size=5)
    | st.datetimes(timezones=st.timezones()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(value=ANYTHING)
def test_everything_has_a_canonical_form_that_reads_back_as_itself(value):
    event = {"changes": [plain(value)]}
    body = canonical(event)
    assert canonical(orjson.loads(body)) == body


@given(value=ANYTHING)
def test_plain_values_stay_plain(value):
    assert plain(plain(value)) == plain(value)


@given(data=st.data())
def test_any_flipped_bit_changes_the_hash(data):
    body = bytearray(canonical({"id": "1", "metadata": {"amount": "420.00"}}))
    before = hash_of("0" * 64, bytes(body))
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert hash_of("0" * 64, bytes(body)) != before


def test_declared_redactions_hide_metadata_before_the_hash():
    found = redact(settings.MAIL_TESTED, {"to": "anna@example.com"}, [])
    assert found["metadata"] == {"to": "[redacted]"}
    assert found["redactions"] == [{"path": "metadata.to", "rule": "personal", "mode": "mask"}]


@given(before=st.text(min_size=1), after=st.text(min_size=1))
def test_secret_like_fields_never_show_their_values(before, after):
    change = {"path": "auth.api_key", "from": before, "to": after, "redacted": False}
    (shown,) = redact(workflows.UPDATED, {}, [change])["changes"]
    assert shown == {"path": "auth.api_key", "from": None, "to": None, "redacted": True}


TEXTS = st.text() | st.text(st.sampled_from('\x00\x1f\x7f\u2028"\\/\b\té€\ue000😀'))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(value=JSON)
def test_the_fast_way_writes_what_the_standard_says(value):
    assert written(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("wrong", [2**53, -(2**53), float("nan"), {1: "x"}, "\ud800", object()])
def test_what_has_no_canonical_form_is_refused(wrong):
    with pytest.raises(rfc8785.CanonicalizationError):
        written({"value": wrong})
