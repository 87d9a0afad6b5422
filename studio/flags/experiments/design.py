"""The design of an experiment, fixed before it starts: arms, one primary metric, guardrails, alpha and horizon."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.ramps.checking import MOST_UNITS, checked, guardrail_problems
from studio.flags.ramps.plan import Guardrail

MOST_ARMS = 10
NAME = 40
"""Characters of an arm's name."""
_STRICT = with_config(ConfigDict(extra="forbid"))
"""A field that there is not is refused, not passed over."""


class Better(StrEnum):
    """Which way the primary metric gets better."""

    UP = "up"
    DOWN = "down"


@_STRICT
@dataclass(frozen=True, slots=True)
class Variant:
    """One arm: the flag's variant that it gets."""

    name: str
    share: float
    """Per cent of the units, above 0; those of all arms together at most 100."""


@_STRICT
@dataclass(frozen=True, slots=True)
class Design:
    """The whole of it. The horizon is the units, the moment, or whichever of the two comes last."""

    variants: tuple[Variant, ...]
    """The first one is the control."""
    primary: str
    """The key of the metric that decides."""
    better: Better = Better.UP
    units: int | None = None
    """Units that every arm has to have."""
    until: datetime | None = None
    """When it ends, with its time zone."""
    alpha: float = 0.05
    """How probable it may be that any arm is called different that is not (0.001 to 0.2)."""
    guardrails: tuple[Guardrail, ...] = ()

    def reached(self, units: int, now: datetime) -> bool:
        """Whether the horizon is reached, where the smallest arm has so many `units`."""
        return (self.units is None or units >= self.units) and (self.until is None or now >= self.until)

    def as_json(self) -> dict[str, Any]:
        """As it is stored and shown."""
        document: dict[str, Any] = FORM.dump_python(self, mode="json")
        return document


FORM = TypeAdapter(Design)


def read(document: Mapping[str, Any]) -> Design:
    """The design in what was stored or sent, or InvalidInput with each problem and its path."""
    return checked(lambda: FORM.validate_python(document), problems, "experiment.form")


def problems(design: Design) -> Iterator[FieldProblem]:
    """Everything that is wrong with it; nothing where it can be run."""
    yield from _variants(design)
    if not design.primary:
        yield FieldProblem("primary", "experiment.no_metric", _("Name the metric that decides."))
    if design.units is None and design.until is None:
        message = _("Say when it is read: at so many units an arm, at a moment, or at the later of both.")
        yield FieldProblem("units", "experiment.no_horizon", message)
    if design.units is not None and not 2 <= design.units <= MOST_UNITS:
        message = _("The horizon is between 2 and %(most)s units an arm.", most=MOST_UNITS)
        yield FieldProblem("units", "experiment.bad_horizon", message)
    if design.until is not None and design.until.tzinfo is None:
        message = _("Give the moment with its time zone.")
        yield FieldProblem("until", "experiment.bad_horizon", message)
    if not 0.001 <= design.alpha <= 0.2:
        message = _("The probability of a false alarm is between 0.001 and 0.2.")
        yield FieldProblem("alpha", "experiment.bad_alpha", message)
    yield from guardrail_problems(design.guardrails)


def _variants(design: Design) -> Iterator[FieldProblem]:
    if not 2 <= len(design.variants) <= MOST_ARMS:
        message = _("An experiment has 2 to %(most)s arms; the first one is the control.", most=MOST_ARMS)
        yield FieldProblem("variants", "experiment.bad_arms", message)
    seen = set[str]()
    for index, variant in enumerate(design.variants):
        if not variant.name:
            yield FieldProblem(f"variants.{index}.name", "experiment.no_name", _("Name the variant."))
        elif len(variant.name) > NAME:
            message = _("A variant's name has at most %(most)s characters.", most=NAME)
            yield FieldProblem(f"variants.{index}.name", "experiment.long_name", message)
        elif variant.name in seen:
            message = _("“%(name)s” is an arm already.", name=variant.name)
            yield FieldProblem(f"variants.{index}.name", "experiment.arm_twice", message)
        seen.add(variant.name)
        if not 0 < variant.share <= 100:
            message = _("A share is above 0 and at most 100 per cent.")
            yield FieldProblem(f"variants.{index}.share", "experiment.bad_share", message)
    if sum(variant.share for variant in design.variants) > 100 + 1e-9:
        message = _("The shares of all arms together are at most 100 per cent.")
        yield FieldProblem("variants", "experiment.shares_too_large", message)
