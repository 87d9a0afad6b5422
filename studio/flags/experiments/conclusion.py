"""What an experiment comes to, in one word that a workflow can go on by. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from studio.flags.experiments.result import ArmResult, Result, Verdict
from studio.flags.statistics.comparing import Comparison
from studio.flags.statistics.srm import Ratio


class Outcome(StrEnum):
    """What it says should be done."""

    SHIP = "ship"
    """A variant won."""
    KEEP = "keep"
    """No variant won, and each of them lost."""
    INCONCLUSIVE = "inconclusive"
    """Nothing was seen, or it ended before anything could be."""
    INVALID = "invalid"
    """The arms do not have the sizes they were given: nothing it says can be trusted."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The word, and the variant that it is about."""

    outcome: Outcome
    variant: str | None = None
    """Of `ship`: the one that won; of several, the one that differs most."""


def conclude(found: Result) -> Conclusion:
    """What it comes to, read as it stands."""
    if found.ratio.ratio is Ratio.MISMATCH:
        return Conclusion(Outcome.INVALID)
    arms = found.arms[1:]
    winners = [arm for arm in arms if arm.verdict is Verdict.WIN]
    if winners:
        return Conclusion(Outcome.SHIP, max(winners, key=_size).name)
    if all(arm.verdict is Verdict.LOSS for arm in arms):
        return Conclusion(Outcome.KEEP)
    return Conclusion(Outcome.INCONCLUSIVE)


def _size(arm: ArmResult) -> float:
    return abs(arm.comparison.absolute.estimate) if isinstance(arm.comparison, Comparison) else 0.0
