"""How much one address may report to one process: keys of frontends can be read by anybody."""

import threading
from math import ceil

from studio.core import clock
from studio.core.errors import TooManyRequests
from studio.core.i18n import gettext as _

ADDRESSES = 100_000
"""Counted apart within one period; whoever comes beyond shares one count with the others beyond."""


class Pace:
    """At most `most` of something in `seconds` for each name. Counts begin anew together, so nothing piles up."""

    def __init__(self, most: int, seconds: float = 60.0) -> None:
        self._most, self._seconds = most, seconds
        self._lock = threading.Lock()
        self._spent: dict[str, int] = {}
        self._until = 0.0

    def spend(self, name: str, amount: int) -> None:
        """Count so many more. Raises TooManyRequests, which says when to come again; then nothing is counted."""
        now = clock.monotonic()
        with self._lock:
            if now >= self._until:
                self._spent, self._until = {}, now + self._seconds
            if name not in self._spent and len(self._spent) >= ADDRESSES:
                name = ""
            spent, left = self._spent.get(name, 0) + amount, self._until - now
            if spent <= self._most:
                self._spent[name] = spent
                return
        said = _("More is being reported from here than is taken. Nothing was counted; send it later.")
        error = TooManyRequests(said)
        error.retry_after_s = max(1, ceil(left))
        raise error
