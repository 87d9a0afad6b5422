"""No address leads inside, however it is written, resolved or redirected."""

import socket
import threading
import time

import pytest
from urllib3.util import connection as urllib3_connection

from studio.core.http import HttpClient, HttpError, HttpRequest

INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://2852039166/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "https://127.0.0.1/",
]
MISREAD = [
    "http://LOCALHOST./",
    "https://①②⑦.⓪.⓪.①/",
    "http://shop.example.com@127.0.0.1/",
    "http://user:password@shop.example.com/",
    "http://127.0.0.1\\@shop.example.com/",
    "http://shop.example.com\\.127.0.0.1/",
    "http://127.0.0.1 .example.com/",
    "http://127.0.0.1\t/",
    "http://shop.example.com/\r\nHost: other",
    "ftp://shop.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "//127.0.0.1/",
    "127.0.0.1",
    "http://",
    "http:///path",
    "http://[::1/",
    "http://shop.example.com:99999/",
    "http://shop.example.com:port/",
    "",
]


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    """Where a connection was tried; none is made."""
    tried = []

    def refuse(address, *_args, **_kwargs):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3_connection, "create_connection", refuse)
    return tried


def failure(url, *allowed, **more):
    with pytest.raises(HttpError) as caught:
        HttpClient(allowed).send(HttpRequest("GET", url, **more))
    return caught.value


@pytest.mark.parametrize("url", INSIDE)
def test_an_inner_address_is_not_called(url, connected):
    error = failure(url)
    assert (error.code, error.seen, error.field) == ("http.refused_address", False, "url")
    assert connected == []


@pytest.mark.parametrize("url", MISREAD)
def test_what_can_be_read_in_two_ways_is_refused(url, connected):
    error = failure(url)
    assert error.code in ("http.url", "http.refused_address", "http.dns")
    assert (error.seen, connected) == (False, [])


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 5432])
def test_other_ports_are_for_listed_hosts(port, connected):
    assert failure(f"http://93.184.216.34:{port}/").code == "http.refused_address"
    assert connected == []
    assert failure(f"http://93.184.216.34:{port}/", "93.184.216.34").code == "http.connect"
    assert connected == [("93.184.216.34", port)]


def resolve_to(monkeypatch, *answers):
    """A resolver whose answer changes from one question to the next."""
    left = list(answers)

    def resolve(host, port, *_args, **_kwargs):
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port or 0)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_name_that_rebinds_is_asked_once_and_pinned(monkeypatch, connected):
    resolve_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    assert failure("http://rebind.example.com/").code == "http.connect"
    assert connected == [("93.184.216.34", 80)]
    assert failure("http://rebind.example.com/").code == "http.refused_address"


def test_one_inner_address_among_several_is_enough(monkeypatch, connected):
    resolve_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    assert failure("http://both.example.com/").code == "http.refused_address"
    assert connected == []


def test_a_name_that_nobody_knows(monkeypatch):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure("http://nobody.example.com/")
    assert (error.code, error.seen, error.retryable) == ("http.dns", False, True)


@pytest.mark.parametrize(
    ("allowed", "url", "open_"),
    [
        ("127.0.0.1", "http://127.0.0.1:9/", True),
        ("127.0.0.1:9", "http://127.0.0.1:9/", True),
        ("127.0.0.1:9", "http://127.0.0.1:10/", False),
        ("127.0.0.1:9", "http://127.0.0.1/", False),
        ("127.0.0.1", "http://127.0.0.10/", False),
        ("localhost", "http://LocalHost:9/", True),
        ("example.com", "http://localhost.example.com.localhost:9/", False),
        ("[::1]:9", "http://[::1]:9/", True),
        ("::1", "http://[::1]:9/", True),
    ],
)
def test_the_operator_s_list_is_exact(allowed, url, open_, connected):
    failure(url, allowed)
    assert bool(connected) is open_


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_is_taken_from_the_environment(monkeypatch, variable, connected):
    monkeypatch.setenv(variable, "http://127.0.0.1:3128")
    failure("http://93.184.216.34/")
    assert connected == [("93.184.216.34", 80)]


@pytest.mark.parametrize("method", ["", "get", "GET /x HTTP/1.1\r\nX: y", "G T"])
def test_a_method_that_is_none(method, connected):
    with pytest.raises(HttpError, match="method"):
        HttpClient().send(HttpRequest(method, "http://93.184.216.34/"))


def test_a_header_cannot_smuggle_another():
    error = failure("http://93.184.216.34/", headers={"X-A": "b\r\nX-Evil: 1"})
    assert (error.code, error.seen) == ("http.url", False)


def test_a_resolver_that_does_not_answer_holds_nobody_past_the_deadline(monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers.wait(30) and [])
    begun = time.monotonic()
    with pytest.raises(HttpError) as caught:
        HttpClient().send(HttpRequest("POST", "https://slow.example/", timeout_s=0.3))
    answers.set()
    assert time.monotonic() - begun < 5
    assert (caught.value.code, caught.value.seen, caught.value.retryable) == ("http.timeout", False, True)
