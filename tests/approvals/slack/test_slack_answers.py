"""What Slack's answers mean, and what is no press of a button."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.slack import press
from studio.approvals.slack.answers import UNSAID_S, Fate, of_address, of_api
from studio.approvals.slack.press import NoPress


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (200, b'{"ok": true, "channel": "C1", "ts": "1.2"}', Fate.SENT),
        (200, b'{"ok": false, "error": "invalid_auth"}', Fate.REFUSED),
        (200, b'{"ok": false, "error": "internal_error"}', Fate.AGAIN),
        (200, b'{"ok": false, "error": "ratelimited"}', Fate.AGAIN),
        (200, b'{"ok": false, "error": "message_not_found"}', Fate.GONE),
        (200, b"<html>a proxy</html>", Fate.AGAIN),
        (503, b"", Fate.AGAIN),
        (404, b"", Fate.REFUSED),
    ],
)
def test_of_a_method_the_body_counts(status, body, fate):
    assert of_api(status, {}, body).fate is fate


@pytest.mark.parametrize(
    ("status", "body", "fate", "code"),
    [
        (200, b"ok", Fate.SENT, ""),
        (404, b"no_service", Fate.REFUSED, "no_service"),
        (410, b"channel_is_archived", Fate.REFUSED, "channel_is_archived"),
        (404, b'{"ok": false, "error": "expired_url"}', Fate.REFUSED, "expired_url"),
        (500, b"rollup_error", Fate.AGAIN, "rollup_error"),
        (502, b"<html>", Fate.AGAIN, "http_502"),
    ],
)
def test_of_an_address_the_status_counts(status, body, fate, code):
    verdict = of_address(status, {}, body)
    assert (verdict.fate, verdict.code) == (fate, code)


@pytest.mark.parametrize(("said", "wait"), [("30", 30.0), ("", UNSAID_S), ("soon", UNSAID_S), ("9" * 20, UNSAID_S)])
@pytest.mark.parametrize("read", [of_api, of_address])
def test_who_asks_too_often_waits_as_long_as_is_said(read, said, wait):
    verdict = read(429, {"retry-after": said}, b"")
    assert (verdict.fate, verdict.wait_s) == (Fate.AGAIN, wait)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "actions", "user", "state", "values", "team", "container", "id"]), inner, max_size=5),
).map(lambda payload: urlencode({"payload": json.dumps(payload)}).encode()))  # fmt: skip
def test_whatever_comes_is_a_press_or_none(body):
    try:
        press.read(body)
    except NoPress:
        return


@given(st.text(max_size=80))
def test_a_button_names_a_request_or_nothing(value):
    found = press.target(value)
    assert found is None or found[1] == value.partition(".")[2]
