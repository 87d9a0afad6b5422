"""Rollouts in words."""

from collections.abc import Iterable
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import lazy_gettext as _l

from studio.core.i18n import gettext as _
from studio.flags.ramps.guardrails import Look
from studio.flags.ramps.plan import Change, Guardrail, Worse
from studio.flags.ramps.policy import Gate
from studio.flags.ramps.states import State, Verb
from studio.flags.statistics.comparing import Interval, Withheld

STATES = {
    State.PENDING: (_l("Pending"), "warn"), State.READY: (_l("Ready"), "run"), State.RUNNING: (_l("Running"), "run"),
    State.PAUSED: (_l("Paused"), "warn"), State.HELD: (_l("Held"), "bad"), State.COMPLETED: (_l("Completed"), "good"),
    State.ROLLED_BACK: (_l("Rolled back"), ""),
}  # fmt: skip
VERBS = {
    Verb.START: _l("Start"), Verb.PAUSE: _l("Pause"), Verb.RESUME: _l("Resume"), Verb.HOLD: _l("Hold"),
    Verb.ADVANCE: _l("Wait no longer at this step"), Verb.COMPLETE: _l("Give it to everybody now"),
    Verb.ROLL_BACK: _l("Roll back"),
}  # fmt: skip
GATES = {
    Gate.DWELL: _l("the time of this step"), Gate.SAMPLE: _l("enough people in each group"),
    Gate.EVIDENCE: _l("enough measurements to judge the guardrails"), Gate.APPROVAL: _l("somebody's yes"),
}  # fmt: skip
EVENTS = {
    "created": _l("Planned"), "changed": _l("Planned anew"), "started": _l("Started"), "advanced": _l("Went on"),
    "cut_short": _l("Waits no longer"), "paused": _l("Paused"), "resumed": _l("Resumed"), "held": _l("Held"),
    "completed": _l("Completed"), "rolled_back": _l("Rolled back"), "asked": _l("Asked for a yes"),
    "left": _l("No run waits for it"),
}  # fmt: skip
KINDS = {"proportion": _l("Share of people to whom it happens"), "mean": _l("Sum a person")}
WORSE = {Worse.UP: _l("more is worse"), Worse.DOWN: _l("less is worse")}


def reason(key: str) -> str:
    """Why it is held, by the key that is kept."""
    code, _sign, rest = key.partition(":")
    said = {
        "mismatch": _("The two groups do not have the sizes they should have: people are lost on one side."),
        "no_traffic": _("Nobody was seen for as long as the plan allows."),
        "approval_refused": _("Somebody said no."),
        "by_person": _("Somebody held it."),
    }
    if code == "guardrail":
        return _("The guardrail “%(metric)s” is broken.", metric=rest.partition(":")[0])
    return said.get(code, key)


def guardrail(one: Guardrail, *, rate: bool) -> str:
    """What is allowed: "at most 1 point more than without it"."""
    if one.change is Change.RELATIVE:
        amount = _("%(amount)s %%", amount=format_decimal(one.tolerance * 100))
    elif rate:
        points = one.tolerance * 100
        many = 1 if points == 1 else 2  # 0.5 points
        amount = str(ngettext("%(amount)s point", "%(amount)s points", many, amount=format_decimal(points)))
    else:
        amount = str(format_decimal(one.tolerance))
    if one.worse is Worse.UP:
        return _("at most %(amount)s more than without it", amount=amount)
    return _("at most %(amount)s less than without it", amount=amount)


def seen(look: Look, *, rate: bool) -> str:
    """What the numbers say of a guardrail by now."""
    if isinstance(look.comparison, Withheld):
        return _(
            "%(have)s of %(need)s people in the smaller group", have=look.comparison.have, need=look.comparison.need
        )
    return interval(look.comparison.absolute, rate=rate)


def interval(found: Interval, *, rate: bool) -> str:
    """A difference with its limits; rates in points of a per cent."""
    low, middle, high = (_number(value, rate=rate) for value in (found.low, found.estimate, found.high))
    if rate:
        return _("%(middle)s points (%(low)s to %(high)s)", middle=middle, low=low, high=high)
    return _("%(middle)s (%(low)s to %(high)s)", middle=middle, low=low, high=high)


def gates(found: Iterable[Gate]) -> str:
    """What it waits for."""
    return ", ".join(str(GATES[one]) for one in found)


def duration(seconds: float) -> str:
    """A step's time, in its largest whole unit."""
    whole = int(seconds)
    if whole and whole % 86_400 == 0:
        return str(ngettext("%(num)s day", "%(num)s days", whole // 86_400))
    if whole and whole % 3_600 == 0:
        return str(ngettext("%(num)s hour", "%(num)s hours", whole // 3_600))
    return str(ngettext("%(num)s minute", "%(num)s minutes", max(1, round(whole / 60)))) if whole else _("no time")


def findings(found: Iterable[dict[str, Any]]) -> list[str]:
    """What an event of the history rests on."""
    return [reason(str(one["key"])) for one in found]


def _number(value: float, *, rate: bool) -> str:
    return str(format_decimal(round(value * 100 if rate else value, 2)))
