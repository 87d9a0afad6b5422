"""What a page brings: which records are new, which have changed, which are gone. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from studio.connectors.syncing.outcomes import Change
from studio.connectors.syncs.stream import Page

MOST_BYTES = 256 * 1024
"""Of one record, as JSON."""
MOST_ID = 200
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Given:
    """One record as it came."""

    external_id: str
    hash: str
    data: Mapping[str, Any]
    json: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of one that was read before."""

    hash: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A page against what is kept."""

    written: Sequence[tuple[Change, Given]]
    """New or changed."""
    deleted: Sequence[str]
    unchanged: Sequence[str]

    def count(self, change: Change) -> int:
        """How many were added or updated."""
        return sum(1 for one, _given in self.written if one is change)


def given(page: Page, record_key: str) -> tuple[dict[str, Given], int]:
    """The records of a page by id, and how many cannot be kept: no id, no object, or too large. The last one holds."""
    found: dict[str, Given] = {}
    refused = 0
    for record in page.records:
        one = _given(record, record_key)
        if one is None:
            refused += 1
        else:
            found[one.external_id] = one
    return found, refused


def _given(record: Any, record_key: str) -> Given | None:
    if not isinstance(record, Mapping):
        return None
    key = record.get(record_key)
    external_id = str(key) if isinstance(key, str | int) and not isinstance(key, bool) else ""
    if not external_id.strip() or len(external_id) > MOST_ID or "\0" in external_id:
        return None
    try:
        json = orjson.dumps(record, option=_SORTED)
    except TypeError:  # a number that JSON's readers cannot hold, or text that is no text
        return None
    if b"\\u0000" in json:  # a database keeps no NUL; whether it was one or text that looks so, the parse decides
        record = _without_nul(record)
        json = orjson.dumps(record, option=_SORTED)
    if len(json) > MOST_BYTES:
        return None
    return Given(external_id, blake2b(json, digest_size=16).hexdigest(), record, json)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(one) for one in value]
    return value


def told_apart(found: Mapping[str, Given], gone: Iterable[str], known: Mapping[str, Known]) -> Apart:
    """Compare. A record that a page both names and calls gone is gone; one that comes back is new."""
    ended = set(gone)
    written: list[tuple[Change, Given]] = []
    unchanged: list[str] = []
    for external_id, one in found.items():
        before = known.get(external_id)
        if external_id in ended:
            continue
        if before is None or before.gone:
            written.append((Change.ADDED, one))
        elif before.hash != one.hash:
            written.append((Change.UPDATED, one))
        else:
            unchanged.append(external_id)
    deleted = [external_id for external_id in sorted(ended) if external_id in known and not known[external_id].gone]
    return Apart(written, deleted, unchanged)
