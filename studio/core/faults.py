"""Named points in commit paths where a test may make the process kill itself, as a power cut would.

`FAULT=label` in the environment names the point; `FAULT_AFTER=n` skips its first n passes. `FAULT_ONCE=file` lets only
one process die of it, and only while that file is there: the death takes the file away. With `FAULT=charge` the file
says which point and how many passes (`label 2`), so that processes which run on can be made to die elsewhere next time.
Unset, a point costs two comparisons.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

CHARGE = "charge"
_armed = ""
_once = ""
_left = 0


def read(environ: Mapping[str, str]) -> None:
    """Arm what an environment names: this process's own, and again in a fork that begins as another process."""
    global _armed, _once, _left  # noqa: PLW0603 - what is armed in this process
    _armed, _once = environ.get("FAULT", ""), environ.get("FAULT_ONCE", "")
    _left = int(environ.get("FAULT_AFTER", "0"))


def fault_point(label: str) -> None:
    """Die here by SIGKILL if this point is armed."""
    global _left  # noqa: PLW0603 - counts the passes of the one armed point
    if _armed == CHARGE:
        if _charged(label):
            _die()
        return
    if label != _armed:
        return
    if _once and not Path(_once).exists():
        return
    if _left > 0:
        _left -= 1
        return
    _die()


def _charged(label: str) -> bool:
    """Whether the file names this point. A pass that it skips is taken off."""
    file = Path(_once)
    try:
        point, left = file.read_text().split()
    except FileNotFoundError:  # nothing is charged, or another process has died of it
        return False
    if point == label and int(left):
        fewer = file.with_suffix(".left")
        fewer.write_text(f"{point} {int(left) - 1}")
        fewer.replace(file)  # as a whole: another thread may read it at this moment
        return False
    return point == label


def arm(label: str, die: Callable[[], None] | None = None, after: int = 0) -> None:
    """Arm a point in this process, or none by an empty label. For tests, which may die by an exception instead."""
    global _armed, _die, _left
    _armed, _die, _left = label, die or _kill, after


def _kill() -> None:
    if _once:
        try:
            Path(_once).unlink()
        except FileNotFoundError:  # another process has died of it
            return
    os.kill(os.getpid(), signal.SIGKILL)


_die: Callable[[], None] = _kill
read(os.environ)
