"""Events as files: JSON lines as they are stored, CSV for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from studio.audit.listing import Filter, Units, stream
from studio.audit.personal import Aside
from studio.audit.sentences import sentence
from studio.audit.stored import Stored

CHUNK = 65_536
"""Characters gathered before they are sent on."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("seq", "id", "occurred_at", "action", "sentence", "outcome", "reason", "severity"),
    *("actor_type", "actor_id", "actor_name", "on_behalf_of", "targets"),
    *("ip", "user_agent", "request_id", "run_id", "step_id", "changes", "metadata", "hash"),
)


def jsonl(units: Units, wanted: Filter) -> Iterator[str]:
    """One event a line: the canonical record, behind it its hash and what lies beside it. In chunks."""
    return _gathered(json_line(one) for one in stream(units, wanted))


def csv_file(units: Units, wanted: Filter) -> Iterator[str]:
    """One event a row, safe to open in a spreadsheet. In chunks, the heading first."""
    return _gathered(_lines(units, wanted))


def json_line(one: Stored) -> str:
    """Whoever reads the line can check the hash, and each reference in the record against its value and salt."""
    return f"{one.body[:-1]}{behind(one.hash, one.asides)}\n"


def behind(hash_: str, asides: Sequence[Aside]) -> str:
    """What follows the record in its line, with the brace that closes it."""
    beside = ",".join(
        f'{json.dumps(aside.path)}:{{"salt":"{aside.salt.hex()}","value":{aside.value}}}' for aside in asides
    )
    return f',"hash":"{hash_}","personal":{{{beside}}}}}'


def _lines(units: Units, wanted: Filter) -> Iterator[str]:
    yield _line(COLUMNS)
    for one in stream(units, wanted):
        yield _line(_cells(one.event()))


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
