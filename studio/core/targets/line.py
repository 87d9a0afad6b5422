"""Who calls one target now, and who comes next: oldest first, as far as those who were sent away come back. Pure."""

from collections.abc import Callable, Hashable

SHORTEST_S = 0.2
LONGEST_S = 10.0
"""Bounds of how long somebody is sent away."""
GRACE_S = 2.0
"""So long a place is kept for one who is due back. Afterwards another process has served it."""
MOST = 2_000
"""So many places are kept. Who comes then is sent away without one."""
_KNOWN = 0.3
"""How much one call says of how long calls take."""


class Line:
    """One target's calls under way and those that were sent away. Times are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._flying: dict[int, float] = {}
        """When each call began."""
        self._away: dict[Hashable, tuple[float, float]] = {}
        """Who was sent away: (first came, due back)."""
        self._usual_s = 0.0
        self._numbers = 0
        self._idle_since = 0.0
        """When the latest call ended."""

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to remember."""
        return not self._flying and not self._away

    def oldest_s(self, now: float) -> float:
        """Age of the oldest call under way; 0 where there is none."""
        return now - min(self._flying.values(), default=now)

    def has_room(self, who: Hashable, now: float, most: int) -> bool:
        """Whether `who` may call: there is room beside those who came before it and are due back.

        For those at most half of the room is kept, and none where nobody has called for a while: in a long queue they
        come later than they are due, and if everybody were sent away for their sake, nobody would call at all.
        """
        self._forget(now)
        came = self._away.get(who, (now, now))[0]
        ahead = sum(1 for one, (first, due) in self._away.items() if one != who and first < came and due <= now)
        kept = max(1, most // 2) if self._flying or now < self._idle_since + GRACE_S else 0
        return len(self._flying) + min(ahead, kept) < most

    def enter(self, who: Hashable, now: float) -> int:
        """`who` calls. Returns the number to leave with."""
        self._away.pop(who, None)
        self._numbers += 1
        self._flying[self._numbers] = now
        return self._numbers

    def leave(self, number: int, now: float) -> None:
        """A call has ended."""
        took, self._idle_since = now - self._flying.pop(number), now
        self._usual_s = took if not self._usual_s else self._usual_s + _KNOWN * (took - self._usual_s)

    def send_away(self, who: Hashable, now: float, most: int, jitter: Callable[[float], float]) -> float:
        """Seconds after which `who` is to come again: about when those before it are through."""
        self._forget(now)
        came = self._away.get(who, (now, now))[0]
        before = sum(1 for first, _due in self._away.values() if first < came)
        turns = before // max(1, most) + 1
        wanted = turns * max(self._usual_s, self.oldest_s(now))
        delay = min(LONGEST_S, max(SHORTEST_S, wanted)) * 0.75
        delay += jitter(delay / 3)
        if who in self._away or len(self._away) < MOST:
            self._away[who] = (came, now + delay)
        return delay

    def _forget(self, now: float) -> None:
        gone = [who for who, (_first, due) in self._away.items() if due + GRACE_S < now]
        for who in gone:
            del self._away[who]
