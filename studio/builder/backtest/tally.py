"""What many events come to, as counts that add up in any order. Pure: no text of an event is kept in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

MOST_ERRORS = 100
"""Distinct errors that are told apart; further ones count together."""
OTHERS = "others"
Counts = dict[str, int]
Nested = dict[str, Counts]
_NUMBERS = (
    "events", "gone", "matched", "acted", "failed", "asked", "waits", "same", "differs", "newly", "no_longer",
    "recorded", "worked_out", "not_ended", "then_matched", "then_acted", "then_failed", "then_asked",
)  # fmt: skip
_NESTED = ("ports", "asks", "assumed")


@dataclass(slots=True)
class Tally:
    """Sums over events. Two of them add up to what both together come to."""

    events: int = 0
    """Looked at."""
    gone: int = 0
    """Their data are no longer kept, so nothing could be tried."""
    matched: int = 0
    acted: int = 0
    """Asked, called or wrote something."""
    failed: int = 0
    asked: int = 0
    """Asked somebody."""
    waits: int = 0
    """Waits that were skipped."""
    same: int = 0
    differs: int = 0
    newly: int = 0
    no_longer: int = 0
    recorded: int = 0
    """Compared with what the published version really did."""
    worked_out: int = 0
    """Compared with what it would have done, worked out in the same way."""
    not_ended: int = 0
    """Of a shadow, among them: their run went on for longer than a shadow waits."""
    then_matched: int = 0
    then_acted: int = 0
    then_failed: int = 0
    then_asked: int = 0
    people: Counts = field(default_factory=dict)
    """Events by whom they would ask: group:Finance, user:anna@example.com, data (whom the event's own data name)."""
    ports: Nested = field(default_factory=dict)
    """How often each step went on behind each of its ports; "" where it ended the run."""
    asks: Nested = field(default_factory=dict)
    """By step: how often each group or person would be asked."""
    calls: Counts = field(default_factory=dict)
    """By step: how often it would call out or write."""
    amounts: dict[str, dict[str, str]] = field(default_factory=dict)
    """By step and currency: the sum of the amounts that it names."""
    assumed: Nested = field(default_factory=dict)
    """By step: how often its outcome was `recorded`, `approved`, `declined` or a `sample`."""
    errors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By fingerprint: code, node, words (without names and numbers), n, and an event as a sample."""

    def add(self, other: "Tally") -> None:
        """Take in another one."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        _add(self.people, other.people)
        _add(self.calls, other.calls)
        for name in _NESTED:
            mine: Nested = getattr(self, name)
            theirs: Nested = getattr(other, name)
            for key, counts in theirs.items():
                _add(mine.setdefault(key, {}), counts)
        for node, sums in other.amounts.items():
            for currency, amount in sums.items():
                self.amount(node, currency, Decimal(amount))
        for print_, error in other.errors.items():
            self.error(print_, error)

    def amount(self, node: str, currency: str, amount: Decimal) -> None:
        """A step names an amount."""
        sums = self.amounts.setdefault(node, {})
        sums[currency] = str(Decimal(sums.get(currency, "0")) + amount)

    def error(self, print_: str, error: Mapping[str, Any]) -> None:
        """An event failed, or `n` of them did."""
        known = self.errors.get(print_)
        if known is None and len(self.errors) >= MOST_ERRORS and print_ != OTHERS:
            self.error(OTHERS, {**error, "code": OTHERS, "node": "", "words": ""})
        elif known is None:
            self.errors[print_] = {**error, "n": error.get("n", 1)}
        else:
            known["n"] += error.get("n", 1)

    def as_json(self) -> dict[str, Any]:
        """As its row keeps it."""
        names = (*_NUMBERS, *_NESTED, "people", "calls", "amounts", "errors")
        return {name: getattr(self, name) for name in names}


_COUNTED = {one.name for one in fields(Tally)}


def from_json(kept: Mapping[str, Any]) -> Tally:
    """As its row has kept it. What a newer release counts as well is left out: both read it during an upgrade."""
    return Tally(**{name: kept[name] for name in _COUNTED & kept.keys()})


def count(counts: Counts, key: str, by: int = 1) -> None:
    """One more."""
    counts[key] = counts.get(key, 0) + by


def _add(mine: Counts, theirs: Mapping[str, int]) -> None:
    for key, number in theirs.items():
        count(mine, key, number)
