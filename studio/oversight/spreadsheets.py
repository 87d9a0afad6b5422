"""Reports as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from studio.audit.export import safe
from studio.oversight.load import Line, Report

LOAD = (
    *("name", "open", "overdue", "answered", "median_s", "p90_s", "working_median_s", "working_p90_s"),
    *("reassigned", "escalated", "expired"),
)
"""Columns; times in seconds, the last three as parts of what ended, 0 to 1."""


def load(report: Report) -> str:
    """One line a row."""
    return written(LOAD, (_cells(line) for line in report.lines))


def written(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A file: its heading, then its lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in line] for line in lines)
    return buffer.getvalue()


def _cells(line: Line) -> list[Any]:
    counts = [getattr(line, name) for name in LOAD[:-3]]
    return [*counts, *(f"{line.share(getattr(line, name)):.3f}" for name in LOAD[-3:])]
