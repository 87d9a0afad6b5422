"""Lists that come page by page."""

import pytest

from studio.contract.node import registry
from studio.contract.results import Done, Fail
from studio.core.errors import InvalidInput
from studio.runtime.checks import check
from studio.runtime.document import load
from studio.runtime.http_call.pages import linked
from tests.fakes.node_world import World


def read(target, **config):
    world = World({"since": "2026-03-01"})
    world.secrets.values["erp"] = "s3cret"
    return world.start("action.http_pages", {"url": f"{target.url}/products", **config})


def queries(target):
    return [request.query for request in target.requests]


def test_by_the_header_link(http_target):
    http_target.answer(json_body=[1, 2], headers={"Link": '</products?at=2&x=1>; rel="next", </products>; rel="first"'})
    http_target.answer(json_body=[3], headers={"Link": '</products>; rel="prev"'})
    query = {"since": "{{ trigger.since }}"}
    done = read(http_target, query=query, auth="bearer", secret="erp", headers={"X-Shop": "n"})
    assert isinstance(done, Done)
    assert done.output == {"items": [1, 2, 3], "count": 3, "pages": 2, "more": False}
    assert queries(http_target) == [{"since": ["2026-03-01"]}, {"at": ["2"], "x": ["1"]}]
    assert {one.headers["authorization"] for one in http_target.requests} == {"Bearer s3cret"}
    assert {(one.method, one.headers["x-shop"]) for one in http_target.requests} == {("GET", "n")}


def test_by_a_cursor_in_the_page(http_target):
    http_target.answer(json_body={"data": [{"id": 1}], "next": "a b"})
    http_target.answer(json_body={"data": [{"id": 2}], "next": None})
    how = {"pages": "cursor", "next": "page.next", "parameter": "cursor", "entries": "page.data"}
    done = read(http_target, query={"limit": "1"}, **how)
    assert done.output["items"] == [{"id": 1}, {"id": 2}]
    assert queries(http_target) == [{"limit": ["1"]}, {"limit": ["1"], "cursor": ["a b"]}]


def test_by_an_address_in_the_page(http_target):
    http_target.answer(json_body={"data": [1], "links": {"next": f"{http_target.url}/products/2"}})
    http_target.answer(json_body={"data": [2], "links": {"next": ""}})
    done = read(http_target, pages="address", next="page.links.next", entries="page.data")
    assert done.output["items"] == [1, 2]
    assert [one.path for one in http_target.requests] == ["/products", "/products/2"]


@pytest.mark.parametrize(
    ("how", "asked"),
    [
        ({"pages": "number", "parameter": "page"}, ["1", "2", "3"]),
        ({"pages": "number", "parameter": "page", "first": 0}, ["0", "1", "2"]),
        ({"pages": "offset", "parameter": "page"}, ["0", "2", "3"]),
    ],
)
def test_by_counting_until_a_page_is_empty(http_target, how, asked):
    for page in ([1, 2], [3], []):
        http_target.answer(json_body=page)
    assert read(http_target, **how).output == {"items": [1, 2, 3], "count": 3, "pages": 3, "more": False}
    assert [one["page"] for one in queries(http_target)] == [[number] for number in asked]


def test_it_ends_at_its_bound_and_says_that_there_is_more(http_target):
    http_target.always(json_body=[1])
    done = read(http_target, pages="number", most_pages=2)
    assert done.output == {"items": [1, 1], "count": 2, "pages": 2, "more": True}
    assert len(http_target.requests) == 2


def test_a_page_that_names_itself_is_no_endless_list(http_target):
    http_target.always(json_body=[1], headers={"Link": '</products>; rel="next"'})
    failed = read(http_target)
    assert isinstance(failed, Fail)
    assert (failed.code, len(http_target.requests)) == ("http.page_loop", 1)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/x", "//evil.example/x", "http://127.0.0.1:1/x", "http://127.0.0.1:x/", "file:///e"],
)
def test_what_it_signs_in_with_goes_nowhere_else(http_target, elsewhere):
    http_target.answer(json_body=[1], headers={"Link": f"<{elsewhere}>; rel=next"})
    with pytest.raises(InvalidInput) as refused:
        read(http_target, auth="bearer", secret="erp")
    assert refused.value.code == "http.other_host"
    assert len(http_target.requests) == 1


def test_a_refusal_on_the_way_gives_nothing(http_target):
    http_target.answer(json_body=[1])
    http_target.answer(503)
    failed = read(http_target, pages="number")
    assert (failed.code, failed.retryable) == ("http.status_503", True)


@pytest.mark.parametrize("page", [{"data": None}, {"data": "x"}])
def test_a_page_without_a_list_is_said(http_target, page):
    http_target.answer(json_body=page)
    failed = read(http_target, entries="page.data")
    assert (failed.code, failed.field) == ("http.page_items", "config.entries")


def test_too_much_is_not_kept_in_part(http_target):
    http_target.always(json_body=["x" * 1_000_000])
    failed = read(http_target, pages="number")
    assert (failed.code, len(http_target.requests)) == ("http.pages_large", 3)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<https://a/2>; rel=next", "https://a/2"),
        ('<https://a/1>; rel="prev", <https://a/3>; title="x, y"; rel="last next"', "https://a/3"),
        ("<https://a/2>; rel=nextish", None),
        ('<https://a/2>; rel="prev"', None),
        ("", None),
    ],
)
def test_the_header_link_as_its_specification_has_it(value, found):
    assert linked({"Link": value}) == found


def test_reading_again_needs_no_look():
    assert registry["action.http_pages"].is_keyed({})


def test_its_expressions_see_the_page_and_publishing_knows_it():
    hook = {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"sample": {"a": 1}}}
    config = {"url": "https://erp.example.com", "pages": "cursor", "entries": "page.data", "next": "pages.next"}
    read_all = {"key": "all", "type": "action.http_pages", "name": "All", "config": config, "retry": {"attempts": 3}}
    edges = [{"from": "hook", "port": "next", "to": "all"}]
    problems = check(load({"schema": "studio.workflow/1", "name": "T", "nodes": [hook, read_all], "edges": edges}))
    assert [(one.code, one.field) for one in problems] == [("expression.unknown_path", "config.next")]
