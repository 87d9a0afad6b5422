"""The requests of OAuth 2, what comes back with the browser, and where requests may go."""

import base64
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.oauth import protocol, returning
from studio.connectors.oauth.answers import Asked, Refusal, Token, Verdict
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.protocol import Client
from studio.connectors.oauth.returning import Denied, Granted
from studio.core.errors import InvalidInput
from studio.core.http import HttpClient

BACK = "https://studio.example.com/connections/callback"


def client(**more):
    given = {"client_id": "app", "client_secret": "s3:cr%t", "token_url": "https://id.example.com/token"}
    return Client(**{**given, "authorize_url": "https://id.example.com/auth?tenant=7", "scopes": ("a", "b"), **more})


def fields(request):
    return {name: value[0] for name, value in parse_qs(request.body.decode()).items()}


def test_the_authorize_address_carries_state_and_the_hash_of_the_verifier():
    verifier = protocol.new_verifier()
    made = client(extra={"access_type": "offline", "state": "theirs", "redirect_uri": "https://evil.example.com"})
    address = urlsplit(protocol.authorize_address(made, redirect_uri=BACK, state="st", verifier=verifier, nonce="n"))
    query = parse_qs(address.query)
    hashed = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert query == {
        "tenant": ["7"], "response_type": ["code"], "client_id": ["app"], "redirect_uri": [BACK], "scope": ["a b"],
        "state": ["st"], "code_challenge": [hashed], "code_challenge_method": ["S256"], "nonce": ["n"],
        "access_type": ["offline"],
    }  # fmt: skip
    assert 43 <= len(verifier) <= 128
    assert verifier not in address.geturl()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a:b@id.example.com/", "//id.example.com", "https://", ""]
)
def test_a_browser_is_sent_nowhere_odd(url):
    with pytest.raises(InvalidInput):
        protocol.authorize_address(client(authorize_url=url), redirect_uri=BACK, state="st", verifier="v")


def test_each_grant_is_asked_for_in_its_form():
    code = protocol.code_request(client(), "c0de", redirect_uri=BACK, verifier="ver")
    assert fields(code) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": BACK,
        "code_verifier": "ver",
    }
    kind, _, pair = code.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"app:s3%3Acr%25t")
    assert fields(protocol.refresh_request(client(client_auth="body"), "rt")) == {
        "grant_type": "refresh_token", "refresh_token": "rt", "client_id": "app", "client_secret": "s3:cr%t",
    }  # fmt: skip
    assert fields(protocol.own_request(client(separator=","))) == {"grant_type": "client_credentials", "scope": "a,b"}
    public = protocol.refresh_request(client(client_secret=""), "rt")
    assert fields(public) == {"grant_type": "refresh_token", "refresh_token": "rt", "client_id": "app"}
    assert "Authorization" not in public.headers
    ended = protocol.revoke_request(client(revoke_url="https://id.example.com/revoke"), "rt", "refresh_token")
    assert fields(ended) == {"token": "rt", "token_type_hint": "refresh_token"}


def test_what_the_browser_brings_back_is_a_code_or_a_reason():
    assert returning.read({"code": "c"}) == Granted("c")
    assert returning.read({"code": "c", "iss": "https://id"}, "https://id") == Granted("c")
    assert returning.read({"code": "c", "iss": "https://evil"}, "https://id") == Denied("other_issuer")
    said = returning.read({"error": "access_denied", "error_description": "No\x00 way"})
    assert said == Denied("access_denied", "No way")
    for code in ("", "x" * 5000, "a\n", "a\x7f"):
        assert returning.read({"code": code}) == Denied("malformed")


@given(st.dictionaries(st.sampled_from(["code", "error", "iss", "error_description"]), st.text(max_size=50)))
def test_no_way_back_breaks_the_reading(query):
    assert isinstance(returning.read(query, "https://id"), Granted | Denied)


def test_an_id_token_must_answer_this_sign_in():
    def made(**said):
        body = base64.urlsafe_b64encode(orjson.dumps(said)).rstrip(b"=").decode()
        return returning.claims(f"e30.{body}.c2ln")

    good = {"nonce": "n", "aud": "app", "iss": "https://id", "sub": "7"}
    ours = {"client_id": "app", "nonce": "n", "issuer": "https://id"}
    assert returning.fits(made(**good), **ours)
    assert returning.fits(made(**{**good, "aud": ["x", "app"]}), **ours)
    for wrong in ({"nonce": "other"}, {"nonce": None}, {"aud": "other"}, {"iss": "https://evil"}):
        assert not returning.fits(made(**{**good, **wrong}), **ours), wrong
    for none in ("", "a.b", "a.%%%.c", "a.bm90anNvbg.c", None, 7, "a.W10.c"):
        assert returning.claims(none) is None


@given(st.text(max_size=80))
def test_no_id_token_breaks_the_reading(text):
    assert returning.claims(text) is None or isinstance(returning.claims(text), dict)


def test_a_token_is_fetched_by_the_house_client_and_no_redirect_is_followed(http_target):
    here = client(token_url=f"{http_target.url}/token")
    exchange = Exchange(HttpClient([f"127.0.0.1:{http_target.port}"]).send)
    http_target.answer(json_body={"access_token": "at", "expires_in": 60}, headers={"Content-Type": "application/json"})
    token = exchange.token(protocol.own_request(here), Asked())
    assert isinstance(token, Token)
    assert http_target.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"
    http_target.answer(302, headers={"Location": f"{http_target.url}/inner"})
    assert exchange.token(protocol.own_request(here), Asked()).code == "oauth.redirect"
    http_target.answer(200, body=b"x" * 70_000)
    assert exchange.token(protocol.own_request(here), Asked()).code == "http.too_large"
    http_target.answer(reset=True)
    assert exchange.token(protocol.own_request(here), Asked()).verdict is Verdict.TRANSIENT
    assert [request.path for request in http_target.requests] == ["/token"] * 4


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "localhost"])
def test_no_token_address_leads_inside(host):
    refusal = Exchange(HttpClient().send).token(protocol.own_request(client(token_url=f"http://{host}/token")), Asked())
    assert isinstance(refusal, Refusal)
    assert (refusal.verdict, refusal.code) == (Verdict.TRANSIENT, "http.refused_address")
