"""The flags of one revision made ready to be evaluated here, and what an answer says about each beside its rules."""

from dataclasses import dataclass
from typing import Any

import orjson

from studio.flags.evaluation.compiled import CompiledFeature, Evaluator, compile_state
from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Feature
from studio.flags.evaluation.values import value_of
from studio.flags.evaluation.variants import EvaluatedVariant
from studio.flags.outcomes import Kind
from studio.flags.serving.document import Document, Fact

_BY_PERSON = frozenset({"default", "userId"})
PERSON = ("userId", "sessionId")


@dataclass(frozen=True, slots=True)
class Ready:
    """One flag."""

    compiled: CompiledFeature
    fact: Fact
    splits: bool
    """Who gets what hangs on who asks: without a person, chance would decide anew each time."""
    reason: str
    """OFREP's word for how it is decided while it is on."""

    def value(self, variant: EvaluatedVariant) -> Any:
        """What the flag gives; `off_value` where it is off or no variant carries a value. Raises NoValue."""
        if self.fact.kind != Kind.BOOLEAN and variant.payload is None:
            return self.fact.off_value
        return value_of(Kind(self.fact.kind), variant)

    def knows(self, context: Context) -> bool:
        """Whether the context says enough for an answer that stays the same."""
        return not self.splits or any(name in context for name in PERSON)


@dataclass(frozen=True)
class Judge:
    """All flags of one document."""

    evaluator: Evaluator
    flags: dict[str, Ready]

    @classmethod
    def of(cls, document: Document, hostname: str = "") -> "Judge":
        """Compile a document. It has no rules that cannot be read: what was saved was checked."""
        evaluator = compile_state(orjson.loads(document.body), hostname=hostname)
        flags = {name: _ready(one, document.facts[name]) for name, one in evaluator.features.items()}
        return cls(evaluator, flags)


def _ready(compiled: CompiledFeature, fact: Fact) -> Ready:
    feature = compiled.feature
    splits = _splits(feature)
    aimed = feature.dependencies or any(
        one.constraints or one.segments or one.name not in ("default", "flexibleRollout") for one in feature.strategies
    )
    reason = "SPLIT" if splits else "TARGETING_MATCH" if aimed else "STATIC"
    return Ready(compiled, fact, splits, reason)


def _splits(feature: Feature) -> bool:
    working = [one for one in feature.strategies if not one.disabled]
    if any(one.name == "gradualRolloutUserId" for one in working):
        return True
    if len(feature.variants) > 1 and feature.variants[0].stickiness in _BY_PERSON:
        return True
    for one in working:
        by_person = one.parameters.get("stickiness", "default") in _BY_PERSON
        partly = one.name == "flexibleRollout" and one.parameters.get("rollout") not in ("0", "100")
        if by_person and (partly or len(one.variants) > 1):
            return True
    return False
