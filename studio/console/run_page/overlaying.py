"""What a run did, in the words and addresses of its picture."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.builder.picture import Overlay
from studio.console import words
from studio.core.formats import number
from studio.runtime.history.detail import RunDetail, StepView
from studio.runtime.history.tallies import WORST_FIRST, Tally
from studio.runtime.history.ways import Passage, Way

WAYS = {"taken": "taken", "dead": "passed", "open": "open"}


def overlay(
    found: RunDetail,
    tallies: Mapping[str, Tally],
    passages: Mapping[Way, Passage],
    address: Callable[[StepView], str],
    current: str | None,
    *,
    then: bool = False,
) -> Overlay:
    """States, times and numbers of the steps; which lines were gone along. `then`: as it was before its end."""
    shown = _shown(found)
    return Overlay(
        lines={key: line(step, tallies.get(key), then=then) for key, step in shown.items()},
        links={key: address(step) for key, step in shown.items()},
        ways={way: WAYS[one.state] for way, one in passages.items()},
        marks={way: f"\N{MULTIPLICATION SIGN} {number(one.times)}" for way, one in passages.items() if one.times > 1},
        words={way: said(one) for way, one in passages.items()},
        current=current,
    )


def line(step: StepView, tally: Tally | None, *, then: bool = False) -> str:
    """A step's result, how long and how often, in one line."""
    if tally is None:
        return str(words.STATES["not_reached"][0])
    if tally.places > 1:
        often = ngettext("%(count)s time", "%(count)s times", tally.places, count=number(tally.places))
        failed = tally.states["failed"]
        return f"{often}, " + _("%(count)s failed", count=number(failed)) if failed else str(often)
    if then and step.state != tally.worst:
        return str(words.STATES.get(tally.worst, (tally.worst, ""))[0])
    return " · ".join(filter(None, (str(words.step_result(step).text), words.took(step))))


def said(passage: Passage) -> str:
    """What became of a connection."""
    if passage.state == "taken":
        return str(ngettext("The run went here", "The run went here %(count)s times", passage.times,
                            count=number(passage.times)))  # fmt: skip
    return str(_("The run did not go here") if passage.state == "dead" else _("The run may still go here"))


def _shown(found: RunDetail) -> dict[str, StepView]:
    """Of each node the place that a click leads to: the one that stands worst, the first of them."""
    made: dict[str, StepView] = {}
    for step in found.steps:
        before = made.get(step.key)
        if before is None or _rank(step) < _rank(before):
            made[step.key] = step
    return made


def _rank(step: StepView) -> int:
    return WORST_FIRST.index(step.state) if step.state in WORST_FIRST else len(WORST_FIRST)
