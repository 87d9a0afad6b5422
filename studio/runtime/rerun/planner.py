"""From what became of a run and what somebody chose to what the new run keeps, repeats and asks.

The promise: an effect that has happened happens again only where `Plan.again` names it. What is kept stays kept,
whenever the new run comes to it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from studio.contract.graph import ERROR_PORT
from studio.contract.node import Effect
from studio.core.errors import FieldProblem
from studio.runtime import decide
from studio.runtime.decide import DONE_PORT, Fact, Place
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Choice, Facts, Finding, Given, Past
from studio.runtime.rerun.problems import problems_of
from studio.runtime.rerun.scopes import Scopes, after, around

_SETTLED = (StepState.SUCCEEDED, StepState.FAILED)
_OPEN_ENDED = (StepState.FAILED, StepState.NEEDS_REVIEW, StepState.CANCELLED, StepState.RUNNING)
_ANY = "*"
"""An iteration of a loop that starts anew: nobody knows how many there will be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. Places are in the order in which the old run came to them; nodes in the graph's."""

    facts: Facts
    choice: Choice
    kept: tuple[Past, ...] = ()
    """Their results are kept, and their effects do not happen."""
    loops: tuple[Past, ...] = ()
    """Loops that go on where they were, or are opened again for one item."""
    given: Mapping[Place, Given] = field(default_factory=dict)
    """Steps that are not run: what they gave is said."""
    again: tuple[Past, ...] = ()
    """Their effects have happened, and may happen once more."""
    retried: tuple[Past, ...] = ()
    """Their effects did not happen: they are tried again, under the same key while their content is unchanged."""
    runs: tuple[str, ...] = ()
    """Every step that may run."""
    first: tuple[str, ...] = ()
    """Steps with effects that may happen for the first time."""
    asks: tuple[str, ...] = ()
    """Steps that may ask people, or guard."""
    asks_again: tuple[str, ...] = ()
    """Those of them that were answered before: the answer does not hold any more."""
    unbound: tuple[str, ...] = ()
    """Those of them that would have been kept, but what they were told about is another thing now."""
    protected: tuple[str, ...] = ()
    """Steps that reach something protected: guard looks at them again."""
    in_doubt: tuple[Past, ...] = ()
    """Calls that must be settled first."""
    problems: tuple[FieldProblem, ...] = ()
    """Why it cannot be done."""

    @property
    def reused(self) -> tuple[Past, ...]:
        """Effects that are not repeated."""
        return tuple(past for past in self.kept if past.done)

    @property
    def possible(self) -> bool:
        """Whether it can be run as it is."""
        return not (self.problems or self.in_doubt)

    @property
    def carried(self) -> dict[str, dict[str, str]]:
        """The keys that travel along: {"node|path": {"key", "fingerprint"}}."""
        return {
            f"{past.node}|{past.path}": {"key": past.key, "fingerprint": past.fingerprint or ""}
            for past in self.facts.past.values()
            if past.key and (past.port is None or past.state == StepState.FAILED) and past.state in _OPEN_ENDED
        }

    @property
    def digest(self) -> str:
        """The same as long as exactly this would happen."""
        choice, facts = self.choice, self.facts
        said = {
            "run": str(facts.run_id), "version": str(facts.version_id), "standing": facts.standing,
            "from": [choice.from_step, choice.path, choice.edited],
            "given": sorted([*place, given.port, given.output] for place, given in choice.given.items()),
            "settled": sorted([*place, str(finding)] for place, finding in choice.settled.items()),
            "kept": [str(past.id) for past in self.kept], "loops": [str(past.id) for past in self.loops],
            "again": [past.place for past in self.again], "retried": [past.place for past in self.retried],
            "first": self.first, "asks": self.asks, "protected": self.protected,
            "problems": [problem.code for problem in self.problems],
            "in_doubt": [past.place for past in self.in_doubt],
        }  # fmt: skip
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plan(facts: Facts, choice: Choice) -> Plan:
    """Work it out. Never raises: what is in the way stands in the plan."""
    problems = problems_of(facts, choice)
    if problems:
        return Plan(facts, choice, problems=problems)
    given = {**_arrived(facts, choice), **choice.given}
    scopes = Scopes(facts, choice, given)
    walk, unbound = _Walk(facts, scopes, given), set[str]()
    while stale := walk.stale(choice) - unbound:
        unbound |= stale
        for key in sorted(stale):
            scopes.start(key, "")
        walk = _Walk(facts, scopes, given)
    return _told(facts, choice, walk, unbound)


def port_of(facts: Facts, node: str, given: Given) -> str:
    """The port behind which a skipped step is left."""
    step = facts.steps[node]
    return DONE_PORT if step.is_loop else given.port or step.ports[0]


def _arrived(facts: Facts, choice: Choice) -> dict[Place, Given]:
    """Calls that were carried out, as was found out: the run goes on behind them."""
    return {
        place: Given(None, facts.steps[place[0]].ports[0])
        for place, finding in choice.settled.items()
        if finding is Finding.ARRIVED
    }


class _Walk:
    """What is kept of the old run, and how far the new one comes by that alone."""

    def __init__(self, facts: Facts, scopes: Scopes, given: Mapping[Place, Given]) -> None:
        self.facts, self.given = facts, given
        left = {
            place: past for place, past in facts.past.items()
            if place not in given and place[0] in facts.steps and not scopes.anew and not scopes.starts_again(place)
        }  # fmt: skip
        self.loops = {place: past for place, past in left.items() if scopes.goes_on(past)}
        self.kept = {
            place: past for place, past in left.items() if place not in self.loops and past.state in _SETTLED
            and (past.port is not None or scopes.given_up(past, self.loops))
        }  # fmt: skip
        known = self._facts()
        self._progress, _left, _loops = decide.replay(facts.graph, facts.trigger, known)
        self._known = known
        self.kept = {place: past for place, past in self.kept.items() if not self.is_dead(place)}
        self.loops = {place: past for place, past in self.loops.items() if not self.is_dead(place)}

    def _facts(self) -> dict[Place, Fact]:
        known = {place: Fact(past.port, abandoned=past.port is None) for place, past in self.kept.items()}
        for place, past in self.loops.items():
            if past.items is not None:
                known[place] = Fact(total=past.items.total, concurrency=past.items.concurrency)
        known |= {place: Fact(port_of(self.facts, place[0], one)) for place, one in self.given.items()}
        if known:
            known.setdefault((self.facts.trigger, ""), Fact("next"))
        return known

    def stale(self, choice: Choice) -> set[str]:
        """Kept steps whose result no longer fits: another type, a way that is gone, an answer to something else."""
        found = set[str]()
        for (node, _path), past in (self.kept | self.loops).items():
            step = self.facts.steps[node]
            gone = past.port is not None and past.port not in (*step.ports, ERROR_PORT)
            if past.type != step.type or gone or (step.asks and (choice.edited or self._means_another(node))):
                found.add(node)
        return found

    def _means_another(self, gate: str) -> bool:
        """Whether a gate is set up otherwise now, or something protected behind it: nobody agreed to that."""
        steps = self.facts.steps
        if steps[gate].changed:
            return True
        return any(steps[key].protects and steps[key].changed for key in after(self.facts.graph, gate))

    def is_dead(self, place: Place) -> bool:
        """Whether the new run cannot come there: the way was not taken, or its iteration was given up."""
        walked = place in self._progress.started and place in self._known
        return self._progress.settled.get(place, "") is None and not walked

    def is_through(self, place: Place) -> bool:
        """Whether nothing of it runs: it is kept, skipped, dead, or inside of a loop that is."""
        settled = self.kept.keys() | self.given.keys()
        if place in settled or self.is_dead(place):
            return True
        return any(loop in settled or self.is_dead(loop) for loop in around(self.facts.graph, place))

    def may_run(self, key: str) -> bool:
        """Whether a step may run anywhere."""
        return any(
            path == _ANY or not ((key, path) in self.loops or self.is_through((key, path)))
            for path in self._iterations(key)
        )

    def _iterations(self, key: str) -> Iterator[str]:
        parent = self.facts.graph.nodes[key].parent
        if parent is None:
            yield ""
            return
        for outer in self._iterations(parent):
            if outer == _ANY:
                yield _ANY
                continue
            loop = self.loops.get((parent, outer))
            if loop is not None and loop.items is not None:
                yield from (decide.child_path(outer, index) for index in range(loop.items.total))
            elif not self.is_through((parent, outer)):
                yield _ANY


def _told(facts: Facts, choice: Choice, walk: _Walk, unbound: set[str]) -> Plan:
    steps = facts.steps
    effects = [
        past for place, past in facts.past.items()
        if past.node in steps and past.effect is not Effect.PURE and not steps[past.node].asks
        and not walk.is_through(place)
    ]  # fmt: skip
    in_doubt = [past for past in effects if past.doubtful and choice.settled.get(past.place) is not Finding.REPEAT]
    may_run = [key for key in facts.graph.order if key != facts.trigger and walk.may_run(key)]
    seen = {past.node for past in effects}
    answered = {past.node for past in facts.past.values() if past.port is not None}
    asks = [key for key in may_run if steps[key].asks]
    acts = [key for key in may_run if steps[key].effect is not Effect.PURE and not steps[key].asks]
    return Plan(
        facts, choice, tuple(walk.kept.values()), tuple(walk.loops.values()), walk.given,
        again=tuple(past for past in effects if past.done),
        retried=tuple(past for past in effects if not past.done and past not in in_doubt),
        runs=tuple(may_run),
        first=tuple(key for key in acts if key not in seen),
        asks=tuple(asks),
        asks_again=tuple(key for key in asks if key in answered),
        unbound=tuple(key for key in asks if key in unbound),
        protected=tuple(key for key in may_run if steps[key].protects),
        in_doubt=tuple(in_doubt),
    )  # fmt: skip
