"""Runs as lines of a file. Pure: CSV that no spreadsheet takes for formulas, or a JSON object a line."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.audit.export import safe
from studio.core.db import json_dumps
from studio.oversight.run_exports.outcomes import Format
from studio.runtime.history.listing import RunLine

COLUMNS = (
    *("id", "title", "state", "workflow_id", "workflow", "version", "created_at", "finished_at", "took_s"),
    *("waiting_for", "error_code", "error_node", "error_message", "rerun_of", "labels"),
)

Labels = Mapping[UUID, Mapping[str, str]]
"""By the runs' ids."""


def heading(kind: Format) -> str:
    """What comes before the first run."""
    return _row(COLUMNS) if kind is Format.CSV else ""


def lines(kind: Format, runs: Sequence[RunLine], labels: Labels) -> str:
    """The runs, one a line, in the order in which they are given."""
    told = [_told(one, labels.get(one.id, {})) for one in runs]
    if kind is Format.JSONL:
        return "".join(f"{json_dumps(one)}\n" for one in told)
    return "".join(_row([safe(_cell(one[name])) for name in COLUMNS]) for one in told)


def _told(run: RunLine, labels: Mapping[str, str]) -> dict[str, Any]:
    error = run.error or {}
    took = (run.finished_at - run.created_at).total_seconds() if run.finished_at is not None else None
    return {
        "id": run.id, "title": run.title, "state": run.state, "workflow_id": run.workflow_id,
        "workflow": run.workflow_name, "version": run.version, "created_at": run.created_at,
        "finished_at": run.finished_at, "took_s": took, "waiting_for": run.waiting_for,
        "error_code": error.get("code"), "error_node": error.get("node"), "error_message": error.get("message"),
        "rerun_of": run.rerun_of, "labels": dict(labels),
    }  # fmt: skip


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return "; ".join(f"{key}={one}" for key, one in value.items())
    return value.isoformat() if hasattr(value, "isoformat") else value


def _row(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
