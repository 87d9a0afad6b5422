"""Each check has a document that it finds fault with and one, much like it, that it does not; and what mends does."""

import re
from pathlib import Path

import pytest

import studio.runtime.checks
from studio.joining import load_node_types
from studio.runtime.checks import check
from studio.runtime.document import dump, load, mended
from tests.runtime.graphs import flow, hook, step

load_node_types()
IF = step("large", "condition.if", condition="trigger.order.total > 400.0")
EURO = step("euro", "condition.if", condition='trigger.currency == "EUR"')
EACH = step("each", "flow.for_each", items="[1]")
CALL = step("call", "action.http", url="https://shop.test/")
ONCE = {**CALL, "retry": None}
SHOP = step("changed", "connection.event", connection="main", event="product.changed", filter=None)
PRICE = step("price", "connection.action", connection="main", action="vendure.price", input={})
FOREVER = {**step("wait", "flow.wait_signal"), "config": {"name": "parcel", "key": "1"}}
SIGNAL = {**FOREVER, "config": {**FOREVER["config"], "timeout_s": 60}}
JOIN = step("both", "flow.join", mode="count", count=2)
READS = step("b", fields=[{"name": "x", "value": "steps.a.done"}])


def proof(**config):
    return step("ask", "guard.step_up", who="starter", summary="Refund", **config)


def newer(key):
    return {**step(key), "version": 999}


EXAMPLES = {
    "document.unknown_type": (
        flow([hook(), step("a", "gone.type", x=1)], "hook>a"), flow([hook(), step("a")], "hook>a")),
    "document.unknown_version": (flow([hook(), newer("a")], "hook>a"), flow([hook(), step("a")], "hook>a")),
    "graph.no_trigger": (flow([step("a")]), flow([hook(), step("a")], "hook>a")),
    "graph.into_trigger": (flow([hook(), step("a")], "hook>a", "a>hook"), flow([hook(), step("a")], "hook>a")),
    "graph.trigger_in_loop": (
        flow([hook(), EACH, {**hook(), "key": "inner", "parent": "each"}], "hook>each"),
        flow([hook(), EACH], "hook>each")),
    "graph.parent_no_loop": (
        flow([hook(), step("a"), step("b", parent="a")], "hook>a"),
        flow([hook(), EACH, step("b", parent="each")], "hook>each", "each.each>b")),
    "graph.parent_circle": (
        flow([hook(), {**EACH, "parent": "inner"}, step("inner", "flow.for_each", "each", items="[1]")]),
        flow([hook(), EACH, step("inner", "flow.for_each", "each", items="[1]")], "hook>each", "each.each>inner")),
    "graph.duplicate_edge": (flow([hook(), step("a")], "hook>a", "hook>a"), flow([hook(), step("a")], "hook>a")),
    "graph.unknown_port": (
        flow([hook(), IF, step("a")], "hook>large", "large.maybe>a"),
        flow([hook(), IF, step("a")], "hook>large", "large.true>a")),
    "graph.crosses_loop": (
        flow([hook(), EACH, step("a", parent="each"), step("z")], "hook>each", "each.each>a", "a>z"),
        flow([hook(), EACH, step("a", parent="each"), step("z")], "hook>each", "each.each>a", "each.done>z")),
    "graph.join_rule": (
        flow([hook(), {**step("a"), "join": {"mode": "count", "count": 1}}], "hook>a"),
        flow([hook(), {**step("a"), "join": {"mode": "any"}}], "hook>a")),
    "graph.join_count": (
        flow([hook(), JOIN], "hook>both"),
        flow([hook(), step("a"), step("b"), JOIN], "hook>a", "hook>b", "a>both", "b>both")),
    "graph.join_never": (
        flow([hook(), IF, step("a"), step("b"), JOIN], "hook>large", "large.true>a", "large.false>b", "a>both",
             "b>both"),
        flow([hook(), IF, step("a"), step("b"), JOIN], "hook>large", "hook>b", "large.true>a", "a>both", "b>both")),
    "graph.cycle": (
        flow([hook(), step("a"), step("b")], "hook>a", "a>b", "b>a"),
        flow([hook(), step("a"), step("b")], "hook>a", "a>b")),
    "graph.unreachable": (flow([hook(), step("a")]), flow([hook(), step("a")], "hook>a")),
    "graph.empty_loop": (
        flow([hook(), EACH], "hook>each"), flow([hook(), EACH, step("a", parent="each")], "hook>each", "each.each>a")),
    "graph.dead_end": (
        flow([hook(), IF], "hook>large"), flow([hook(), IF, step("a")], "hook>large", "large.false>a")),
    "graph.late_nowhere": (
        flow([hook(), proof(), step("a"), step("no")], "hook>ask", "ask.proven>a", "ask.refused>no"),
        flow([hook(), proof(), step("a"), step("no")], "hook>ask", "ask.proven>a", "ask.expired>no")),
    "effect.no_retry": (flow([hook(), ONCE], "hook>call"), flow([hook(), CALL], "hook>call")),
    "feed.itself": (
        flow([SHOP, PRICE], "changed>price"),
        flow([SHOP, step("dear", "condition.if", condition='trigger.connection == "x"'), PRICE], "changed>dear",
             "dear.true>price")),
    "reference.not_before": (flow([hook(), READS, step("a")], "hook>b", "b>a"),
                             flow([hook(), READS, step("a")], "hook>a", "a>b")),
    "reference.may_not_have_run": (
        flow([hook(), IF, step("a"), READS], "hook>large", "large.true>a", "a>b", "large.false>b"),
        flow([hook(), step("a"), READS], "hook>a", "a>b")),
}  # fmt: skip
"""By code: a document that has the problem, and one that has not."""
ELSEWHERE = {"document.not_upgraded"}
"""Needs a type that has gone through versions: tests/contract/test_node_types.py has them."""
SAID = re.compile(r'"((?:document|graph|effect|feed|reference)\.[a-z_]+)"')


def found(document, code):
    return [problem for problem in check(document) if problem.code == code]


def test_every_check_is_shown():
    folder = Path(studio.runtime.checks.__file__).parent
    said = {code for file in folder.rglob("*.py") for code in SAID.findall(file.read_text("utf-8"))}
    assert said == EXAMPLES.keys() | ELSEWHERE


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_check_finds_what_it_is_for_and_nothing_else(code):
    failing, passing = EXAMPLES[code]
    assert found(failing, code)
    assert not found(passing, code)


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_mends_a_problem_takes_it_away_and_brings_no_other(code):
    """Each fix alone: what else is wrong stays as it is."""
    failing, _ = EXAMPLES[code]
    before = dump(failing)
    for problem in found(failing, code):
        if problem.fix is None:
            continue
        after = check(load(mended(before, problem.fix)))
        known = {(one.code, one.node) for one in check(failing)} - {(code, problem.node)}
        assert {(one.code, one.node) for one in after if one.severity == "error"} <= known, problem
        assert len([one for one in after if one.code == code]) < len(found(failing, code))
        assert dump(failing) == before


@pytest.mark.parametrize(("condition", "mended_to"), [
    ("trigger.currency == EUR", 'trigger.currency == "EUR"'),
    ("trigger.currency in [EUR, CHF]", 'trigger.currency in ["EUR", "CHF"]'),
    ("trigger.tags.contains(vip)", 'trigger.tags.contains("vip")'),
    ("order.total > 4", None),
    ("order[0] > 4", None),
])  # fmt: skip
def test_a_word_alone_was_meant_as_a_text_and_the_beginning_of_a_path_was_not(condition, mended_to):
    euro = EURO | {"config": {"condition": condition}}
    first, *_ = found(flow([hook(), euro, step("a")], "hook>euro", "euro.true>a"), "expression.unknown_path")
    assert (first.fix.edits[0].value if first.fix else None) == mended_to
    euro["config"]["condition"] = mended_to or condition
    after = found(flow([hook(), euro, step("a")], "hook>euro", "euro.true>a"), "expression.unknown_path")
    assert first.span not in [one.span for one in after] or mended_to is None


def test_words_in_the_cases_of_a_switch_are_put_in_quotes_each_by_its_own():
    """Also where they stand in what is asked of the entries of a list."""
    conditions = ["trigger.lines.exists(entry, entry.sku == MUG)", "trigger.currency == EUR"]
    cases = [{"label": one[:20], "condition": one} for one in conditions]
    document = flow([hook(), step("way", "condition.switch", cases=cases), step("a")], "hook>way", "way.other>a")
    first, second = (one for one in found(document, "expression.unknown_path") if one.fix)
    after = load(mended(mended(dump(document), second.fix), first.fix))
    assert [case["condition"] for case in after.nodes[1].config["cases"]] == [
        'trigger.lines.exists(entry, entry.sku == "MUG")', 'trigger.currency == "EUR"',
    ]  # fmt: skip
    assert not [one for one in found(after, "expression.unknown_path") if one.fix]


def test_lateness_goes_where_a_no_goes():
    """And where that leads nowhere, it is left to people."""
    (problem,) = found(EXAMPLES["graph.late_nowhere"][0], "graph.late_nowhere")
    assert problem.fix.title == "Go on as after “said no”"
    assert [edit.edge for edit in problem.fix.edits] == [{"from": "ask", "port": "expired", "to": "no"}]
    (problem,) = found(flow([hook(), SIGNAL, step("a")], "hook>wait", "wait.received>a"), "graph.late_nowhere")
    assert problem.fix is None
    assert not found(flow([hook(), FOREVER, step("a")], "hook>wait", "wait.received>a"), "graph.late_nowhere")


def test_a_workflow_that_asks_at_its_trigger_does_not_start_itself():
    asked = {**SHOP, "config": {**SHOP["config"], "filter": "trigger.product.enabled"}}
    assert not found(flow([asked, PRICE], "changed>price"), "feed.itself")
    other = {**SHOP, "config": {**SHOP["config"], "connection": "second"}}
    assert not found(flow([other, PRICE], "changed>price"), "feed.itself")
