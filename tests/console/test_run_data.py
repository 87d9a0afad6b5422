"""The data of a run's steps: how they differ, what is copied of them, why a step has none, and large ones by pages."""

import json
import re
import shlex
from html import unescape

import pytest

from studio.console.run_page import copying

INPUT = {
    "url": "https://erp.example.com/refunds?shop=north", "query": {"order": "#60 21"},
    "headers": {"X-Api-Key": "k", "X-Shop": "n"},
    "body": {"total": 4}, "auth": "bearer", "secret": "erp", "method": "POST", "body_kind": "json",
}  # fmt: skip


def test_a_call_is_copied_without_what_it_signed_in_with():
    text = copying.call("action.http", INPUT, "key-1")
    words = shlex.split(text)
    assert words[:4] == ["curl", "-X", "POST", "https://erp.example.com/refunds?shop=north&order=%2360+21"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "-H"] == [
        "x-api-key: $SECRET", "x-shop: n", "content-type: application/json", "idempotency-key: key-1",
        "Authorization: Bearer $SECRET",
    ]  # fmt: skip
    assert '"$SECRET"' in text
    assert json.loads(words[-1]) == {"total": 4}


@pytest.mark.parametrize("value", [None, [], {"url": 1}, {"url": "https://x", "body": "y" * 30_000}])
def test_what_is_no_call_or_too_long_a_one_is_not_offered(value):
    assert copying.call("action.http", value, None) is None
    assert copying.call("data.set", INPUT, None) is None


@pytest.mark.parametrize("said", ["'; rm -rf ~; '", "$(id)", "`id`", '"', "\n$SECRET"])
def test_what_a_shop_sent_stays_one_word_of_the_shell(said):
    call = copying.call("action.http", INPUT | {"headers": {"x": said}, "body": said, "body_kind": "text"}, None)
    assert (f"x: {said}" in shlex.split(call)) or said.endswith("$SECRET")
    assert shlex.split(call)[-1] == said
    trial = shlex.split(copying.test("https://s/test-runs", "hook", {"name": said}))
    assert json.loads(trial[-1]) == {"trigger": "hook", "sample": {"name": said}}


def test_a_step_that_did_not_run_says_why(browser, looped):
    page = unescape(browser.get(f"/runs/{looped(3)}?step=last").text)
    assert "Why this did not run" in page
    assert "The run ended at “Inner” before it came here." in page


def test_what_it_gave_is_compared_with_what_it_was_set_up_with(browser, looped):
    run_id = looped(1, input={"a": 1, "b": {"c": 2}}, output={"a": 1, "b": {"c": 3}, "d": None})
    page = unescape(browser.get(f"/runs/{run_id}?step=inner.0").text)
    assert "1 is alike, 2 differ" in page
    assert re.search(r'b\.c</td><td class="mono"><del>2</del></td><td class="mono"><ins>3</ins>', page)


def test_large_data_are_read_page_by_page_and_searched(browser, looped):
    large = {"lines": [{"sku": f"SKU-{number}", "text": "x" * 2_000} for number in range(120)]}
    page = browser.get(f"/runs/{looped(1, output=large)}?step=inner.0").text
    assert len(page) < 100_000
    link = unescape(re.search(r'href="([^"]*/data/view[^"]*)"', page)[1])
    top = browser.get(link).text
    assert "120 entries" in top
    second = browser.get(f"{link}&at=/lines&from=50").text
    assert "Entries 51 to 100 of 120" in second
    found = unescape(browser.get(f"{link}&q=sku-119").text)
    assert "lines / 119 / sku" in found
    assert "Nothing here holds that." in browser.get(f"{link}&q=sku-120").text
    for odd in ("at=/lines/120", "at=x/y", "at=/lines/0/sku/x"):
        assert browser.get(f"{link}&{odd}").status_code == 404
