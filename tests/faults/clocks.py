"""A wall clock that a test sets while processes run: libfaketime over a file that both read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.servers.process import ServerMissing, scratch

PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1",)


@dataclass
class WallClock:
    """What processes started with `environ` take for the time."""

    file: Path
    library: Path

    @property
    def environ(self) -> dict[str, str]:
        """For the processes. Their monotonic clocks go on as ever: no clock that is set moves those."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def shift(self, seconds: float) -> None:
        """So far from the real time, from now on. Replaced at once: a half-written file would be another time."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+.3f}\n")
        fresh.replace(self.file)

    def set(self, moment: datetime) -> None:
        """It is this moment now, and time goes on from it."""
        self.shift(moment.timestamp() - time.time())


@contextmanager
def wall_clock() -> Iterator[WallClock]:
    """A clock that shows the real time. Raises ServerMissing where libfaketime is not installed."""
    found = [path for place in PLACES for path in Path("/").glob(place.removeprefix("/"))]
    if not found:
        message = "libfaketime is not installed (make test-system installs it)"
        raise ServerMissing(message)
    with scratch("clock") as folder:
        made = WallClock(folder / "wall-clock", found[0])
        made.shift(0)
        yield made
