"""Named points in commit paths where a test may make the process kill itself, as a power cut would.

`FAULT=label` in the environment names the point; `FAULT_AFTER=n` skips its first n passes. Unset, a point costs one
comparison.
"""

import os
import signal
from collections.abc import Callable

_ARMED = os.environ.get("FAULT", "")
_left = int(os.environ.get("FAULT_AFTER", "0"))


def fault_point(label: str) -> None:
    """Die here by SIGKILL if this point is armed."""
    global _left  # noqa: PLW0603 - counts the passes of the one armed point
    if label != _ARMED:
        return
    if _left > 0:
        _left -= 1
        return
    _die()


def arm(label: str, die: Callable[[], None] | None = None, after: int = 0) -> None:
    """Arm a point in this process, or none by an empty label. For tests, which may die by an exception instead."""
    global _ARMED, _die, _left
    _ARMED, _die, _left = label, die or _kill, after


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_die: Callable[[], None] = _kill
