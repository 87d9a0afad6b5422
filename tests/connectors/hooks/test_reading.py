"""Whatever a delivery holds, it is read or refused in words: no input makes an error of Studio's."""

import base64
from dataclasses import replace

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.connectors.hooks.wishes import wanted
from studio.connectors.outcomes import ScopeKind
from studio.connectors.webhooks.reading import read
from studio.core import clock
from studio.core.deliveries import Delivery
from studio.core.errors import StudioError
from studio.core.signatures import SCHEMES, SignatureError, Verified, verify
from tests.connectors.hooks.provider import HOOKS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "data", "id", "x"]), inner),
    max_leaves=8,
)
TOPICS = st.sampled_from([topic.name for topic in HOOKS.topics]) | st.text(max_size=5) | st.none()
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-shopify-hmac-sha256", "stripe-signature",
         "x-slack-request-timestamp", "x-slack-signature", "x-hub-signature-256", "x-signature")  # fmt: skip
SIGNATURES = st.from_regex(r"(v1,|t=\d+,v1=|v0=)?[0-9a-f=]*")
HEADERS = st.dictionaries(
    st.sampled_from(NAMES), st.text(max_size=80) | st.from_regex(r"(v1,|t=\d+,v1=|v0=)?[0-9a-f=]*")
)
PARTS = st.lists(st.tuples(st.sampled_from("12345"), st.sampled_from(["north", "south"])), max_size=3,
                 unique_by=lambda part: part[0])  # fmt: skip


def deliver(body, id_=None, kind="application/json", headers=None):
    return read(HOOKS, Delivery("POST", kind, headers or {}, {}, body), Verified(id_))


def outcome(act, kind):
    """What comes of it, or the error of this kind that it is refused with; any other fails the test."""
    try:
        return act()
    except kind as error:
        return error


@given(st.binary(max_size=200), st.none() | st.text(max_size=300), st.text(max_size=20))
def test_any_bytes_are_read_or_refused(body, id_, kind):
    for one in (kind, "application/json"):
        told = outcome(lambda one=one: deliver(body, id_, one), StudioError)
        refused = isinstance(told, StudioError)
        assert (told.message and 400 <= told.status < 500) if refused else told.delivery_id


@given(TOPICS, JSON, st.none() | st.text(max_size=10))
def test_any_payload_of_a_topic_is_read_or_refused(topic, data, id_):
    body = outcome(lambda: orjson.dumps({"type": topic, "data": data}), TypeError)
    assume(isinstance(body, bytes))
    told = outcome(lambda: deliver(body, id_), StudioError)
    if isinstance(told, StudioError):
        assert told.code.startswith("webhook.")
    else:
        assert told.event is None or told.data["raw"]["data"] == orjson.loads(body)["data"]
        assert deliver(body, id_).delivery_id == told.delivery_id


@given(st.sampled_from(SCHEMES), HEADERS, st.binary(max_size=50))
def test_no_header_is_believed_or_breaks_anything(scheme, headers, body):
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    found = outcome(lambda: verify(scheme, headers, body, [secret], now=clock.local_now()), SignatureError)
    assert isinstance(found, SignatureError), "a guess was believed"
    assert found.code.startswith("signature.")


@given(st.lists(st.tuples(st.sampled_from(["order.created", "order.paid", "stock.changed"]),
                          st.sampled_from(["", "1", "north", "nowhere"])), max_size=6), PARTS)  # fmt: skip
def test_webhooks_are_wanted_where_somebody_listens_and_nowhere_else(listeners, parts):
    configs = [{"event": event, "scope": scope} for event, scope in listeners]
    whole = wanted(configs, HOOKS, parts)
    told = {event for event, _scope in listeners} - {"stock.changed"}
    assert whole == ({"": HOOKS.names(sorted(told))} if told else {})
    each = wanted(configs, replace(HOOKS, scoped=ScopeKind.CHANNEL), parts)
    known = {external for external, _name in parts}
    assert set(each) <= (known or {""})
    for event, scope in listeners:
        if event in told and not scope:
            assert all(HOOKS.names([event])[0] in each[part] for part in known or {""})
        if event in told and scope in known:
            assert HOOKS.names([event])[0] in each[scope]
