"""Which faults happen when: a plan drawn from a seed. Pure, so that a seed repeats the same plan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

WORKERS = ("worker-1", "worker-2")
QUIET_S = 1.0
"""At the beginning and at the end, without a fault."""
JUMPS_S = (-86_400, -3_600, -60, 60, 3_600, 86_400)


class Kind(StrEnum):
    """What happens."""

    KILL_CHILD = "kill_child"
    """The process that works dies; its supervisor is left."""
    KILL_PARENT = "kill_parent"
    """The supervisor dies; its child is left and has to notice."""
    KILL_ALL = "kill_all"
    """Both at once, as when the machine is gone."""
    FREEZE = "freeze"
    """SIGSTOP past the lease, then SIGCONT."""
    STOP = "stop"
    """SIGTERM, and begun again, as a deploy does."""
    REDIS_FLUSHED = "redis_flushed"
    REDIS_RESTARTED = "redis_restarted"
    REDIS_AWAY = "redis_away"
    REDIS_STALLED = "redis_stalled"
    POSTGRES_AT_ONCE = "postgres_at_once"
    """As pg_ctl stop -m immediate: the log has to be replayed."""
    POSTGRES_RESTARTED = "postgres_restarted"
    """As pg_ctl restart -m fast: everybody is disconnected."""
    BACKENDS_TERMINATED = "backends_terminated"
    REPLY_LOST = "reply_lost"
    """A statement is carried out, and its sender never hears so."""
    SEVERED = "severed"
    """All connections of one process to the database break."""
    CLOCK = "clock"
    """The clock of one process's machine jumps, and jumps back."""
    LOCKED = "locked"
    """Somebody else holds SQLite's write lock."""


@dataclass(frozen=True)
class Incident:
    """One fault. `part` is what it happens to; no part has two at once."""

    at_s: float
    kind: Kind
    part: str
    lasts_s: float = 0.0
    """Until it is mended; 0: nothing is left to mend."""
    jump_s: int = 0
    """By how much the clock is wrong meanwhile."""

    @property
    def until_s(self) -> float:
        """When it is mended."""
        return self.at_s + self.lasts_s


@dataclass(frozen=True)
class Card:
    """How often a kind is drawn, what it may happen to, how long it lasts."""

    kind: Kind
    parts: Sequence[str]
    count: int = 1
    lasts_s: tuple[float, float] = (0.0, 0.0)


def deck(store: str, lease_s: float, seconds: float, moving_clocks: bool = True) -> list[Card]:
    """What is drawn from; every card comes before any comes again."""
    frozen, pause, jump = (lease_s + 0.5, lease_s + 3.0), (0.2, 2.0), (2.0, 6.0)
    if store == "sqlite":
        return [
            Card(Kind.KILL_CHILD, ["studio"], 3),
            Card(Kind.KILL_ALL, ["studio"], 3, pause),
            Card(Kind.STOP, ["studio"], 2, pause),
            Card(Kind.FREEZE, ["studio"], 1, frozen),
            Card(Kind.LOCKED, ["file"], 2, (0.5, 4.0)),
        ]
    cards = [
        Card(Kind.KILL_CHILD, WORKERS, 5),
        Card(Kind.KILL_PARENT, WORKERS, 1, pause),
        Card(Kind.KILL_ALL, WORKERS, 1, pause),
        Card(Kind.FREEZE, WORKERS, 1, frozen),
        Card(Kind.STOP, WORKERS, 1, pause),
        Card(Kind.KILL_CHILD, ["web"], 1),
        Card(Kind.KILL_ALL, ["web"], 1, pause),
        Card(Kind.STOP, ["web"], 1, pause),
        Card(Kind.REDIS_FLUSHED, ["redis"], 1),
        Card(Kind.REDIS_RESTARTED, ["redis"], 1, (0.1, 0.5)),
        Card(Kind.REDIS_AWAY, ["redis"], 1, (1.0, _away(seconds))),
        Card(Kind.REDIS_STALLED, ["redis"], 1, (1.0, _away(seconds) / 2)),
        Card(Kind.POSTGRES_AT_ONCE, ["postgres"], 1, (0.1, 3.0)),
        Card(Kind.POSTGRES_RESTARTED, ["postgres"], 1, (0.1, 0.5)),
        Card(Kind.BACKENDS_TERMINATED, ["postgres"], 2),
        Card(Kind.REPLY_LOST, ["web-wire", "worker-2-wire"], 3),
        Card(Kind.SEVERED, ["web-wire", "worker-2-wire"], 1),
    ]
    return [*cards, Card(Kind.CLOCK, ["web-clock", "worker-1-clock"], 2, jump)] if moving_clocks else cards


def plan(seed: int, seconds: float, cards: Sequence[Card], gap_s: float = 2.0) -> list[Incident]:
    """Faults by time, about one in `gap_s` seconds; all are mended before the end."""
    chance = random.Random(seed)
    drawn, busy, made = list[Card](), dict[str, float](), list[Incident]()
    at_s = QUIET_S
    while (at_s := round(at_s + chance.uniform(0.5, 1.5) * gap_s, 2)) < seconds - QUIET_S:
        if not drawn:
            drawn = [card for card in cards for _ in range(card.count)]
            chance.shuffle(drawn)
        found = _next(chance, drawn, busy, at_s, seconds - QUIET_S)
        if found is not None:
            busy[found.part] = found.until_s + QUIET_S
            made.append(found)
    return made


def _next(
    chance: random.Random, drawn: list[Card], busy: dict[str, float], at_s: float, end_s: float
) -> Incident | None:
    """Take the first card whose part is whole and for which there is time."""
    for number, card in enumerate(drawn):
        lasts_s = round(chance.uniform(*card.lasts_s), 2)
        whole = [part for part in card.parts if busy.get(part, 0.0) <= at_s]
        if whole and at_s + lasts_s <= end_s:
            del drawn[number]
            jump_s = chance.choice(JUMPS_S) if card.kind is Kind.CLOCK else 0
            return Incident(at_s, card.kind, chance.choice(whole), lasts_s, jump_s)
    drawn.clear()  # what is left does not fit any more
    return None


def _away(seconds: float) -> float:
    """Redis is away for up to a minute, for minutes where there is an hour, for a moment in a short run."""
    return max(2.0, min(60.0, seconds / 10), min(600.0, seconds / 20))
