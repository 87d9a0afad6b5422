"""Real connections: what goes out, what comes back, and every way in which it does not."""

import gzip
import json
import socket
import time
import zlib

import pytest

from studio.core.http import HttpClient, HttpError, HttpRequest
from tests.core.http.hostile import hostile, reset
from tests.servers.http_target import HttpTarget

CLIENT = HttpClient(["127.0.0.1", "localhost"])
OK = b"HTTP/1.1 200 OK\r\n"


def send(port, method="GET", **more):
    return CLIENT.send(HttpRequest(method, f"http://127.0.0.1:{port}/", **more))


def failure(port, method="GET", **more):
    with pytest.raises(HttpError) as caught:
        send(port, method, **more)
    return caught.value


def test_a_request_goes_out_whole(http_target: HttpTarget):
    http_target.answer(201, json_body={"id": 7}, headers={"X-Shop": "one"})
    response = CLIENT.send(
        HttpRequest(
            "POST",
            f"{http_target.url}/refunds?a=1",
            {"Content-Type": "application/json", "Idempotency-Key": "k", "host": "evil",
             "Transfer-Encoding": "chunked", "Content-Length": "3"},
            json.dumps({"amount": "420.00"}).encode(),
        )
    )  # fmt: skip
    seen = http_target.wait_for(1)
    assert (seen.method, seen.path, seen.query) == ("POST", "/refunds", {"a": ["1"]})
    assert seen.json() == {"amount": "420.00"}
    assert seen.headers["idempotency-key"] == "k"
    assert seen.headers["host"] == f"127.0.0.1:{http_target.port}"
    assert "transfer-encoding" not in seen.headers
    assert "x-forwarded-for" not in seen.headers
    assert (response.status, json.loads(response.body)) == (201, {"id": 7})
    assert response.headers["X-Shop"] == "one"
    assert 0 < response.elapsed_s < 5


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer(http_target: HttpTarget, status):
    http_target.answer(status, headers={"Location": "http://169.254.169.254/"})
    assert CLIENT.send(HttpRequest("GET", http_target.url)).status == status
    assert len(http_target.requests) == 1


def test_cookies_do_not_pass_from_one_request_to_the_next(http_target: HttpTarget):
    http_target.always(headers={"Set-Cookie": "session=1; Path=/"})
    for _ in range(2):
        CLIENT.send(HttpRequest("GET", http_target.url))
    assert "cookie" not in http_target.requests[1].headers


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw"])
def test_packed_answers_are_unpacked(http_target: HttpTarget, coding):
    packed = {"gzip": gzip.compress(b"a") + gzip.compress(b"b"), "deflate": zlib.compress(b"ab")}
    raw = zlib.compressobj(wbits=-15)
    body = packed.get(coding) or raw.compress(b"ab") + raw.flush()
    name = "deflate" if coding == "raw" else coding
    http_target.answer(headers={"Content-Encoding": name}, body=body)
    assert CLIENT.send(HttpRequest("GET", http_target.url)).body == b"ab"


def test_a_bomb_is_stopped_at_the_cap(http_target: HttpTarget):
    bomb = gzip.compress(b"\0" * 200_000_000, 9)
    http_target.answer(headers={"Content-Encoding": "gzip"}, body=bomb)
    error = failure(http_target.port, max_bytes=500_000)
    assert (error.code, error.seen) == ("http.too_large", True)


def test_a_body_that_is_not_packed_as_it_says(http_target: HttpTarget):
    http_target.answer(headers={"Content-Encoding": "gzip"}, body=b"plain")
    assert failure(http_target.port).code == "http.bad_answer"
    http_target.answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"x" * 99)[:-9])
    assert failure(http_target.port).code == "http.bad_answer"


def test_a_body_just_at_the_cap_passes_and_one_more_byte_does_not(http_target: HttpTarget):
    http_target.always(body=b"x" * 1000)
    assert len(send(http_target.port, max_bytes=1000).body) == 1000
    assert failure(http_target.port, max_bytes=999).code == "http.too_large"


def test_an_endless_body_is_cut_at_the_cap():
    def flood(connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    with hostile(flood) as port:
        assert failure(port, max_bytes=100_000).code == "http.too_large"


@pytest.mark.parametrize("beginning", [b"", OK + b"X-Slow: ", OK + b"\r\n"])
def test_dripping_does_not_stretch_the_deadline(beginning):
    def drip(connection: socket.socket) -> None:
        connection.sendall(beginning)
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)

    with hostile(drip) as port:
        began = time.monotonic()
        error = failure(port, "POST", timeout_s=1)
        assert time.monotonic() - began < 3
        assert (error.code, error.seen, error.retryable) == ("http.timeout", True, True)


def test_a_silent_peer_costs_the_deadline_and_no_more():
    with hostile(lambda _connection: time.sleep(5)) as port:
        began = time.monotonic()
        error = failure(port, timeout_s=0.5)
        assert time.monotonic() - began < 2
        assert (error.code, error.seen) == ("http.timeout", True)


def test_a_silent_handshake_is_cut_too():
    with hostile(lambda _connection: time.sleep(5)) as port:
        began = time.monotonic()
        with pytest.raises(HttpError) as caught:
            CLIENT.send(HttpRequest("POST", f"https://127.0.0.1:{port}/", timeout_s=0.5))
        assert time.monotonic() - began < 2
        assert (caught.value.code, caught.value.seen) == ("http.timeout", False)


@pytest.mark.parametrize("headers", [b"X: " + b"y" * 1_000_000, b"\r\n".join(b"X-%d: y" % n for n in range(5000))])
def test_giant_headers_are_refused(headers):
    with hostile(lambda connection: connection.sendall(OK + headers + b"\r\n\r\n")) as port:
        error = failure(port, "POST")
        assert error.seen
        assert error.code == "http.broken"


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = failure(port, "POST")
    assert (error.code, error.seen, error.retryable) == ("http.connect", False, True)


def test_a_reset_after_the_request_leaves_the_outcome_unknown(http_target: HttpTarget):
    http_target.answer(reset=True)
    error = failure(http_target.port, "POST", body=b"x")
    assert (error.code, error.seen) == ("http.broken", True)
    assert error.may_have_arrived
    assert len(http_target.requests) == 1


def test_a_body_that_ends_early_is_no_answer():
    short = OK + b"Content-Length: 100\r\n\r\nabc"
    with hostile(lambda connection: connection.sendall(short)) as port:
        assert failure(port).code == "http.broken"


def test_rubbish_is_no_answer():
    with hostile(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n")) as port:
        assert failure(port).seen


def test_plain_text_where_tls_is_expected():
    with hostile(lambda connection: connection.sendall(OK + b"\r\n")) as port:
        with pytest.raises(HttpError) as caught:
            CLIENT.send(HttpRequest("GET", f"https://localhost:{port}/"))
        assert (caught.value.code, caught.value.seen) == ("http.tls", False)


def test_a_reset_in_the_handshake():
    with hostile(reset) as port, pytest.raises(HttpError) as caught:
        CLIENT.send(HttpRequest("GET", f"https://localhost:{port}/"))
    assert not caught.value.seen
