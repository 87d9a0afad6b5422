"""Messages by an incoming webhook."""

import pytest

from studio.contract.node import registry
from studio.contract.results import Done, Fail
from studio.core.errors import InvalidInput, NotFound
from tests.fakes.node_world import World


def post(target, data=None, *, at="/services/T000/B000/XXXX", **config):
    world = World(data or {"name": "Anna"})
    world.secrets.values["team"] = f"{target.url}{at}"
    return world, lambda: world.start("action.chat", {"secret": "team", "text": "New order", **config})


def test_a_message_with_its_facts_and_a_link(http_target):
    http_target.answer(200, body=b"ok", headers={"Content-Type": "text/plain"})
    facts = [{"label": "Customer", "value": "{{ trigger.name }}"}]
    world, act = post(http_target, facts=facts, link="https://shop.example.com/o/1?a=1&b=2", link_text="Look at it")
    done = act()
    assert isinstance(done, Done)
    assert done.output == {"status": 200}
    [request] = http_target.requests
    assert (request.method, request.path) == ("POST", "/services/T000/B000/XXXX")
    assert request.json() == {"text": "New order\n*Customer:* Anna\n<https://shop.example.com/o/1?a=1&b=2|Look at it>"}
    assert world.secrets.asked == [("team", None), ("team", "127.0.0.1")]


@pytest.mark.parametrize("name", ["<!channel>", "<https://evil.example|Click>", "<@U123> & co", "a\n*Total:* 0"])
def test_what_comes_from_elsewhere_mentions_nobody_and_makes_no_line(http_target, name):
    _, act = post(http_target, {"name": name}, facts=[{"label": "By", "value": "{{ trigger.name }}"}])
    act()
    text = http_target.requests[0].json()["text"]
    assert "<" not in text
    assert text.count("\n") == 1


def test_its_address_is_hidden_and_bound_to_its_host(http_target):
    http_target.answer(404, body=b"no_service")
    world, act = post(http_target)
    failed = act()
    assert isinstance(failed, Fail)
    assert (failed.code, failed.retryable) == ("http.status_404", False)
    assert "XXXX" not in failed.message
    assert {f"{http_target.url}/services/T000/B000/XXXX", "/services/T000/B000/XXXX"} <= set(world.redacted)


def test_a_channel_that_is_busy_is_asked_again_later(http_target):
    http_target.answer(429, headers={"Retry-After": "7"})
    _, act = post(http_target)
    failed = act()
    assert (failed.retryable, failed.retry_after_s) == (True, 7.0)
    assert registry["action.chat"].is_keyed({})


@pytest.mark.parametrize("secret", ["xoxb-1234", "ftp://example.com/a", "https://example.com/a b", "https://"])
def test_a_secret_that_is_no_address_is_said(secret):
    world = World({})
    world.secrets.values["team"] = secret
    with pytest.raises(InvalidInput) as refused:
        world.start("action.chat", {"secret": "team", "text": "Hello"})
    assert (refused.value.code, refused.value.field) == ("chat.address", "config.secret")
    assert secret not in refused.value.message
    with pytest.raises(NotFound):
        world.start("action.chat", {"secret": "gone", "text": "Hello"})


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a.example/|x", "shop.example.com"])
def test_a_link_that_is_none_is_refused_and_nothing_is_posted(http_target, link):
    _, act = post(http_target, link=link)
    with pytest.raises(InvalidInput) as refused:
        act()
    assert refused.value.field == "config.link"
    assert http_target.requests == []


def test_a_test_run_shows_what_would_be_posted(http_target):
    world = World({"name": "Anna"})
    node = registry["action.chat"]
    config = node.Config(secret="team", text="Hello <b>")
    assert node().simulate(world.context(), config).note == "Simulated: Hello &lt;b&gt;"
    failed = node().simulate(world.context(), node.Config(secret="team", text="x", link="nowhere"))
    assert failed.code == "chat.link"
