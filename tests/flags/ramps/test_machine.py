"""Any verbs and any evidence in any order: the share moves only as it may."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.ramps.policy import Kind, decide, follow, gates
from studio.flags.ramps.states import ALLOWED, NotAllowed, Position, State, Verb, apply, share
from studio.flags.statistics.samples import Proportion
from tests.flags.ramps.simulator import START
from tests.flags.ramps.test_checking import plans

units = st.integers(0, 2000)
TERMINAL = (State.COMPLETED, State.ROLLED_BACK)


class Ramp(RuleBasedStateMachine):
    @initialize(plan=plans)
    def begin(self, plan):
        self.plan, self.position, self.now = plan, Position(), START

    @rule(verb=st.sampled_from(Verb))
    def say(self, verb):
        before = self.position
        try:
            self.position = apply(verb, before, self.plan, self.now)
        except NotAllowed:
            assert verb not in ALLOWED[before.state]
            return
        self.moved(before, {Verb.COMPLETE: self.plan.steps[-1].share, Verb.ROLL_BACK: 0.0}.get(verb))

    @rule(
        ours=units, theirs=units, part=st.floats(0, 1), minutes=st.integers(0, 3000), approval=st.sampled_from(Approval)
    )
    def look(self, ours, theirs, part, minutes, approval):
        self.now += timedelta(minutes=minutes)
        pair = (Proportion(ours, round(ours * part)), Proportion(theirs, theirs // 50))
        seen = Evidence(ours, theirs, {one.metric: pair for one in self.plan.guardrails}, self.now, approval)
        before, move = self.position, decide(self.plan, self.position, seen, self.now)
        self.position = follow(move, self.plan, before, self.now)
        if move.kind in (Kind.ADVANCE, Kind.COMPLETE):
            assert before.state is State.RUNNING
            assert not list(gates(self.plan, before, seen, self.now))
            assert self.position.step - before.step == (move.kind is Kind.ADVANCE)
            return
        assert bool(move.findings) or move.kind not in (Kind.HOLD, Kind.ROLL_BACK)
        assert move.until is None or move.until > self.now
        self.moved(before, 0.0 if move.kind is Kind.ROLL_BACK else None)

    def moved(self, before, to):
        """Where it is not said to go elsewhere, the share stays; a start gives the first step's."""
        if before.state is State.READY and self.position.state is State.RUNNING:
            to = self.plan.steps[0].share
        assert share(self.plan, self.position) == (share(self.plan, before) if to is None else to)
        assert before.state not in TERMINAL or self.position == before

    @invariant()
    def rolled_back_means_nobody(self):
        if hasattr(self, "plan") and self.position.state is State.ROLLED_BACK:
            assert share(self.plan, self.position) == 0

    @invariant()
    def its_clock_runs_while_it_runs(self):
        if hasattr(self, "plan"):
            assert (self.position.since is not None) == (self.position.state is State.RUNNING)
            assert bool(self.position.reasons) == (self.position.state is State.HELD)


Ramp.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestRamp = Ramp.TestCase
