"""The data of the attempt that is looked at: as texts where they fit on a page, and how the two differ."""

from dataclasses import dataclass
from typing import Any

import orjson

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.detail import Attempt
from studio.runtime.history.differences import Compared, compare
from studio.runtime.history.payloads import payload
from studio.runtime.models import Run

MOST_SHOWN = 60_000
"""Characters of a value that a run's page shows as a tree. Orders have a few thousand; larger ones have a page."""
BEGINNING = 4_000
"""Characters shown of a longer one."""
MOST_DIFFERENCES = 100
SHORT = 160
"""Characters of a value in a table of differences."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One value."""

    part: str
    """Its name in addresses: received, input or output."""
    text: str
    whole: bool
    length: int
    """Characters in all."""


@dataclass(frozen=True, slots=True)
class Data:
    """What is shown of one attempt, or of the run where there is none."""

    set_up: Shown | None
    received: Shown | None
    gave: Shown | None
    compared: Compared | None
    """What it gave against what it was set up with; None where one of them is lacking, no object, or too large."""
    input: Any
    """What it was set up with, whole."""


def data(uow: UnitOfWork, run: Run, attempt: Attempt | None, *, is_trigger: bool) -> Data:
    """Reads the two values of that attempt."""
    if attempt is None:
        return Data(None, shown("received", run.input), None, None, None)
    uow.session.refresh(attempt.row, ["input", "output"])  # both are left out of the steps' rows: one look, not two
    before, after = payload(uow, attempt.row.input), payload(uow, attempt.row.output)
    set_up = shown("input", before) if before is not None else None
    if is_trigger:
        return Data(set_up, shown("received", run.input), None, None, before)
    gave = shown("output", after) if after is not None else None
    fit = set_up is not None and gave is not None and set_up.whole and gave.whole
    both = fit and isinstance(before, dict) and isinstance(after, dict)
    return Data(set_up, None, gave, compare(before, after, MOST_DIFFERENCES) if both else None, before)


def shown(part: str, value: Any) -> Shown:
    """As much of a value as fits."""
    text = pretty(value)
    whole = len(text) <= MOST_SHOWN
    return Shown(part, text if whole else text[:BEGINNING], whole, len(text))


def pretty(value: Any) -> str:
    """As people read JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def short(value: Any) -> str:
    """In one line, cut."""
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
