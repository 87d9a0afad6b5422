"""Where archives lie, how far a file is, and what goes wrong with it."""

from enum import StrEnum

from studio.core.errors import StudioError


class Place(StrEnum):
    """What kind of place it is."""

    FOLDER = "folder"
    S3 = "s3"


class Stage(StrEnum):
    """How far a file is."""

    WRITING = "writing"
    """It may be there, in whole or in part, and none of its runs were deleted for it."""
    KEPT = "kept"
    """Its runs are nowhere else."""
    DOOMED = "doomed"
    """Nothing needs it any more; it is being taken away."""


class ArchiveTrouble(StudioError):
    """An archive cannot be written, read or taken away now. Nothing was deleted for it."""

    status = 503
    code = "archive.unreachable"
