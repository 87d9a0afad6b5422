"""What is known of an experiment, and what it says by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from studio.core.unit_of_work import UnitOfWork
from studio.flags import sums
from studio.flags.experimenting import rows
from studio.flags.experiments.conclusion import Conclusion, conclude
from studio.flags.experiments.policy import State
from studio.flags.experiments.result import ArmResult, Counted, Result, result
from studio.flags.models import FlagExperiment
from studio.flags.statistics.comparing import Comparison, Interval, Withheld
from studio.flags.statistics.samples import Sample
from studio.flags.sums import Sums


@dataclass(frozen=True, slots=True)
class Reading:
    """What it says at one moment; of one that has ended always the same."""

    found: Result
    sums: Mapping[str, Sums]
    """By arm; one that nobody was seen in is left out."""
    conclusion: Conclusion

    @property
    def crossed(self) -> int:
        """Units of whom a program said that they were given another arm's variant."""
        return sum(one.crossed for one in self.sums.values())

    def as_json(self) -> dict[str, Any]:
        """As programs and steps get it; rates in parts of 1."""
        arms = [_arm(one, self.sums.get(one.name, Sums())) for one in self.found.arms]
        ratio = self.found.ratio
        return {
            "final": self.found.final, "outcome": self.conclusion.outcome.value, "winner": self.conclusion.variant,
            "sizes": ratio.ratio.value, "sizes_p_value": ratio.p_value, "crossed": self.crossed, "arms": arms,
        }  # fmt: skip


def read(uow: UnitOfWork, row: FlagExperiment) -> Reading:
    """What it says now, or said when it ended."""
    return reading(row, known(uow, row), row.ended_at or uow.now)


def known(uow: UnitOfWork, row: FlagExperiment) -> dict[str, Sums]:
    """What was counted, or what is kept of it."""
    if row.counted is not None:
        return sums.read(row.counted)
    if row.state in (State.DRAFT, State.DROPPED):
        return {}
    design = rows.design_of(row)
    keys = [design.primary, *(one.metric for one in design.guardrails)]
    return sums.of_study(uow, row.id, row.environment_id, keys, row.ended_at)


def reading(row: FlagExperiment, found: Mapping[str, Sums], at: datetime) -> Reading:
    """The same from sums. Pure."""
    counted = {arm: Counted(one.units, one.metrics) for arm, one in found.items()}
    said = result(rows.allotted(row), counted, at)
    return Reading(said, found, conclude(said))


def _arm(one: ArmResult, counted: Sums) -> dict[str, Any]:
    return {
        "name": one.name, "units": one.units, "expected": one.expected, "crossed": counted.crossed,
        "mean": _mean(one.primary), **_compared(one.comparison),
        "verdict": one.verdict.value if one.verdict is not None else None,
        "guardrails": [
            {"metric": look.guardrail.metric, "broken": look.broken, **_compared(look.comparison)}
            for look in one.guardrails
        ],
    }  # fmt: skip


def _mean(found: Sample | None) -> float | None:
    return found.mean if found is not None and found.n else None


def _compared(found: Comparison | Withheld | None) -> dict[str, Any]:
    if not isinstance(found, Comparison):
        return {"difference": None, "relative": None}
    return {"difference": _interval(found.absolute), "relative": _interval(found.relative)}


def _interval(found: Interval | None) -> dict[str, float] | None:
    return None if found is None else {"low": found.low, "estimate": found.estimate, "high": found.high}
