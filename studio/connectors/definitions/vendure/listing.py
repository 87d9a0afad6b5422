"""A list of Vendure, read by the moment of change, so that neither a tie nor a change meanwhile leaves a gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.vendure.asking import ask

_START = datetime(1970, 1, 1, tzinfo=UTC)
OVERLAP = 10
"""Records of one moment that a page reads again: one of them may have moved on, and those behind it moved up."""
LAG = timedelta(seconds=5)
"""How far behind the newest moment the next pass begins: what was written before it may be committed after it."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a list was read: up to this moment, and of those that changed just then so many."""

    at: datetime = _START
    seen: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Place":
        """As it was kept; the start where nothing was."""
        return cls(moment(kept["at"]), int(kept["seen"])) if kept else cls()

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"at": self.at.isoformat(), "seen": self.seen}


def moment(text: str) -> datetime:
    """Of ISO 8601."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read(api: Api, query: str, place: Place, limit: int) -> tuple[list[Any], Place, bool]:
    """One page, where to go on, and whether nothing more is there for now.

    `query` asks for one list with $after, $skip and $take, sorted by updatedAt and id, with updatedAt in its items.
    """
    skip = max(0, place.seen - min(OVERLAP, limit // 2))
    # Vendure's “after” leaves the moment itself out, and some databases keep no parts of a second.
    after = (place.at - timedelta(milliseconds=1)).isoformat().replace("+00:00", "Z")
    found = next(iter(ask(api, query, {"after": after, "skip": skip, "take": limit}).values()))["items"]
    if not found:
        return [], place, True
    newest = moment(found[-1]["updatedAt"])
    if len(found) < limit:
        return found, Place(max(_START, newest - LAG)), True
    if newest == place.at:
        return found, Place(newest, skip + len(found)), False
    return found, Place(newest, sum(moment(one["updatedAt"]) == newest for one in found)), False
