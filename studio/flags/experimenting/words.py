"""Experiments in words."""

from collections.abc import Iterable

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from studio.core.i18n import gettext as _
from studio.flags.experiments.conclusion import Conclusion, Outcome
from studio.flags.experiments.policy import Objection, State
from studio.flags.experiments.result import ArmResult, Verdict
from studio.flags.models import FlagExperiment
from studio.flags.rollouts.words import interval
from studio.flags.statistics.comparing import Comparison, Withheld
from studio.flags.statistics.samples import Proportion, Sample
from studio.flags.statistics.srm import Ratio, RatioCheck

STATES = {
    State.DRAFT: (_l("Draft"), ""), State.RUNNING: (_l("Running"), "run"),
    State.ENDED: (_l("Waits for a decision"), "warn"), State.STOPPED: (_l("Stopped"), "warn"),
    State.DECIDED: (_l("Decided"), "good"), State.DROPPED: (_l("Dropped"), ""),
}  # fmt: skip
VERDICTS = {
    Verdict.WIN: (_l("Better"), "good"), Verdict.LOSS: (_l("Worse"), "bad"),
    Verdict.NO_DIFFERENCE: (_l("No difference seen"), ""), Verdict.TOO_EARLY: (_l("Not called yet"), ""),
    Verdict.MISMATCH: (_l("Not called: sizes are off"), "bad"), Verdict.TOO_FEW_UNITS: (_l("Too few people"), "warn"),
}  # fmt: skip
REASONS = {
    "by_person": _l("Somebody stopped it before its horizon."),
    "guardrail": _l("A guardrail broke: it stopped by itself, and nobody has the variant any more."),
    "switched_off": _l("The flag was turned off, and the experiment stopped with it."),
}
EVENTS = {
    "created": _l("Planned"), "started": _l("Started"), "ended": _l("Reached its horizon"), "stopped": _l("Stopped"),
    "dropped": _l("Dropped"), "proposed": _l("Asked for a yes"), "withdrawn": _l("Took the proposal back"),
    "declined": _l("Declined"), "decided": _l("Decided"), "not_applied": _l("Agreed, but could not be done"),
}  # fmt: skip
VERBS = {
    "start": _l("Start"), "stop": _l("Stop: nobody has it any more"), "drop": _l("Drop it"),
    "withdraw": _l("Take the proposal back"),
}  # fmt: skip
ABOUT_VARIANT = ("proposed", "withdrawn", "declined", "decided", "not_applied")
"""Of these an event says which variant."""


def decision(ship: str | None) -> str:
    """What becomes of the flag."""
    return _("keep the control") if not ship else _("give everybody “%(variant)s”", variant=ship)


def conclusion(found: Conclusion) -> str:
    """What it comes to, in one sentence."""
    if found.outcome is Outcome.SHIP:
        return _("“%(variant)s” is better than the control.", variant=found.variant or "")
    said = {
        Outcome.KEEP: _("Every variant is worse than the control: keep what you have."),
        Outcome.INCONCLUSIVE: _("No difference was seen. There may be one that is too small for so many people; "
                                "the limits say how large it could be."),
        Outcome.INVALID: _("The arms do not have the sizes they were given, so people are missing on one side and "
                           "nothing here can be trusted. Look at where programs report who was exposed."),
    }  # fmt: skip
    return said[found.outcome]


def objection(found: Objection) -> str:
    """What speaks against a decision."""
    said = {
        Objection.MISMATCH: _("The arms do not have the sizes they were given."),
        Objection.GUARDRAIL: _("It broke a guardrail."),
        Objection.LOSS: _("It is worse than the control."),
        Objection.NOT_SHOWN: _("It was not seen to be better."),
        Objection.OTHER_WON: _("Another variant is better."),
    }
    return said[found]


def arm(one: ArmResult) -> str:
    """What one arm says, in a line."""
    people = _("%(count)s people", count=format_decimal(one.units))
    if one.primary is None or not one.primary.n:
        return people
    said = f"{people}, {mean(one.primary)}"
    if isinstance(one.comparison, Comparison):
        apart = interval(one.comparison.absolute, rate=isinstance(one.primary, Proportion))
        said = _("%(arm)s; difference %(apart)s", arm=said, apart=apart)
    return said


def apart(found: Comparison | Withheld | None, *, rate: bool) -> str:
    """How an arm differs from the control."""
    if isinstance(found, Comparison):
        return interval(found.absolute, rate=rate)
    if found is None:
        return ""
    return _("%(have)s of %(need)s people in the smaller group", have=found.have, need=found.need)


def sizes(found: RatioCheck) -> str:
    """Whether the arms have the sizes that they were given."""
    if found.ratio is Ratio.TOO_FEW or found.p_value is None:
        return _("Too few people to say whether the arms have the sizes they were given.")
    odds = f"{found.p_value:.3g}"
    if found.ratio is Ratio.MISMATCH:
        return _("The arms do not have the sizes they were given (p = %(odds)s).", odds=odds)
    return _("The arms have the sizes they were given (p = %(odds)s).", odds=odds)


def people(named: Iterable[str]) -> str:
    """Who was named, as people write them."""
    return ", ".join(one.partition(":")[2] or one for one in named)


def state(row: FlagExperiment) -> tuple[str, str]:
    """Where it stands, and the colour of that."""
    said, kind = STATES[State(row.state)]
    return str(said), kind


def mean(found: Sample) -> str:
    """A rate in per cent, or a mean."""
    if isinstance(found, Proportion):
        return _("%(amount)s %%", amount=format_decimal(round(found.mean * 100, 2)))
    return str(format_decimal(round(found.mean, 2)))
