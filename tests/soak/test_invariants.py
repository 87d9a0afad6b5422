"""Each invariant can be seen to break: one run that is as it should be, and one thing wrong with it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.soak.breaking import Kill
from tests.soak.facts import Committed, Facts, RunFact, StepFact
from tests.soak.invariants import Witnessed, judge
from tests.soak.report import quantile, resumes_s
from tests.soak.workflows import flows

FLOWS = flows("http://127.0.0.1:1", ["a@example.com", "b@example.com"])
START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def good(name="keyed"):
    """One order of a workflow, done well."""
    flow, order = FLOWS[name], f"{name}-1"
    facts = Facts(runs=[RunFact("r", order, "succeeded", 0)])
    for node, path in flow.steps[0]:
        facts.steps["r"].append(StepFact(node, path, 1, "succeeded", 3.0))
        facts.commits += [Committed(START, node, "r", node, None, "running")]
        facts.commits += [Committed(START, node, "r", node, "running", "succeeded")]
    facts.notes["r"] = flow.notes
    facts.mails[order] = flow.mails
    seen = Witnessed(
        {order: "r"}, {(node, order): 1 for node in flow.calls}, {(node, order): ["k"] for node in flow.calls}
    )
    if name == "approval":
        facts.asked["r"] = 1
        facts.decisions["q"].append(("a@example.com", "approved"))
        seen.decided = {"q": {("a@example.com", "approved")}}
    return facts, seen


def rules(facts, seen):
    return {broken.rule for broken in judge(facts, seen, FLOWS).broken}


@pytest.mark.parametrize("name", FLOWS)
def test_a_good_run_breaks_nothing(name):
    verdict = judge(*good(name), FLOWS)
    assert verdict.broken == []
    assert (verdict.lost, verdict.duplicates_inside, verdict.duplicates_outside) == (0, 0, 0)
    assert verdict.unknown_flagged == 1.0


def test_an_order_without_a_run_is_lost():
    facts, seen = good()
    facts.runs.clear()
    assert judge(facts, seen, FLOWS).lost == 1


def test_a_second_run_of_an_order_is_a_duplicate():
    facts, seen = good()
    facts.runs.append(replace(facts.runs[0], id="s"))
    facts.steps["s"] = facts.steps["r"]
    facts.notes["s"] = 1
    verdict = judge(facts, seen, FLOWS)
    assert verdict.duplicates_inside == 1
    assert rules(facts, seen) == {"I1"}


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "failed", "cancelled", "needs_review"])
def test_a_run_that_did_not_end_well_is_lost(state):
    facts, seen = good()
    facts.runs[0] = replace(facts.runs[0], state=state)
    assert judge(facts, seen, FLOWS).lost == 1


def test_quarantine_needs_its_reason():
    facts, seen = good()
    facts.runs[0] = replace(facts.runs[0], state="quarantined", attempts=3, error="run.quarantined")
    assert rules(facts, seen) == set()
    facts.runs[0] = replace(facts.runs[0], attempts=2)
    assert rules(facts, seen) == {"I2"}


def test_a_step_that_is_there_twice():
    facts, seen = good()
    facts.steps["r"].append(facts.steps["r"][-1])
    assert "I3" in rules(facts, seen)


def test_a_step_that_is_missing():
    facts, seen = good()
    facts.steps["r"].pop()
    assert judge(facts, seen, FLOWS).lost == 1


def test_a_step_that_was_committed_after_its_end():
    facts, seen = good()
    facts.commits.append(Committed(START, "told", "r", "told", "succeeded", "failed"))
    verdict = judge(facts, seen, FLOWS)
    assert verdict.duplicates_inside == 1
    assert rules(facts, seen) == {"I3"}


@pytest.mark.parametrize("count", [0, 2])
def test_notes_and_mails_are_there_once(count):
    facts, seen = good("fan")
    facts.mails["fan-1"] = count
    assert rules(facts, seen) == {"I3"}
    facts, seen = good("fan")
    facts.notes["r"] = count * 2
    assert rules(facts, seen) == {"I3"}


def test_two_keys_for_one_call():
    facts, seen = good()
    seen.effects = {("keyed", "keyed-1"): ["k", "l"]}
    assert judge(facts, seen, FLOWS).duplicates_outside == 1


def test_a_call_that_was_never_done():
    facts, seen = good()
    seen.effects = {}
    assert rules(facts, seen) == {"I4"}


def test_silence_of_a_target_without_keys_must_end_in_review():
    facts, seen = good("keyless")
    seen.silent = {"keyless-1"}
    assert judge(facts, seen, FLOWS).unknown_flagged == 0.0
    facts.runs[0] = replace(facts.runs[0], state="needs_review")
    assert rules(facts, seen) == set()
    assert judge(facts, seen, FLOWS).unknown_flagged == 1.0


def test_a_blind_repeat_is_seen():
    facts, seen = good("keyless")
    seen.asked = {("keyless", "keyless-1"): 2}
    verdict = judge(facts, seen, FLOWS)
    assert rules(facts, seen) == {"unknown"}
    assert verdict.unknown_flagged == 0.0


def test_a_timer_that_fires_early():
    facts, seen = good("timer")
    facts.steps["r"] = [replace(step, took_s=1.0) if step.node == "pause" else step for step in facts.steps["r"]]
    assert rules(facts, seen) == {"timer"}


def test_two_decisions_or_another_than_was_acknowledged():
    facts, seen = good("approval")
    facts.decisions["q"].append(("b@example.com", "declined"))
    assert rules(facts, seen) == {"I5"}
    facts, seen = good("approval")
    facts.decisions["q"] = [("b@example.com", "declined")]
    assert rules(facts, seen) == {"I5"}
    facts, seen = good("approval")
    facts.asked["r"] = 2
    assert rules(facts, seen) == {"I5"}


def test_what_still_waits_or_is_unsent():
    facts, seen = good()
    facts.open_waits = Counter({"r": 1})
    assert rules(facts, seen) == {"I2"}
    facts, seen = good()
    facts.unsent = 1
    assert rules(facts, seen) == {"I2"}


def test_the_time_from_a_kill_to_the_next_step_of_what_was_held():
    commits = [Committed(START + timedelta(seconds=at), str(at), "r", "n", None, "running") for at in (0, 5, 6)]
    kills = [Kill(START + timedelta(seconds=1), ["r", "other"]), Kill(START + timedelta(seconds=7), ["r"])]
    assert resumes_s(kills, commits) == [4.0]


def test_quantiles():
    assert quantile([], 0.5) is None
    assert quantile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert quantile([1.0, 2.0, 3.0], 0.99) == 3.0
