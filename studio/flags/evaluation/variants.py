"""Which of a flag's variants somebody gets: by override, else by their number among the weights."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Payload, Variant
from studio.flags.evaluation.facts import Fact, NoVariants, VariantChosen, VariantOverridden
from studio.flags.evaluation.hashing import VARIANT_SEED, bucket, by_chance
from studio.flags.evaluation.rollouts import Draw
from studio.flags.evaluation.stickiness import Stickiness


@dataclass(frozen=True, slots=True)
class EvaluatedVariant:
    """What somebody gets: `enabled` says whether there is a variant, `feature_enabled` whether the flag is on."""

    name: str
    enabled: bool
    feature_enabled: bool
    payload: Payload | None = None

    def as_json(self) -> dict[str, Any]:
        """As SDKs know it: `{name, enabled, feature_enabled, payload?: {type, value}}`."""
        told: dict[str, Any] = {
            "name": self.name,
            "enabled": self.enabled,
            "feature_enabled": self.feature_enabled,
        }
        if self.payload is not None:
            told["payload"] = {"type": self.payload.type, "value": self.payload.value}
        return told


OFF = EvaluatedVariant("disabled", enabled=False, feature_enabled=False)
"""Of a flag that is off."""
NONE = EvaluatedVariant("disabled", enabled=False, feature_enabled=True)
"""Of a flag that is on and has no variants."""


class Choice:
    """Variants made ready. `strategy` is whose they are; None: the flag's own."""

    def __init__(
        self, variants: Sequence[Variant], group: str, stickiness: str, draw: Draw, strategy: int | None = None
    ) -> None:
        """`group` is hashed with the field's text; a negative weight counts as 0."""
        self._given = [EvaluatedVariant(one.name, True, True, one.payload) for one in variants]
        self._bounds = list(accumulate(max(one.weight, 0) for one in variants))
        self._total = self._bounds[-1] if self._bounds else 0
        self._overrides = [
            (asked.context_name, frozenset(asked.values), given)
            for one, given in zip(variants, self._given, strict=True)
            for asked in one.overrides
        ]
        self._stickiness = Stickiness.of_variants(stickiness)
        self._group = group
        self._draw = draw
        self._strategy = strategy

    def pick(self, context: Context) -> EvaluatedVariant:
        """The verdict alone."""
        for field, values, given in self._overrides:
            if context.get(field) in values:
                return given
        if self._total == 0:
            return NONE
        return self._given[bisect_left(self._bounds, self._number(self._stickiness.find(context)))]

    def look(self, context: Context) -> tuple[EvaluatedVariant, Fact]:
        """The verdict, and how it came about."""
        for field, values, given in self._overrides:
            text = context.get(field)
            if text is not None and text in values:
                return given, VariantOverridden(given.name, field, text)
        if self._total == 0:
            return NONE, NoVariants()
        found = self._stickiness.find(context)
        number = self._number(found)
        given = self._given[bisect_left(self._bounds, number)]
        field, text = found or ("", None)
        return given, VariantChosen(given.name, self._strategy, number, self._total, self._group, field, text)

    def _number(self, found: tuple[str, str] | None) -> int:
        if found is None:
            return by_chance(self._draw(), self._total)
        return bucket(self._group, found[1], self._total, VARIANT_SEED)
