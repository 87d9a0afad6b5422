"""How far an erasure is."""

from enum import StrEnum


class Progress(StrEnum):
    """From what is looked for to what is gone."""

    LOOKING = "looking"
    FOUND = "found"
    """Somebody has to agree."""
    ERASING = "erasing"
    DONE = "done"
    WITHDRAWN = "withdrawn"


AT_WORK = (Progress.LOOKING, Progress.ERASING)
OPEN = (*AT_WORK, Progress.FOUND)
