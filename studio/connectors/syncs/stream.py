"""What a definition says of something that can be synced: orders, products, customers. Pure data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from studio.connectors.api import Api
from studio.connectors.outcomes import Deletions, ScopeKind

Cursor = Mapping[str, Any]
"""Where reading goes on, as its stream wrote it; at most MOST_CURSOR bytes of JSON. None instead: from the start."""
MOST_CURSOR = 4_000
__all__ = ["MOST_CURSOR", "Cursor", "Deletions", "Page", "Read", "Stream"]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. Records of one id may come again on a later page: the last one holds."""

    records: Sequence[Mapping[str, Any]]
    """As the provider gives them, cut to what is of use. JSON alone: moments as ISO 8601, money as it is there."""
    cursor: Cursor | None
    """Where to go on after this page, now or at the next pass. None: from the start again (a full listing)."""
    done: bool
    """Nothing more for now."""
    deleted: Sequence[str] = field(default=())
    """Ids of records that are gone, where there are tombstones."""


Read = Callable[[Api, Cursor | None, int], Page]
"""Read one page, of at most so many records: `read(api, cursor, limit)`. Raises ApiError.

`api.scope` is the channel, store or warehouse that the sync is of; None: the whole account. Reads as often as it has
to, changes nothing, keeps nothing between pages: the process may die after any of them and go on with another page's
cursor. Pages overlap rather than leave a gap: what is read twice and has not changed costs nothing and is told to
nobody. What changes while pages are read has to be found by a later cursor: sort by the moment of change, oldest
first, and begin the next pass at (not after) the newest moment seen.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of thing that a connector's accounts hold."""

    key: str
    """`orders`, `products` or `customers` where it is one of these."""
    title: str
    """Marked for translation."""
    read: Read
    record_key: str = "id"
    """Field of a record with its id at the provider: never changes, at most 200 characters. A number is taken too."""
    cursor_field: str | None = None
    """Field with the moment of its last change, by which pages are sorted. None: each pass reads everything."""
    deletions: Deletions = Deletions.FULL_LISTING
    """TOMBSTONES: in `Page.deleted`."""
    since: Callable[[datetime], Cursor] | None = None
    """The cursor that reads what has changed since a moment: for a backfill from a date. None: only from the start."""
    scopes: frozenset[ScopeKind] = frozenset()
    """Kinds of scopes that it is told apart by. Empty: one sync for the whole account."""
    limit: int = 100
    """Records a page: as many as the provider gives at once."""
    every_s: float = 300.0
    """Seconds from the end of a pass to the next one."""
    full_every_s: float = 86_400.0
    """Seconds between passes over everything, with FULL_LISTING."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """A record such as the provider really gives."""
    schema: Mapping[str, Any] | None = None
    """JSON Schema of a record; None: made of the sample."""
