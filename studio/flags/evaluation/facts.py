"""What was found on the way to a verdict: one class a kind of fact, for a page to put into words.

`code` names the kind; the other fields are its values. `strategy` counts from 0 within the flag.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fact:
    """Any of them."""

    code: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class UnknownFeature(Fact):
    """There is no flag of this name, so it is off."""

    code: ClassVar[str] = "unknown_feature"
    feature: str


@dataclass(frozen=True, slots=True)
class SwitchedOff(Fact):
    """The flag is off for everybody; nothing else was looked at."""

    code: ClassVar[str] = "switched_off"
    feature: str


@dataclass(frozen=True, slots=True)
class ParentMissing(Fact):
    """The flag it depends on does not exist."""

    code: ClassVar[str] = "parent_missing"
    parent: str


@dataclass(frozen=True, slots=True)
class ParentDepends(Fact):
    """The flag it depends on depends on another one itself; only one level counts."""

    code: ClassVar[str] = "parent_depends"
    parent: str


@dataclass(frozen=True, slots=True)
class ParentChecked(Fact):
    """The flag it depends on, whether it is as wanted, and the facts about it."""

    code: ClassVar[str] = "parent_checked"
    parent: str
    wanted_enabled: bool
    found_enabled: bool
    wanted_variants: tuple[str, ...]
    """Empty: any."""
    found_variant: str
    passed: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class NoStrategies(Fact):
    """The flag is on and has no rules: on for everybody."""

    code: ClassVar[str] = "no_strategies"


@dataclass(frozen=True, slots=True)
class StrategyDisabled(Fact):
    """A strategy that is set aside."""

    code: ClassVar[str] = "strategy_disabled"
    strategy: int
    name: str


@dataclass(frozen=True, slots=True)
class StrategyBroken(Fact):
    """A strategy that can never hold: an unknown name, or a parameter that cannot be read."""

    code: ClassVar[str] = "strategy_broken"
    strategy: int
    name: str
    parameter: str
    """Empty: the name itself."""
    value: str


@dataclass(frozen=True, slots=True)
class SegmentMissing(Fact):
    """A strategy names a segment that does not exist, so it can never hold."""

    code: ClassVar[str] = "segment_missing"
    strategy: int
    segment: int


@dataclass(frozen=True, slots=True)
class ConstraintChecked(Fact):
    """One constraint, of the strategy itself or of one of its segments."""

    code: ClassVar[str] = "constraint_checked"
    strategy: int
    segment: int | None
    position: int
    """From 0, within the strategy's or the segment's own list."""
    context_name: str
    operator: str
    wanted: tuple[str, ...]
    inverted: bool
    found: str | None
    """None: the context does not have the field."""
    broken: str
    """Why it can never be met; empty: it can."""
    passed: bool


@dataclass(frozen=True, slots=True)
class ListChecked(Fact):
    """A field against the strategy's own list: user ids, addresses, host names."""

    code: ClassVar[str] = "list_checked"
    strategy: int
    context_name: str
    found: str | None
    passed: bool


@dataclass(frozen=True, slots=True)
class ShareChecked(Fact):
    """The number of a rollout (1 to 100) against its share in per cent."""

    code: ClassVar[str] = "share_checked"
    strategy: int
    share: int
    bucket: int | None
    """None: the field it is sticky on is missing, so it does not hold."""
    group: str
    context_name: str
    """The field whose text was hashed; empty: drawn by chance, and it may be another the next time."""
    found: str | None
    passed: bool


@dataclass(frozen=True, slots=True)
class StrategyChecked(Fact):
    """What came out of one strategy as a whole, after the facts about it."""

    code: ClassVar[str] = "strategy_checked"
    strategy: int
    name: str
    title: str
    passed: bool


@dataclass(frozen=True, slots=True)
class VariantChosen(Fact):
    """Which variant, by which number out of the sum of all weights."""

    code: ClassVar[str] = "variant_chosen"
    variant: str
    strategy: int | None
    """None: one of the flag's own variants."""
    number: int
    total: int
    group: str
    context_name: str
    """Empty: drawn by chance."""
    found: str | None


@dataclass(frozen=True, slots=True)
class VariantOverridden(Fact):
    """A variant named for this text of this field."""

    code: ClassVar[str] = "variant_overridden"
    variant: str
    context_name: str
    found: str


@dataclass(frozen=True, slots=True)
class NoVariants(Fact):
    """The flag is on and has no variants to give, or all their weights are 0."""

    code: ClassVar[str] = "no_variants"
