"""Events as files: JSON lines as they are stored, CSV for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from studio.audit.chain import event_of
from studio.audit.listing import Filter, stream
from studio.audit.sentences import sentence
from studio.core.unit_of_work import UnitOfWork

CHUNK = 65_536
"""Characters gathered before they are sent on."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("seq", "id", "occurred_at", "action", "sentence", "outcome", "reason", "severity"),
    *("actor_type", "actor_id", "actor_name", "on_behalf_of", "targets"),
    *("ip", "user_agent", "request_id", "run_id", "step_id", "changes", "metadata", "hash"),
)


def jsonl(uow: UnitOfWork, wanted: Filter) -> Iterator[str]:
    """One event a line: the canonical record with its hash behind it. In chunks."""
    return _gathered(f'{body[:-1]},"hash":"{hash_}"}}\n' for body, hash_ in stream(uow, wanted))


def csv_file(uow: UnitOfWork, wanted: Filter) -> Iterator[str]:
    """One event a row, safe to open in a spreadsheet. In chunks, the heading first."""
    return _gathered(_lines(uow, wanted))


def _lines(uow: UnitOfWork, wanted: Filter) -> Iterator[str]:
    yield _line(COLUMNS)
    for body, hash_ in stream(uow, wanted):
        yield _line(_cells(event_of(body, hash_)))


def _cells(event: dict[str, Any]) -> Iterator[str]:
    actor, context, outcome = event["actor"], event["context"], event["outcome"]
    told: dict[str, Any] = {
        **event,
        **context,
        "sentence": sentence(event),
        "outcome": outcome["result"],
        "reason": outcome["reason"],
        "actor_type": actor["type"],
        "actor_id": actor["id"],
        "actor_name": actor["name"],
        "on_behalf_of": actor["on_behalf_of"],
        "targets": "; ".join(f"{one['type']}:{one['id']}" for one in event["targets"]),
        "changes": json.dumps(event["changes"], ensure_ascii=False) if event["changes"] else "",
        "metadata": json.dumps(event["metadata"], ensure_ascii=False) if event["metadata"] else "",
    }
    return (safe(told[name]) for name in COLUMNS)


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _gathered(lines: Iterator[str]) -> Iterator[str]:
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(parts)
            parts, size = [], 0
    if parts:
        yield "".join(parts)
