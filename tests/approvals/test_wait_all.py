"""Several requests of one run, and one step that waits for all: whoever answers when, and wherever a worker dies."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from studio.approvals import answers, service
from studio.approvals.models import Gathered
from studio.approvals.outcomes import Outcome
from studio.runtime.models import Resolution
from tests.approvals.running import Running, node, said
from tests.factories.approvals import decide, share_of, shown

ENDS = [one.value for one in Outcome if one is not Outcome.BYPASSED]
"""As a run hears them: to it a bypass is an approval."""
WAYS = ("approved", "declined", "expired", "cancelled")
WHY = "{} cancelled the run. Wrong order"


@given(st.lists(st.sampled_from(ENDS), min_size=1, max_size=8))
def test_what_answers_come_to(ends):
    found = answers.summed_up([{"outcome": one} for one in ends])
    kinds = ("approved", "declined", "other", "expired", "cancelled")
    assert sum(found[kind] for kind in kinds) == found["count"] == len(ends)
    assert (found["outcome"] == "approved") == (set(ends) == {"approved"})
    assert (found["outcome"] == "declined") == bool({"declined", "changes_requested", "responded"} & set(ends))
    assert found["outcome"] in WAYS
    assert set(ends) <= {"approved", "cancelled"} or found["outcome"] != "cancelled"


@pytest.fixture
def running(app, tenant):
    return Running(app, tenant)


def ask(key, *people, **more):
    return node(key, "approval.ask", title=f"Refund {key}?", approvers=[f"user:{one.email}" for one in people], **more)


LEAVE = [("all", port, port) for port in WAYS]
NOTES = [said(port) for port in WAYS]


@pytest.fixture
def pair(running, jonas, lena):
    """A workflow that asks two people, one question each, and waits for both."""
    edges = [("form", "next", "one"), ("one", "next", "two"), ("two", "next", "all"), *LEAVE]
    return running.publish([ask("one", jonas), ask("two", lena), node("all", "approval.wait_all"), *NOTES], edges)


def answer(running, person, request_id, outcome=Outcome.APPROVED):
    decide(running.database, running.tenant, person, request_id, outcome)
    running.drain()


def way(running, run_id):
    """The port by which it went on; None while it waits."""
    return running.steps(run_id)["all"].port


@pytest.mark.parametrize(
    ("first", "second", "port"),
    [(Outcome.APPROVED, Outcome.APPROVED, "approved"), (Outcome.DECLINED, Outcome.APPROVED, "declined"),
     (Outcome.APPROVED, Outcome.CHANGES_REQUESTED, "declined")],
    ids=["both", "one declined", "one to be changed"],
)  # fmt: skip
def test_it_waits_for_the_last_and_gives_each_answer(running, pair, jonas, lena, first, second, port):
    run_id = running.start(pair)
    one, two = running.requests(run_id)
    assert running.state(run_id) == "waiting"
    answer(running, lena, two.id, second)
    assert (running.state(run_id), way(running, run_id)) == ("waiting", None)
    answer(running, jonas, one.id, first)
    found = running.steps(run_id)["all"].output
    assert running.state(run_id) == "succeeded"
    assert (way(running, run_id), found["count"]) == (port, 2)
    assert [(one["title"], one["by"], one["outcome"]) for one in found["answers"]] == [
        ("Refund one?", "Jonas Weber", first.value), ("Refund two?", "Lena Vogt", second.value),
    ]  # fmt: skip


def test_one_that_is_taken_back_counts_as_that(running, pair, jonas):
    run_id = running.start(pair)
    one, two = running.requests(run_id)
    answer(running, jonas, one.id)
    with running.database.unit(running.tenant.id, running.tenant["admin"].actor) as uow:
        service.take_back(uow, two.id, "Not needed")
    running.drain()
    assert (way(running, run_id), running.steps(run_id)["all"].output["cancelled"]) == ("cancelled", 1)


def test_what_asked_may_withdraw_one_and_the_others_still_end_it(running, pair, jonas):
    run_id = running.start(pair)
    one, two = running.requests(run_id)
    answer(running, jonas, one.id)
    with running.database.unit(running.tenant.id) as uow:
        service.withdraw(uow, two.id, "Settled elsewhere")
    running.drain()
    [_first, second] = running.steps(run_id)["all"].output["answers"]
    assert (way(running, run_id), second["comment"], second["by"]) == ("cancelled", "Settled elsewhere", "")


def test_answers_that_are_faster_than_the_run_are_kept(running, jonas, lena):
    """Between asking and waiting the run waits for something else; both have answered by then."""
    edges = [
        ("form", "next", "one"),
        ("one", "next", "two"),
        ("two", "next", "gate"),
        ("gate", "approved", "all"),
        *LEAVE,
    ]
    gate = node("gate", "approval.request", title="First?", approvers=[f"user:{jonas.email}"])
    steps = [ask("one", jonas), ask("two", lena), gate, node("all", "approval.wait_all"), *NOTES]
    run_id = running.start(running.publish(steps, edges))
    one, two, first = running.requests(run_id)
    answer(running, jonas, one.id)
    answer(running, lena, two.id)
    answer(running, jonas, first.id)
    assert (running.state(run_id), way(running, run_id)) == ("succeeded", "approved")


def looping(running, person, **more):
    """Asks about each line, then waits for all."""
    steps = [
        node("loop", "flow.for_each", items="trigger.lines", concurrency=3),
        ask("one", person, parent="loop"),
        node("all", "approval.wait_all", **more),
        *NOTES,
    ]
    edges = [("form", "next", "loop"), ("loop", "each", "one"), ("loop", "done", "all"), *LEAVE]
    return running.publish(steps, edges)


def test_those_of_a_loop(running, jonas):
    run_id = running.start(looping(running, jonas), {"lines": ["a", "b", "c"]})
    asked = running.requests(run_id)
    assert [one.ref["path"] for one in asked] == ["0", "1", "2"]
    for one in asked:
        assert way(running, run_id) is None
        answer(running, jonas, one.id)
    assert (way(running, run_id), running.steps(run_id)["all"].output["approved"]) == ("approved", 3)


def test_within_a_loop_those_of_its_item(running, jonas):
    steps = [
        node("loop", "flow.for_each", items="trigger.lines", concurrency=3),
        ask("one", jonas, parent="loop"),
        node("all", "approval.wait_all", parent="loop"),
    ]
    edges = [("form", "next", "loop"), ("loop", "each", "one"), ("one", "next", "all")]
    run_id = running.start(running.publish(steps, edges), {"lines": ["a", "b"]})
    first, second = running.requests(run_id)
    answer(running, jonas, first.id)
    steps = running.steps(run_id)
    assert (steps["all:0"].port, steps["all:1"].port) == ("approved", None)
    answer(running, jonas, second.id, Outcome.DECLINED)
    assert running.steps(run_id)["all:1"].port == "declined"


def test_a_rerun_waits_for_what_was_asked_before_it_too(running, jonas):
    """What was taken back with the first run is not forgotten: it was not approved."""
    steps = [
        node("loop", "flow.for_each", items="trigger.lines"),
        ask("one", jonas, parent="loop"),
        node("all", "approval.wait_all", requests="trigger.only"),
        *NOTES,
    ]
    edges = [("form", "next", "loop"), ("loop", "each", "one"), ("loop", "done", "all"), *LEAVE]
    run_id = running.start(running.publish(steps, edges), {"lines": ["a", "b"], "only": ["no id"]})
    failed = running.steps(run_id)["all"]
    assert (running.state(run_id), failed.error["code"]) == ("failed", "unknown_request")
    assert {(one.state, one.close_reason) for one in running.requests(run_id)} == {("cancelled", "Its run has failed.")}

    plain = running.start(looping(running, jonas), {"lines": ["a", "b"]})
    one, two = running.requests(plain)
    answer(running, jonas, one.id)
    running.cancel(plain, "Wrong order")
    again = running.again(plain, "all")
    assert running.requests(again) == []
    found = running.steps(again)["all"]
    assert (found.port, found.output["approved"], found.output["cancelled"]) == ("cancelled", 1, 1)
    assert two.id != one.id


@pytest.mark.parametrize("requests", ["[steps.one.request_id]", "[steps.one.request_id, steps.one.request_id]"])
def test_only_those_that_are_named(running, jonas, lena, requests):
    edges = [("form", "next", "one"), ("one", "next", "two"), ("two", "next", "all"), *LEAVE]
    steps = [ask("one", jonas), ask("two", lena), node("all", "approval.wait_all", requests=requests), *NOTES]
    run_id = running.start(running.publish(steps, edges))
    one, two = running.requests(run_id)
    answer(running, jonas, one.id)
    assert (way(running, run_id), running.steps(run_id)["all"].output["count"]) == ("approved", 1)
    assert share_of(running.database, running.tenant, two.id, lena).state == "withdrawn", "its run is over"
    [_one, two] = running.requests(run_id)
    assert two.close_reason == "Its run has ended without waiting for it."


def test_where_nothing_was_asked_it_fails_in_words(running, jonas):
    steps = [node("all", "approval.wait_all"), *NOTES]
    run_id = running.start(running.publish(steps, [("form", "next", "all"), *LEAVE]))
    error = running.steps(run_id)["all"].error
    assert (error["code"], error["field"]) == ("nothing_asked", "requests")


def test_cancelling_the_run_takes_all_back_whether_it_waits_for_them_yet_or_not(running, pair, jonas, lena):
    run_id = running.start(pair)
    running.cancel(run_id, "Wrong order")
    running.drain()
    assert running.state(run_id) == "cancelled"
    assert {(one.state, one.close_reason) for one in running.requests(run_id)} == {
        ("cancelled", WHY.format(running.tenant["admin"].name))
    }
    with running.database.unit(running.tenant.id) as uow:
        assert uow.session.scalars(select(Gathered)).all() == []

    gate = node("gate", "approval.request", title="First?", approvers=[f"user:{jonas.email}"])
    early = running.publish([ask("one", lena), gate], [("form", "next", "one"), ("one", "next", "gate")])
    run_id = running.start(early)
    running.cancel(run_id, "Wrong order")
    assert {one.state for one in running.requests(run_id)} == {"cancelled"}


@pytest.mark.parametrize("point", ["local.before_commit", "local.after_commit", "ask.before_commit"])
def test_a_worker_that_dies_asks_nobody_twice_and_loses_no_answer(running, pair, jonas, lena, point):
    run_id = running.start(pair, die_at=point)
    one, two = running.requests(run_id)
    decide(running.database, running.tenant, jonas, one.id)
    decide(running.database, running.tenant, lena, two.id)
    running.drain(point)
    assert (running.state(run_id), way(running, run_id)) == ("succeeded", "approved")
    assert len(running.requests(run_id)) == 2


def test_the_last_two_answers_at_once_wake_it_once(running, pair, jonas, lena):
    for _ in range(4):
        run_id = running.start(pair)
        one, two = running.requests(run_id)
        line = Barrier(2)

        def press(person, request_id, line=line):
            seen = shown(running.database, running.tenant, request_id)
            line.wait()
            with running.database.unit(running.tenant.id, person.actor) as uow:
                service.approve(uow, request_id, shown=seen)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(press, (jonas, lena), (one.id, two.id)))
        running.drain()
        assert (running.state(run_id), way(running, run_id)) == ("succeeded", "approved")
        with running.database.unit(running.tenant.id) as uow:
            assert len(uow.session.scalars(select(Resolution).where(Resolution.run_id == run_id)).all()) == 1
