"""Flags as Unleash's client API writes them (version 2), as values that do not change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VERSION = 2
"""Of the client API's format."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on one field of the context."""

    context_name: str
    operator: str
    values: tuple[str, ...] = ()
    value: str | None = None
    inverted: bool = False
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Constraints under one name, used by many strategies."""

    id: int
    constraints: tuple[Constraint, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a variant carries; `type` is string, csv, json or number, `value` always its text."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Override:
    """Who gets a variant whatever the number says."""

    context_name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the answers that a flag gives; its weight is in thousandths."""

    name: str
    weight: int
    weight_type: str = "variable"
    stickiness: str = "default"
    payload: Payload | None = None
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to be on: its own rule, and all of its constraints and segments."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    segments: tuple[int, ...] = ()
    variants: tuple[Variant, ...] = ()
    disabled: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A parent flag that must be on (or off), perhaps in one of some variants."""

    feature: str
    enabled: bool = True
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """One flag: on if it is enabled, its parents are as wanted, and one strategy (or none is there) says so."""

    name: str
    enabled: bool
    type: str = "release"
    strategies: tuple[Strategy, ...] = ()
    variants: tuple[Variant, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    impression_data: bool = False
    stale: bool = False
    project: str = "default"
    description: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """All that a client knows."""

    features: tuple[Feature, ...] = ()
    segments: tuple[Segment, ...] = ()
    version: int = VERSION
