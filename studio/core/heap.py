"""The collector's share of a busy process.

A run makes thousands of short-lived objects, so Python's default of looking for cycles every 700 allocations walks the
whole app over and over: a quarter of the engine's processor time, measured. What was loaded at start never becomes
garbage, so it is taken out of the collector's sight; the rest is looked at less often.
"""

import gc
import os
import sys
import warnings

YOUNG = 20_000
"""Allocations between two looks at the youngest objects (Python's default: 700)."""
UNWANTED = ("rich", "charset_normalizer", "chardet", "greenlet")
"""structlog draws tracebacks with the first where it is installed; ours are plain, and it holds 4 MiB. requests guesses
alphabets with the next two; Studio reads bytes, and they hold 3 MiB. structlog and SQLAlchemy are ready for programs
that run on the last; Studio runs on threads, and it holds 1 MiB.
"""
OLDER = 5
"""Looks at one generation for one at the next. With 20 a busy worker kept 20 MiB more that nobody could reach."""


def look_less() -> None:
    """Call first in every command: most of its time it loads, and of what it loads nothing becomes garbage."""
    gc.set_threshold(YOUNG, OLDER, OLDER)


def leave_out() -> None:
    """Call before anything loads what is UNWANTED."""
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection")  # none is wanted
    for name in UNWANTED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # how Python is told that a module is not there


def load() -> None:
    """Call before a serving process loads: nothing of what it loads is garbage, so nothing is looked for.

    What a fork finds is taken out of sight as well: its own looks would write to each page that it shares with its
    parent, which makes a copy of the page.
    """
    gc.disable()
    os.register_at_fork(before=gc.freeze)
    leave_out()


def settle() -> None:
    """Call once, when a serving process has loaded everything and before it serves.

    Without a look for garbage first: it took 0.3 s of each start to find 2,000 of half a million objects.
    """
    gc.freeze()
    look_less()
    gc.enable()
