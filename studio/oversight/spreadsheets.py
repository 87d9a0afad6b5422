"""Reports as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from studio.audit.export import safe
from studio.oversight.load import Line, Report
from studio.oversight.models import AccessReview
from studio.oversight.reports.service import Report as MonthlyReport
from studio.oversight.reviews.listing import Line as Seat

LOAD = (
    *("name", "open", "overdue", "answered", "median_s", "p90_s", "working_median_s", "working_p90_s"),
    *("reassigned", "escalated", "expired"),
)
"""Columns; times in seconds, the last three as parts of what ended, 0 to 1."""


def load(report: Report) -> str:
    """One line a row."""
    return written(LOAD, (_cells(line) for line in report.lines))


MONTH = ("month", "section", "what", "unit", "number")
"""Columns of a monthly report: amounts are exact, in the currency that the unit names."""

REVIEW = (
    *("review", "person", "email", "role", "answer", "cause", "role_after", "reason", "answered_by", "answered_at"),
    *("seat_given", "given_by", "last_sign_in", "last_decision", "open_approvals", "groups", "api_tokens"),
)
"""Columns; moments in UTC, as ISO 8601. What was known of a seat is of when it was answered."""


def review(about: AccessReview, seats: Iterable[Seat]) -> str:
    """One line a seat: the proof of an access review."""
    return written(REVIEW, (_seat(about, seat) for seat in seats))


def _seat(about: AccessReview, seat: Seat) -> list[Any]:
    item, facts = seat.item, seat.facts
    said = [item.answer, item.cause, item.role_after, item.reason, seat.answered_by, _at(item.answered_at)]
    known = [facts.since, facts.last_sign_in, facts.last_decision]
    given, signed_in, decided = (_at(moment) for moment in known)
    return [
        *(about.name, seat.name, seat.email, seat.role.value),
        *(cell or "" for cell in said),
        *(given, seat.invited_by, signed_in, decided, facts.open_approvals, "; ".join(facts.groups), facts.tokens),
    ]


def _at(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


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


def month(report: MonthlyReport) -> str:
    """Several sections in one file: section, what, currency or unit, number."""
    found = report.figures
    lines: list[list[Any]] = [["amount approved", "", code, f"{one:f}"] for code, one in sorted(found.approved.items())]
    lines += [["amount declined", "", code, f"{one:f}"] for code, one in sorted(found.declined.items())]
    lines += [["requests", outcome, "requests", number] for outcome, number in sorted(found.outcomes.items())]
    lines += [["deadlines", "in time", "requests", found.in_time], ["deadlines", "late", "requests", found.late]]
    lines += [["deadlines", "without one", "requests", found.undated]]
    for one in report.approvers:
        who = one.name or one.user_id
        lines.append(["approver", who, "answers", one.load.answered])
        if one.load.timed:
            lines.append(["approver", who, "seconds waited on average", one.load.waited_s // one.load.timed])
        if one.load.worked:
            lines.append(["approver", who, "working seconds on average", one.load.worked_s // one.load.worked])
    lines += [["failures", code, "runs", number] for code, number in report.failures]
    lines += [["proofs", action, "events", number] for action, number in sorted(found.proofs.items())]
    lines += [["workflow", name or key, "runs", number] for key, name, number in report.workflows]
    return written(MONTH, ([str(report.month), *line] for line in lines))
