"""Two outcomes of one event: are they the same, and if not, where do they part first? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.builder.backtest.outcomes import Kind, What

Place = tuple[str, str]
"""(node, iteration path)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event."""

    matched: bool
    """A run starts."""
    state: str | None = None
    """How it ends."""
    error: tuple[str, str] | None = None
    """Code and step of what ended it."""
    ports: Mapping[Place, str | None] = field(default_factory=dict)
    """Every step that ran, with the port behind which it went on."""
    sent: Mapping[Place, Any] = field(default_factory=dict)
    """The resolved set-up of those that ask, call or write."""


@dataclass(frozen=True, slots=True)
class Parting:
    """The first difference in the order of the graph."""

    what: What
    node: str | None = None
    was: str | None = None
    becomes: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What one outcome is beside another."""

    kind: Kind
    parting: Parting | None = None


NOTHING = Outcome(matched=False)


def compare(before: Outcome, after: Outcome, common: frozenset[str], order: Sequence[str]) -> Compared:
    """`common`: steps that both documents have, as the same type. `order`: their keys as the graph is walked.

    A step that asks, calls or writes counts wherever it stands; one that only works something out counts where both
    have it, by the way that it sends the run.
    """
    if not before.matched and not after.matched:
        return Compared(Kind.SAME)
    if before.matched != after.matched:
        return Compared(Kind.NEWLY if after.matched else Kind.NO_LONGER, Parting(What.MATCHED))
    rank = {key: place for place, key in enumerate(order)}
    found = list(_partings(before, after, common))
    if found:
        found.sort(key=lambda one: (rank.get(one[0][0], len(rank)), one[0][1]))
        return Compared(Kind.DIFFERS, found[0][1])
    if (before.state, before.error) != (after.state, after.error):
        node = (after.error or before.error or (None, None))[1]
        return Compared(Kind.DIFFERS, Parting(What.STATE, node, before.state, after.state))
    return Compared(Kind.SAME)


def _partings(before: Outcome, after: Outcome, common: frozenset[str]) -> Iterator[tuple[Place, Parting]]:
    for place in before.ports.keys() | after.ports.keys():
        node = place[0]
        if node not in common and place not in before.sent and place not in after.sent:
            continue
        if place not in before.ports:
            yield place, Parting(What.STARTED, node)
        elif place not in after.ports:
            yield place, Parting(What.NOT_STARTED, node)
        elif node not in common:
            yield place, Parting(What.SENT, node)
        elif before.ports[place] != after.ports[place]:
            yield place, Parting(What.PORT, node, before.ports[place], after.ports[place])
        elif _other(before.sent.get(place), after.sent.get(place)):
            yield place, Parting(What.SENT, node)


def _other(before: Any, after: Any) -> bool:
    """Whether something else is sent. A field that only one of them knows came or went with a version of the type."""
    if isinstance(before, dict) and isinstance(after, dict):
        return any(before[name] != after[name] for name in before.keys() & after.keys())
    return bool(before != after)
