"""What a verification finds, in the database and in files alike. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from studio.audit import personal
from studio.audit.personal import Aside
from studio.audit.taxonomy.audit import PERSONAL_ERASED


@dataclass(frozen=True, slots=True)
class Bad:
    """The first event that does not fit."""

    seq: int
    id: UUID | None
    """None where the event itself is missing."""
    problem: str
    """In words."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found."""

    checked: int
    """Events up to and without the bad one."""
    bad: Bad | None
    head: str
    """The last good hash: keep a copy elsewhere, and a rewritten chain shows."""
    erased: int = 0
    """Values that are gone from beside the chain, as recorded erasures tell."""
    segments: int = 0
    """Seals that fit."""
    sealed: int = 0
    """The last event that a seal covers; 0: none yet."""
    key_ids: Sequence[str] = ()
    """Fingerprints of the keys that signed, oldest first: compare them with what was written down elsewhere."""

    @property
    def ok(self) -> bool:
        """Every event fits."""
        return self.bad is None


@dataclass(slots=True)
class Erasures:
    """What is gone from beside the chain, against what erasures tell."""

    gone: int = 0
    told: int = 0
    first: tuple[int, UUID] | None = None
    """The first event that lacks something."""

    def see(self, event: dict[str, Any], present: int) -> None:
        """The next event, of whose values so many are there."""
        missing = personal.count(event) - present
        self.gone += missing
        if missing and self.first is None:
            self.first = event["seq"], UUID(event["id"])
        if event["action"] == PERSONAL_ERASED:
            self.told += event["metadata"]["erased"]

    def problem(self) -> Bad | None:
        """More is gone than was erased."""
        if self.gone <= self.told or self.first is None:
            return None
        return Bad(*self.first, f"{self.gone - self.told} personal values are gone that no recorded erasure tells of")


def people(event: dict[str, Any], asides: Sequence[Aside]) -> str | None:
    """What lies beside a record must be what was set aside; it may be gone, see Erasures."""
    recorded = personal.references(event)
    if len({aside.path for aside in asides}) != len(asides):
        return "something lies beside it twice"
    for aside in asides:
        if recorded.get(aside.path) != personal.reference(aside.path, aside.salt, aside.value):
            return f"what lies beside it as {aside.path} was changed"
    return None
