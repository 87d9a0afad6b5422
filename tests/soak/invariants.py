"""What must hold at the end for everything that was acknowledged. Pure functions over rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.soak.facts import UNDER_WAY, Facts, RunFact, StepFact
from tests.soak.workflows import PAUSE_S, Flow

ENDED = ("succeeded", "failed", "skipped", "cancelled", "needs_review")
LOST_LEASES = 3
"""So many in a row set a run aside; its reason has to say so."""


@dataclass(frozen=True)
class Broken:
    """One invariant that does not hold."""

    rule: str
    """I1 to I6, or what else was promised."""
    about: str
    says: str


@dataclass
class Witnessed:
    """What the others say: shops, approvers, the target."""

    taken: Mapping[str, str | None] = field(default_factory=dict)
    """Run by order."""
    asked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Requests by (node, order)."""
    effects: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    """Keys under which the target did something."""
    silent: set[str] = field(default_factory=set)
    """Keyless orders that once got no answer."""
    decided: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Acknowledged decisions by request."""


@dataclass
class Verdict:
    """What was found."""

    broken: list[Broken] = field(default_factory=list)
    lost: int = 0
    duplicates_inside: int = 0
    duplicates_outside: int = 0
    unknown: int = 0
    flagged: int = 0
    states: Counter[str] = field(default_factory=Counter)

    def add(self, rule: str, about: str, says: str) -> None:
        self.broken.append(Broken(rule, about, says))

    @property
    def unknown_flagged(self) -> float:
        """Share of unknown outcomes that ended in review; 1: all."""
        return self.flagged / self.unknown if self.unknown else 1.0


def judge(facts: Facts, seen: Witnessed, flows: Mapping[str, Flow]) -> Verdict:
    """Look at everything that was acknowledged, and at what nobody asked for."""
    verdict = Verdict()
    by_order: dict[str, list[RunFact]] = defaultdict(list)
    for run in facts.runs:
        by_order[run.order].append(run)
        verdict.states[run.state] += 1
    for order, run_id in seen.taken.items():
        runs = by_order.get(order, [])
        if run_id not in {run.id for run in runs}:
            verdict.lost += 1
            verdict.add("I1", order, f"was taken as {run_id}, and its runs are {runs}")
    for order, runs in by_order.items():
        if len(runs) > 1:
            verdict.duplicates_inside += len(runs) - 1
            verdict.add("I1", order, f"has {len(runs)} runs: {runs}")
        flow = flows[order.partition("-")[0]]
        for run in runs:
            _run(verdict, facts, seen, flow, run)
    _commits(verdict, facts)
    _outside(verdict, seen, flows)
    _decisions(verdict, facts, seen)
    if facts.unsent:
        verdict.add("I2", "outbox", f"{facts.unsent} jobs are not done")
    return verdict


def _run(verdict: Verdict, facts: Facts, seen: Witnessed, flow: Flow, run: RunFact) -> None:
    """I2 and I3 of one run, and that what it made inside is there once."""
    if run.state in UNDER_WAY:
        verdict.lost += 1
        verdict.add("I2", run.order, f"is stuck: {run}, {facts.steps[run.id]}")
        return
    attempts = Counter((step.node, step.path, step.attempt) for step in facts.steps[run.id])
    for place, count in (attempts - Counter(set(attempts))).items():
        verdict.duplicates_inside += count
        verdict.add("I3", run.order, f"{run.id} has the step {place} {count + 1} times")
    if flow.keyless:
        _keyless(verdict, facts, seen, run)
    if run.state == "succeeded":
        _whole(verdict, facts, flow, run)
        for node in [node for node in flow.calls if not seen.effects.get((node, run.order))]:
            verdict.lost += 1
            verdict.add("I4", run.order, f"{run.id} succeeded, and {node} was never done")
    elif run.state == "quarantined":
        if run.attempts < LOST_LEASES or run.error != "run.quarantined":
            verdict.add("I2", run.order, f"was set aside without its reason: {run}")
    elif not (flow.keyless and run.state == "needs_review"):
        verdict.lost += 1
        verdict.add("I2", run.order, f"did not end well: {run}, {facts.steps[run.id]}")


def _whole(verdict: Verdict, facts: Facts, flow: Flow, run: RunFact) -> None:
    """A run that succeeded has each of its steps, notes and mails once."""
    steps = facts.steps[run.id]
    done = Counter((step.node, step.path) for step in steps if step.state == "succeeded")
    if done not in [Counter(way) for way in flow.steps]:
        twice = sum(done.values()) - len(done)
        verdict.duplicates_inside += twice
        verdict.lost += not twice
        verdict.add("I3", run.order, f"{run.id} succeeded with {sorted(done.items())}")
    if facts.notes[run.id] != flow.notes:
        verdict.duplicates_inside += max(0, facts.notes[run.id] - flow.notes)
        verdict.add("I3", run.order, f"{run.id} has {facts.notes[run.id]} notes instead of {flow.notes}")
    if flow.mails and facts.mails[run.order] != flow.mails:
        verdict.duplicates_inside += max(0, facts.mails[run.order] - flow.mails)
        verdict.add("I3", run.order, f"{facts.mails[run.order]} mails instead of {flow.mails}")
    if facts.open_waits[run.id]:
        verdict.add("I2", run.order, f"{run.id} has ended and still waits")
    for step in _early(steps):
        verdict.add("timer", run.order, f"{run.id} waited {step.took_s} s instead of {PAUSE_S}")


def _early(steps: list[StepFact]) -> Iterator[StepFact]:
    return (step for step in steps if step.node == "pause" and step.took_s is not None and step.took_s < PAUSE_S)


def _keyless(verdict: Verdict, facts: Facts, seen: Witnessed, run: RunFact) -> None:
    """An outcome that nobody can know ends in review: after silence of the target, and after a death in the call."""
    if run.state == "quarantined":
        return
    attempts = sum(step.node == "keyless" for step in facts.steps[run.id])
    repeated = seen.asked.get(("keyless", run.order), 0) > attempts
    if run.order in seen.silent or repeated or run.state == "needs_review":
        verdict.unknown += 1
        verdict.flagged += run.state == "needs_review" and not repeated
        if run.state != "needs_review":
            verdict.add("unknown", run.order, f"{run.id} is {run.state} although nobody knows what was done")
    if repeated:
        asked = seen.asked["keyless", run.order]
        verdict.add("unknown", run.order, f"{run.id} asked {asked} times in {attempts} attempts: a blind repeat")


def _commits(verdict: Verdict, facts: Facts) -> None:
    """I3: what was once committed as ended stays as it was."""
    for line in facts.commits:
        if line.before in ENDED:
            verdict.duplicates_inside += 1
            verdict.add("I3", line.run_id, f"{line.node} was committed as {line.before}, then as {line.after}: {line}")


def _outside(verdict: Verdict, seen: Witnessed, flows: Mapping[str, Flow]) -> None:
    """I4: one effect for each call of each order."""
    for (node, order), keys in seen.effects.items():
        if len(keys) > 1:
            verdict.duplicates_outside += len(keys) - 1
            verdict.add("I4", order, f"{node} was done {len(keys)} times, under {keys}")
        if flows[order.partition("-")[0]].keyless and order not in seen.taken:
            verdict.add("I1", order, f"{node} was done for an order that was never taken")


def _decisions(verdict: Verdict, facts: Facts, seen: Witnessed) -> None:
    """I5: one question a run, one decision a question, and it is the one that was acknowledged."""
    for run_id, count in facts.asked.items():
        if count > 1:
            verdict.duplicates_inside += count - 1
            verdict.add("I5", run_id, f"asked {count} times")
    for request_id, made in facts.decisions.items():
        if len(made) > 1:
            verdict.duplicates_inside += len(made) - 1
            verdict.add("I5", request_id, f"was decided {len(made)} times: {made}")
    for request_id, told in seen.decided.items():
        if not told <= set(facts.decisions.get(request_id, [])):
            verdict.add("I5", request_id, f"acknowledged {told}, kept {facts.decisions.get(request_id)}")
