"""A state made ready: each flag becomes closures once, and is then evaluated without a look at its document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.core import rng
from studio.flags.evaluation.constraints import Test, all_of, always, any_of, never
from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Feature, Segment, State
from studio.flags.evaluation.facts import Fact, NoStrategies, NoVariants, StrategyDisabled, SwitchedOff, UnknownFeature
from studio.flags.evaluation.parents import Bond, Parent, bonds
from studio.flags.evaluation.reading import read_state
from studio.flags.evaluation.rollouts import Draw
from studio.flags.evaluation.strategies import Surroundings, Way, compile_strategy, group_of
from studio.flags.evaluation.variants import NONE, OFF, Choice, EvaluatedVariant


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `variant` says, and every fact on the way to it, in the order it was looked at."""

    feature: str
    variant: EvaluatedVariant
    strategy: int | None
    """Which one held, from 0; None: none did, or the flag has none."""
    facts: tuple[Fact, ...]

    @property
    def enabled(self) -> bool:
        """What `is_enabled` says."""
        return self.variant.feature_enabled


class CompiledFeature:
    """One flag made ready. The first strategy that holds decides: also about the variants, if it has any."""

    def __init__(self, feature: Feature, segments: Mapping[int, Segment], draw: Draw, hostname: str) -> None:
        """Without its parents: `bind` adds them once all flags are there."""
        self.feature = feature
        self.depends = bool(feature.dependencies)
        around = Surroundings(feature.name, draw, hostname)
        self.ways = tuple(
            compile_strategy(index, strategy, segments, around)
            for index, strategy in enumerate(feature.strategies)
            if not strategy.disabled
        )
        own = _choice(feature, draw)
        self._choices = tuple(_strategy_choice(way, feature, draw) or own for way in self.ways)
        self._own = own
        self._bonds: tuple[Bond, ...] = ()
        self._parents: Test = always
        self._strategies: Test = any_of(way.test for way in self.ways) if feature.strategies else always
        self.test: Test = self._strategies if feature.enabled else never

    def bind(self, features: Mapping[str, Parent]) -> None:
        """Find its parents."""
        self._bonds = bonds(self.feature.dependencies, features)
        self._parents = all_of(bond.test() for bond in self._bonds)
        if self.feature.enabled:
            self.test = all_of([self._parents, self._strategies])

    def choose(self, context: Context, /) -> EvaluatedVariant:
        """The variant; its `feature_enabled` says whether the flag is on."""
        if not self.feature.enabled or not self._parents(context):
            return OFF
        for way, choice in zip(self.ways, self._choices, strict=True):
            if way.test(context):
                return choice.pick(context) if choice is not None else NONE
        if self.feature.strategies:
            return OFF
        return self._own.pick(context) if self._own is not None else NONE

    def look(self, context: Context, /) -> tuple[EvaluatedVariant, tuple[Fact, ...]]:
        """The same, with how it came about."""
        told = self.explain(context)
        return told.variant, told.facts

    def explain(self, context: Context) -> Explanation:
        """Looks at all parents and constraints, also after one that failed, but at no strategy after one that held."""
        name = self.feature.name
        if not self.feature.enabled:
            return Explanation(name, OFF, None, (SwitchedOff(name),))
        looked = [bond.look(context) for bond in self._bonds]
        facts: list[Fact] = [fact for _passed, fact in looked]
        if not all(passed for passed, _fact in looked):
            return Explanation(name, OFF, None, tuple(facts))
        facts += [
            StrategyDisabled(index, one.name) for index, one in enumerate(self.feature.strategies) if one.disabled
        ]
        for way, choice in zip(self.ways, self._choices, strict=True):
            passed, told = way.look(context)
            facts += told
            if passed:
                return _given(name, choice, context, way.index, facts)
        if self.feature.strategies:
            return Explanation(name, OFF, None, tuple(facts))
        return _given(name, self._own, context, None, [*facts, NoStrategies()])


class Evaluator:
    """All flags of one state. It holds nothing that changes, so threads may share it."""

    def __init__(self, state: State, draw: Draw, hostname: str) -> None:
        """A later flag or segment of the same name or number takes the place of an earlier one."""
        segments = {segment.id: segment for segment in state.segments}
        self.state = state
        self.features = {one.name: CompiledFeature(one, segments, draw, hostname) for one in state.features}
        for feature in self.features.values():
            if feature.depends:
                feature.bind(self.features)
        self._tests = {name: feature.test for name, feature in self.features.items()}

    def is_enabled(self, name: str, context: Context) -> bool:
        """Whether the flag is on for this context; one that does not exist is off."""
        test = self._tests.get(name)
        return test is not None and test(context)

    def variant(self, name: str, context: Context) -> EvaluatedVariant:
        """What the flag gives, and in `feature_enabled` whether it is on: one call answers both."""
        feature = self.features.get(name)
        return OFF if feature is None else feature.choose(context)

    def variants(self, context: Context, names: Iterable[str] | None = None) -> dict[str, EvaluatedVariant]:
        """Many flags at once, all by default, in the state's order."""
        chosen = self.features if names is None else names
        return {name: self.variant(name, context) for name in chosen}

    def explain(self, name: str, context: Context) -> Explanation:
        """Why it is on or off. With chance in it (stickiness random), another call may come to something else."""
        feature = self.features.get(name)
        if feature is None:
            return Explanation(name, OFF, None, (UnknownFeature(name),))
        return feature.explain(context)


def compile_state(state: State | Mapping[str, Any], *, draw: Draw = rng.fraction, hostname: str = "") -> Evaluator:
    """Make a state, read or in Unleash's JSON, ready for evaluation. Raises UnreadableFlags.

    Anything in it that is broken beyond that (an unknown operator, a pattern that does not compile) makes the strategy
    it belongs to hold for nobody. `draw` gives numbers from 0 to below 1, for stickiness by chance; `hostname` is the
    machine's name for the strategy applicationHostname.
    """
    return Evaluator(state if isinstance(state, State) else read_state(state), draw, hostname)


def _choice(feature: Feature, draw: Draw) -> Choice | None:
    if not feature.variants:
        return None
    return Choice(feature.variants, feature.name, feature.variants[0].stickiness, draw)


def _strategy_choice(way: Way, feature: Feature, draw: Draw) -> Choice | None:
    """A strategy's variants are sticky as the strategy is, whatever they say themselves."""
    variants, parameters = way.strategy.variants, way.strategy.parameters
    if not variants:
        return None
    stickiness = parameters.get("stickiness", "default")
    return Choice(variants, group_of(parameters, feature.name), stickiness, draw, way.index)


def _given(
    name: str, choice: Choice | None, context: Context, strategy: int | None, facts: Iterable[Fact]
) -> Explanation:
    if choice is None:
        return Explanation(name, NONE, strategy, (*facts, NoVariants()))
    variant, fact = choice.look(context)
    return Explanation(name, variant, strategy, (*facts, fact))
