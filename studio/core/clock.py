"""The only source of time. Due times and leases use the database's clock, plus an offset that only tests set."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_offset = timedelta(seconds=float(os.environ.get("STUDIO_CLOCK_OFFSET", "0")))


def offset() -> timedelta:
    """How far tests have moved the clock."""
    return _offset


def shift(by: timedelta) -> None:
    """Move the clock of this process. For tests alone."""
    global _offset  # noqa: PLW0603 - the offset is the clock's one piece of state
    _offset += by


def reset() -> None:
    """Take back every shift()."""
    global _offset  # noqa: PLW0603 - see shift()
    _offset = timedelta()


def database_now(session: "Session") -> datetime:
    """Ask the database for the time, so that processes on several machines agree on what is due.

    SQLite lives in this process, so its clock is this machine's.
    """
    if session.get_bind().dialect.name == "sqlite":
        return local_now()
    moment: datetime = session.execute(text("select clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC) + _offset


def local_now() -> datetime:
    """This machine's time: for what a person is shown, for log lines, never for a lease."""
    return datetime.now(UTC) + _offset


def machine_now() -> datetime:
    """This machine's time without a test's offset: for seeing that the clock itself was set."""
    return datetime.now(UTC)


def since_boot() -> float:
    """Seconds on a clock that never jumps and goes on while a laptop sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def monotonic() -> float:
    """Seconds on a clock that never jumps, for measuring how long something took."""
    return time.monotonic()
