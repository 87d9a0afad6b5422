"""A day of runs as small bars, with the figures in words for those who cannot see them."""

from flask_babel import ngettext
from markupsafe import Markup

from studio.console.workflows_listing import Day

_STEP, _BAR, _HEIGHT = 4, 3, 20


def spark(day: Day) -> Markup:
    """Bars by the hour, failures below. The tallest hour fills the height."""
    most = max((ok + bad for ok, bad in zip(day.done, day.failed, strict=True)), default=0)
    hours = enumerate(zip(day.done, day.failed, strict=True))
    bars = Markup().join(_bar(place, ok, bad, most) for place, (ok, bad) in hours)
    width = _STEP * len(day.done)
    return Markup('<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        in_words(day), width, _HEIGHT, bars
    )


def in_words(day: Day) -> str:
    """How many runs the last 24 hours had, and how many of them failed."""
    runs = ngettext("%(num)d run in 24 hours", "%(num)d runs in 24 hours", day.runs)
    if not day.failures:
        return str(runs)
    return f"{runs}, {ngettext('%(num)d failed', '%(num)d failed', day.failures)}"


def _bar(place: int, ok: int, bad: int, most: int) -> Markup:
    left = place * _STEP
    if not ok + bad:
        return Markup('<rect class="none" x="{}" y="{}" width="{}" height="1"/>').format(left, _HEIGHT - 1, _BAR)
    tall = max(2.0, _HEIGHT * (ok + bad) / most)
    low = tall if not ok else max(2.0, tall * bad / (ok + bad)) if bad else 0.0
    parts = Markup()
    if tall > low:
        parts += _rect("ok", left, _HEIGHT - tall, tall - low)
    if low:
        parts += _rect("bad", left, _HEIGHT - low, low)
    return parts


def _rect(name: str, x: int, y: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(name, x, y, _BAR, height)
