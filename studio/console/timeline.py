"""When each step ran, as a drawing: bars in per cent of the run's time, and the scale above them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from studio.core.formats import at, clock_time, lasting
from studio.runtime.history.spells import Spell

NARROWEST = 0.8
"""Per cent: what is shorter is drawn so wide, so that it can be seen and hit."""
MOST_BARS = 60
"""Of one step."""
MOST_TICKS = 4
TELLS_CLOCK_S = 300
"""A shorter run's scale counts from its beginning."""
_STEPS_S = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600,
    7_200, 10_800, 21_600, 43_200, 86_400,
)  # fmt: skip
KINDS = {
    "queued": _l("Queued"),
    "working": _l("Worked"),
    "running": _l("Working"),
    "people": _l("Waiting for people"),
    "timer": _l("Waiting for its time"),
    "retry": _l("Until another attempt"),
    "other": _l("Waiting for something else"),
    "failed": _l("Failed"),
}
_WORKING = {"failed": "failed", "needs_review": "failed", "running": "running"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a step's track; x and width in per cent."""

    x: float
    width: float
    kind: str
    """A key of KINDS."""
    title: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of the scale."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The time that is drawn."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return max((self.end - self.start).total_seconds(), 0.001)

    def bar(self, spell: Spell) -> Bar:
        """One stretch at its place."""
        left, right = self._place(spell.start), self._place(spell.end)
        width = max(NARROWEST, right - left)
        kind = _WORKING.get(spell.state, "working") if spell.kind == "working" else spell.kind
        title = f"{KINDS[kind]}, {lasting(spell.seconds)}"
        if spell.attempt > 1:
            title = _("Attempt %(n)s", n=spell.attempt) + f": {title}"
        return Bar(round(min(left, 100 - width), 2), round(width, 2), kind, title, spell.attempt)

    def bars(self, spells: Sequence[Spell]) -> list[Bar]:
        """The newest MOST_BARS of a step."""
        return [self.bar(spell) for spell in spells[-MOST_BARS:]]

    def ticks(self) -> list[Tick]:
        """Marks at round times, without the two ends."""
        step = next((step for step in _STEPS_S if self.seconds / step <= MOST_TICKS + 1), None)
        if step is None:
            days = -(-self.seconds // ((MOST_TICKS + 1) * 86_400))
            step = days * 86_400
        count = int(self.seconds / step)
        marks = [number * step for number in range(1, count + 1) if number * step < self.seconds * 0.94]
        return [Tick(round(mark / self.seconds * 100, 2), self._words(mark)) for mark in marks]

    def _words(self, seconds: float) -> str:
        if self.seconds < TELLS_CLOCK_S:
            return f"+ {lasting(seconds)}"
        when = self.start + timedelta(seconds=seconds)
        return clock_time(when) if self.seconds < 86_400 else at(when)

    def _place(self, when: datetime) -> float:
        return max(0.0, min(100.0, (when - self.start).total_seconds() / self.seconds * 100))


def legend(tracks: Mapping[str, Sequence[Bar]]) -> list[tuple[str, str]]:
    """(kind, words) of what is drawn, in a lasting order."""
    seen = {bar.kind for bars in tracks.values() for bar in bars}
    return [(kind, str(words)) for kind, words in KINDS.items() if kind in seen]
