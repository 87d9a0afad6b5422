"""Answers of token addresses: the good, the odd and the hostile."""

from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.oauth.answers import LONGEST_S, PASSING, Asked, Refusal, Token, Verdict, read, stale

JSON = {"Content-Type": "application/json"}
GOOD = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt-1", "scope": "a b"}
ASKED = Asked(scopes=("a", "b"), held="at-0", secrets=("client-secret", "rt-0"))
words = st.text(max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def answered(found, status=200, headers=JSON, asked=ASKED):
    return read(status, headers, orjson.dumps(found), asked)


def test_a_good_answer_is_a_token():
    token = answered(GOOD)
    assert isinstance(token, Token)
    assert (token.access_token, token.refresh_token, token.lifetime_s) == ("at-1", "rt-1", 3600)
    assert (token.granted, token.lost, token.same) == (("a", "b"), (), False)
    assert "at-1" not in repr(token)
    assert "rt-1" not in repr(token)


def test_no_expiry_is_what_the_definition_assumes_and_never_eternal():
    without = {name: value for name, value in GOOD.items() if name != "expires_in"}
    assert answered(without).lifetime_s is None
    assert answered(without, asked=Asked(lifetime_s=7200)).lifetime_s == 7200
    for odd in (0, -1, "", "soon", True, None, [], "nan", "inf"):
        assert answered({**GOOD, "expires_in": odd}, asked=Asked(lifetime_s=60)).lifetime_s == 60, odd
    assert answered({**GOOD, "expires_in": "3599"}).lifetime_s == 3599
    assert answered({**GOOD, "expires_in": 1e300}).lifetime_s == LONGEST_S


@pytest.mark.parametrize(
    ("found", "verdict", "code"),
    [
        ({"error": "invalid_grant"}, Verdict.PERMANENT, "oauth.invalid_grant"),
        ({"ok": False, "error": "token_revoked"}, Verdict.PERMANENT, "oauth.token_revoked"),
        ({"ok": False, "error": "ratelimited"}, Verdict.TRANSIENT, "oauth.ratelimited"),
        ({"error": {"code": "invalid_client"}}, Verdict.PERMANENT, "oauth.invalid_client"),
        ({"ok": False}, Verdict.TRANSIENT, "oauth.status_200"),
        ({**GOOD, "error": "server_error"}, Verdict.TRANSIENT, "oauth.server_error"),
        ({}, Verdict.TRANSIENT, "oauth.no_token"),
        ({**GOOD, "access_token": "a\r\nX-Evil: 1"}, Verdict.TRANSIENT, "oauth.no_token"),
        ({**GOOD, "access_token": "x" * 20_000}, Verdict.TRANSIENT, "oauth.no_token"),
        ({**GOOD, "access_token": {"a": 1}}, Verdict.TRANSIENT, "oauth.no_token"),
        ({**GOOD, "token_type": "mac"}, Verdict.TRANSIENT, "oauth.token_type"),
        ([GOOD], Verdict.TRANSIENT, "oauth.not_json"),
    ],
)
def test_an_answer_of_200_may_still_be_a_refusal(found, verdict, code):
    refusal = answered(found)
    assert isinstance(refusal, Refusal)
    assert (refusal.verdict, refusal.code) == (verdict, code)


def test_html_is_named_and_a_redirect_is_not_followed():
    page = read(200, {"content-type": "text/html; charset=utf-8"}, b"<html>Sign in</html>", ASKED)
    assert (page.verdict, page.code) == (Verdict.TRANSIENT, "oauth.not_json")
    assert "text/html" in page.said
    led = read(302, {"Location": "http://169.254.169.254/"}, b"", ASKED)
    assert (led.verdict, led.code) == (Verdict.TRANSIENT, "oauth.redirect")
    assert "169.254" not in led.said


def test_a_form_is_read_where_the_provider_says_it_is_one():
    body = urlencode({"access_token": "at-1", "scope": "a,b", "token_type": "bearer"}).encode()
    token = read(200, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body, ASKED)
    assert (token.access_token, token.granted) == ("at-1", ("a", "b"))


def test_scopes_that_were_not_given_are_noticed_and_none_named_means_all():
    assert answered({**GOOD, "scope": "b c"}).lost == ("a",)
    assert answered({**GOOD, "scope": ""}).lost == ()
    assert answered({**GOOD, "scope": ["a"]}).lost == ("b",)


def test_a_refresh_that_gives_the_old_token_back_is_noticed():
    old = {**GOOD, "access_token": "at-0"}
    assert answered(old).same
    assert not stale(answered(old)), "it says that it lives for another hour"
    assert stale(answered({**old, "expires_in": 30}))
    assert stale(answered({**old, "expires_in": None}))
    assert not stale(answered({**GOOD, "expires_in": None}))


def test_no_secret_comes_back_in_a_sentence():
    said = answered({"error": "invalid_grant", "error_description": "rt-0 of client-secret \x1b[1m is bad"}, 400)
    assert said.said == "The provider gives no token (invalid_grant): *** of *** [1m is bad"
    echoed = answered({"error": "client-secret"}, 400)
    assert "client-secret" not in echoed.code + echoed.said


@given(status=st.integers(100, 599), found=st.dictionaries(st.sampled_from([*GOOD, "error", "ok", "message"]), values),
       kind=st.sampled_from(["application/json", "text/html", "application/x-www-form-urlencoded", ""]))  # fmt: skip
def test_whatever_is_answered_it_is_a_token_or_a_refusal_by_its_status(status, found, kind):
    got = read(status, {"content-type": kind}, orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS, default=str), ASKED)
    if status in PASSING or status >= 500 or 300 <= status < 400:
        assert isinstance(got, Refusal)
        assert got.verdict is Verdict.TRANSIENT
    elif status >= 400:
        assert isinstance(got, Refusal)
        assert got.verdict is Verdict.PERMANENT
    if isinstance(got, Token):
        assert got.access_token.isascii()
        assert got.lifetime_s is None or 0 < got.lifetime_s <= LONGEST_S
        assert set(got.lost) == set(ASKED.scopes) - set(got.granted)


@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded"]))
def test_no_bytes_break_the_reading(body, kind):
    assert isinstance(read(200, {"Content-Type": kind}, body, ASKED), Token | Refusal)
