"""Why a step did not run: where the run turned off, on each way there."""

from studio.runtime.history.reasons import why
from studio.runtime.history.tallies import tallied
from tests.runtime.graphs import flow, hook, step

DOCUMENT = flow(
    [hook(), step("other", "trigger.webhook", sample={}), step("loop", "flow.for_each", items="trigger.lines"),
     step("inner", parent="loop"), step("big", "condition.if", condition="true"), step("yes"), step("no"),
     step("after"), step("apart")],
    "hook>loop", "loop.each>inner", "loop.done>big", "big.true>yes", "big.false>no", "no>after", "other>apart",
)  # fmt: skip
BEGAN = [("hook", "succeeded", "next", 1, 0), ("loop", "succeeded", "done", 1, 0), ("big", "succeeded", "true", 1, 0)]


def told(key, *rows, ended=True):
    return [(one.kind, one.step, one.left_by) for one in why(DOCUMENT, tallied(rows), key, ended=ended)]


def test_a_branch_that_was_not_taken_and_what_is_behind_it():
    assert told("no", *BEGAN) == [("other_way", "big", ("true",))]
    assert told("after", *BEGAN) == [("other_way", "big", ("true",))]


def test_a_loop_without_items_and_another_trigger():
    assert told("inner", *BEGAN) == [("no_items", "loop", ())]
    assert told("apart", *BEGAN) == [("other_start", "other", ())]
    assert told("other", *BEGAN) == [("nothing", "other", ())]


def test_a_failure_an_end_and_what_is_still_to_come():
    failed = [*BEGAN[:2], ("big", "failed", None, 1, 0)]
    assert told("yes", *failed) == [("failed", "big", ())]
    cancelled = [*BEGAN[:1], ("loop", "cancelled", None, 1, 0)]
    assert told("yes", *cancelled) == [("ended", "loop", ())]
    assert told("yes", *BEGAN[:1], ("loop", "running", None, 1, 0), ended=False) == [("going", "loop", ())]


def test_what_began_has_no_reason():
    assert told("big", *BEGAN) == []
