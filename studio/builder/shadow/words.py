"""What a shadow says to people, with the words of a backtest where they say the same."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.builder.backtest import words
from studio.builder.backtest.outcomes import State
from studio.builder.backtest.tally import Tally
from studio.builder.models import Backtest
from studio.builder.shadow.outcomes import Ended
from studio.core.formats import number as _n
from studio.core.i18n import gettext
from studio.runtime.document import Document

GOING_ON = (_l("Goes on"), "run")
ENDS = {
    Ended.TIME: (_l("Its time was over"), "good"),
    Ended.BOUND: (_l("It saw as many events as wanted"), "good"),
    Ended.STOPPED: (_l("Stopped"), ""),
    Ended.PUBLISHED: (_l("Another version was published"), ""),
    Ended.ARCHIVED: (_l("The workflow was archived"), ""),
    Ended.FAILED: (_l("It could not go on"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the two side by side."""

    what: str
    draft: int
    live: int


def state(row: Backtest) -> tuple[object, str]:
    """Where it is, or why it is over, and the kind of its chip."""
    return ENDS[Ended(row.ended)] if row.ended is not None else GOING_ON


def sentence(row: Backtest, tally: Tally) -> str:
    """The answer."""
    if not tally.events:
        return gettext("No event has been compared yet.") if goes_on(row) else gettext("No event was compared.")
    head = ngettext(
        "Of %(events)s live event, %(acted)s would have led to something",
        "Of %(events)s live events, %(acted)s would have led to something",
        tally.events, events=_n(tally.events), acted=_n(tally.acted),
    )  # fmt: skip
    return "; ".join([head, *words.clauses(tally)]) + "."


def beside(row: Backtest, tally: Tally) -> str:
    """Whether the published version came to the same."""
    said = words.otherwise(tally)
    if left := awaited(row, tally):
        more = ngettext(
            "The run of %(count)s event goes on; it is compared once that run has ended.",
            "The runs of %(count)s events go on; they are compared once those runs have ended.",
            left, count=_n(left),
        ) if goes_on(row) else ngettext(
            "The run of %(count)s event had not ended, so it was not compared.",
            "The runs of %(count)s events had not ended, so they were not compared.",
            left, count=_n(left),
        )  # fmt: skip
        said = f"{said} {more}"
    return said


def so_far(row: Backtest) -> str:
    """How many it has seen."""
    said: str = ngettext("%(taken)s event so far", "%(taken)s events so far", row.taken, taken=_n(row.taken))
    return said


def alike(tally: Tally) -> str:
    """How many of those that were tried come out the same."""
    tried = tally.events - tally.gone
    said: str = ngettext(
        "%(same)s of %(tried)s event comes out the same", "%(same)s of %(tried)s events come out the same", tried,
        same=_n(tally.same), tried=_n(tried),
    )  # fmt: skip
    return said


def side_by_side(tally: Tally) -> list[Line]:
    """What the draft would have done, and what the published version did."""
    return [
        Line(gettext("Started a run"), tally.matched, tally.then_matched),
        Line(gettext("Led to something"), tally.acted, tally.then_acted),
        Line(gettext("Asked somebody"), tally.asked, tally.then_asked),
        Line(gettext("Failed"), tally.failed, tally.then_failed),
    ]


def awaited(row: Backtest, tally: Tally) -> int:
    """Events that were seen and not compared, as their run goes on."""
    return row.taken - tally.events


def assumptions(row: Backtest, tally: Tally, document: Document) -> list[str]:
    """Everything that was not really so."""
    said = words.assumptions(row, tally, document)
    if tally.not_ended:
        said.append(
            ngettext(
                "The run of %(count)s event did not end within a quarter of an hour: not ended.",
                "The runs of %(count)s events did not end within a quarter of an hour: not ended.",
                tally.not_ended, count=_n(tally.not_ended),
            )
        )  # fmt: skip
    return said


def goes_on(row: Backtest) -> bool:
    """Whether events are still looked at."""
    return row.state == State.RUNNING


def percent(row: Backtest, now: datetime) -> int:
    """How much of its time or of its events it has had, whichever is more."""
    if not goes_on(row) or row.until_at is None:
        return 100
    time = (now - row.created_at) / (row.until_at - row.created_at)
    return max(0, min(100, int(100 * max(time, row.taken / row.total))))
