"""What a backtest counts and compares, held to laws rather than examples."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.builder.backtest import facts
from studio.builder.backtest.comparing import NOTHING, Outcome, Parting, compare
from studio.builder.backtest.outcomes import Kind, What
from studio.builder.backtest.tally import MOST_ERRORS, OTHERS, Tally, from_json
from studio.contract import node
from tests.factories.backtests import Past

KEYS = st.sampled_from("abc")
PORTS = st.dictionaries(st.tuples(KEYS, st.sampled_from(["", "0", "1"])), st.sampled_from(["x", "y", None]), max_size=5)
OUTCOMES = st.builds(
    lambda ports, state: Outcome(True, state, None, ports, {place: {"n": place[0]} for place in ports if "a" in place}),
    PORTS, st.sampled_from(["succeeded", "failed"]),
)  # fmt: skip
SUMS = st.builds(
    lambda events, people, ports, amount: Tally(
        events=events, people=people, ports=ports, amounts={"ask": {"EUR": str(amount)}}
    ),
    st.integers(0, 99), st.dictionaries(KEYS, st.integers(1, 9)),
    st.dictionaries(KEYS, st.dictionaries(KEYS, st.integers(1, 9))), st.decimals(0, 999, places=2),
)  # fmt: skip


@given(st.lists(SUMS, max_size=6), st.integers(0, 6))
def test_batches_add_up_to_the_same_wherever_they_are_cut(parts, cut):
    def summed(some):
        total = Tally()
        for one in some:
            total.add(from_json(one.as_json()))
        return total

    halves = summed(parts[:cut])
    halves.add(summed(parts[cut:]))
    assert halves == summed(parts)


@given(OUTCOMES, OUTCOMES)
def test_an_outcome_is_the_same_as_itself_and_parts_at_the_same_step_both_ways(one, other):
    common, order = frozenset("abc"), "abc"
    assert compare(one, one, common, order).kind is Kind.SAME
    there, back = compare(one, other, common, order), compare(other, one, common, order)
    assert there.kind == back.kind
    if there.parting is not None and there.parting.what is not What.STATE:
        assert there.parting.node == back.parting.node
    assert compare(NOTHING, one, common, order).kind is Kind.NEWLY
    assert compare(one, NOTHING, common, order).kind is Kind.NO_LONGER


def test_a_new_data_step_is_no_difference_and_a_new_call_is_one():
    before = Outcome(True, "succeeded", None, {("a", ""): "next"})
    worked_out = replace(before, ports={("a", ""): "next", ("new", ""): "next"})
    called = replace(worked_out, sent={("new", ""): {}})
    assert compare(before, worked_out, frozenset("a"), ["a", "new"]).kind is Kind.SAME
    assert compare(before, called, frozenset("a"), ["a", "new"]).parting == Parting(What.STARTED, "new")


def test_another_amount_is_a_difference_and_a_field_that_only_one_version_knows_is_none():
    def sent(**fields):
        return Outcome(True, "succeeded", None, {("a", ""): "next"}, {("a", ""): fields})

    common, order = frozenset("a"), ["a"]
    assert compare(sent(amount=1), sent(amount=2), common, order).parting == Parting(What.SENT, "a")
    assert compare(sent(amount=1), sent(amount=1, currency="EUR"), common, order).kind is Kind.SAME


def test_errors_are_told_apart_up_to_a_bound():
    total = Tally()
    for number in range(MOST_ERRORS + 3):
        total.error(str(number), {"code": "c", "node": "n", "words": "w", "event": "e"})
    assert (len(total.errors), total.errors[OTHERS]["n"]) == (MOST_ERRORS + 1, 3)


@pytest.mark.parametrize(
    ("raw", "resolved", "wanted"),
    [
        ({"approvers": ["group:Legal"], "also": [{"approvers": ["user:a@x"]}]}, None, ["group:Legal", "user:a@x"]),
        ({"approvers": ["user:{{ trigger.mail }}"]}, {"approvers": ["user:zugvogel@x"]}, ["data"]),
        ({"approvers": ["group:{{ trigger.team }}"]}, {"approvers": ["group:North"]}, ["group:North"]),
        ({"policy": "Refunds", "approvers": ["group:Legal"]}, None, ["policy:Refunds"]),
    ],
)
def test_whom_a_step_asks(raw, resolved, wanted):
    assert facts.asked(node.Kind.APPROVAL, raw, resolved or raw) == wanted
    assert facts.asked(node.Kind.ACTION, raw, resolved or raw) == []


@pytest.mark.parametrize(
    ("resolved", "wanted"),
    [
        ({"amount": "420.00"}, ("EUR", "420.00")),
        ({"input": {"amount": 1.5, "currency": "USD"}}, ("USD", "1.5")),
        ({"amount": "NaN"}, None),
        ({"amount": True}, None),
        ({"amount": "many"}, None),
        ("text", None),
    ],
)
def test_the_amount_that_a_step_names(resolved, wanted):
    found = facts.amount({}, resolved, "EUR")
    assert (found and (found[0], str(found[1]))) == wanted


@st.composite
def flows(draw):
    """Documents of pure steps behind one another and side by side; some of them fail with some events."""
    count = draw(st.integers(1, 6))
    nodes = [{"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"sample": {"n": 1}}}]
    edges = []
    for number in range(count):
        key, kind = f"s{number}", draw(st.sampled_from(["if", "divide", "time"]))
        limit = draw(st.integers(0, 9))
        type_, config = {
            "if": ("condition.if", {"condition": f"trigger.n > {limit}"}),
            "divide": ("data.set", {"fields": [{"name": "v", "value": f"100 / (trigger.n - {limit})"}]}),
            "time": ("data.set", {"fields": [{"name": "at", "value": "run.started_at"}]}),
        }[kind]
        source = draw(st.integers(-1, number - 1))
        before = "hook" if source < 0 else f"s{source}"
        ports = _ports(nodes, before)
        nodes.append({"key": key, "type": type_, "name": key, "config": config})
        edges.append({"from": before, "port": draw(st.sampled_from(ports)), "to": key})
    return {"schema": "studio.workflow/1", "name": "Generated", "nodes": nodes, "edges": edges}


def _ports(nodes, key):
    found = next(one for one in nodes if one["key"] == key)
    own = node.node_type(found["type"]).ports_of(found.get("config", {}))
    return [*own, *(["error"] if key != "hook" else [])]


EVENTS = st.lists(st.fixed_dictionaries({"n": st.integers(0, 9)}), min_size=1, max_size=5)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_published_comes_to_what_it_did(app, tenant):
    """For generated workflows of pure steps and generated events: the same by every step that really ran."""

    @settings(max_examples=12)
    @given(flows(), EVENTS)
    def holds(document, events):
        past = Past(app, tenant, document)
        past.receive(events)
        tally = past.backtest()
        assert (tally.events, tally.recorded, tally.same) == (len(events), len(events), len(events))
        assert (tally.failed, tally.matched) == (tally.then_failed, tally.then_matched)

    holds()


def test_what_a_newer_release_counts_as_well_is_passed_over():
    kept = {**Tally(events=3).as_json(), "counted_later": 2}
    assert from_json(kept) == Tally(events=3)
