"""Deliveries are believed only with the right secret over the very bytes that came."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from studio.core.signatures import SCHEMES, SignatureError, Verified, verify

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
WHSEC = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = b'{"id": 1, "total": "420.00"}'


def mac(message, secret="s3cret"):
    return hmac.new(secret.encode(), message, hashlib.sha256)


def signed(scheme, secret="s3cret", at=AT, body=BODY):
    """Headers as the sender of each scheme writes them."""
    if scheme == "standard-webhooks":
        moment = datetime.fromtimestamp(int(at), UTC)
        return {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": at,
            "Webhook-Signature": Webhook(WHSEC).sign("msg_1", moment, body.decode()),
        }
    if scheme == "shopify":
        value = base64.b64encode(mac(body, secret).digest()).decode()
        return {"X-Shopify-Hmac-Sha256": value, "X-Shopify-Webhook-Id": "wh-1"}
    if scheme == "stripe":
        return {"Stripe-Signature": f"t={at},v1={mac(f'{at}.'.encode() + body).hexdigest()},v0=ff"}
    if scheme == "slack":
        value = mac(f"v0:{at}:".encode() + body, secret).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={value}"}
    if scheme == "github":
        value = mac(body, secret).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={value}", "X-GitHub-Delivery": "gh-1"}
    return {"X-Signature": mac(body, secret).hexdigest()}


def secret_of(scheme):
    return WHSEC if scheme == "standard-webhooks" else "s3cret"


def check(scheme, headers, *, body=BODY, secrets=None, now=NOW):
    secrets = [secret_of(scheme)] if secrets is None else secrets
    return verify(scheme, headers, body, secrets, now=now)


def refusal(*args, **kwargs):
    with pytest.raises(SignatureError) as caught:
        check(*args, **kwargs)
    return caught.value.code


IDS = {"standard-webhooks": "msg_1", "shopify": "wh-1", "github": "gh-1"}
TIMED = ("standard-webhooks", "stripe", "slack")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_right_secret_is_believed(scheme):
    assert check(scheme, signed(scheme)).delivery_id == IDS.get(scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_changed_body_is_not(scheme):
    assert refusal(scheme, signed(scheme), body=BODY + b" ") == "signature.wrong"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_secret_nothing_is_believed(scheme):
    for secrets in ([], [""]):
        assert refusal(scheme, signed(scheme, ""), secrets=secrets) == "signature.no_secret"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_signature_nothing_is_believed(scheme):
    assert refusal(scheme, {}) == "signature.missing"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_any_of_several_secrets_will_do(scheme):
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    assert check(scheme, signed(scheme), secrets=[other, secret_of(scheme)])
    assert refusal(scheme, signed(scheme), secrets=[other]) == "signature.wrong"


@pytest.mark.parametrize("scheme", TIMED)
@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_and_future_deliveries_are_not_believed(scheme, minutes):
    late = NOW + timedelta(minutes=minutes)
    assert refusal(scheme, signed(scheme), now=late) == "signature.expired"
    assert check(scheme, signed(scheme), now=NOW + timedelta(minutes=minutes * 0.8))


@given(scheme=st.sampled_from(SCHEMES), data=st.data())
def test_rubbish_in_the_headers_is_refused_not_crashed_on(scheme, data):
    headers = signed(scheme)
    name = data.draw(st.sampled_from(sorted(headers)))
    value = data.draw(st.text() | st.sampled_from(["v1,@@@", "t=,v1=", "v0=zz", "sha256=é", "="]))
    code = None
    try:
        check(scheme, headers | {name: value})
    except SignatureError as error:
        code = error.code
    assert code is not None or name in ("X-Shopify-Webhook-Id", "X-GitHub-Delivery")


def test_a_list_of_signatures_may_hold_unknown_versions():
    headers = signed("standard-webhooks")
    right = headers["Webhook-Signature"]
    listed = headers | {"Webhook-Signature": f"v1a,xyz v1,{base64.b64encode(b'x').decode()} {right}"}
    assert check("standard-webhooks", listed).delivery_id == "msg_1"


@pytest.mark.parametrize("prefix", ["", "sha256="])
@pytest.mark.parametrize("coding", ["hex", "base64"])
def test_the_generic_scheme_names_its_header(prefix, coding):
    code = mac(BODY).hexdigest() if coding == "hex" else base64.b64encode(mac(BODY).digest()).decode()
    headers = {"X-My-Sign": prefix + code}
    found = verify("hmac-sha256", headers, BODY, ["s3cret"], now=NOW, header="X-My-Sign")
    assert found == Verified(None)
    with pytest.raises(SignatureError):
        verify("hmac-sha256", headers, BODY, ["other"], now=NOW, header="X-My-Sign")


def test_a_recorded_delivery_is_known_by_its_bytes_where_they_carry_a_time():
    again = str(int(AT) + 1)
    for scheme in SCHEMES:
        first, second = check(scheme, signed(scheme)), check(scheme, signed(scheme))
        assert first == second
        assert (first.once is None) == (scheme not in TIMED)
        if scheme in TIMED:
            assert check(scheme, signed(scheme, at=again)).once != first.once
