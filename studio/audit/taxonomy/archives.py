"""Where ended runs are archived before they are deleted."""

from studio.audit.registry import Action, Metadata


class FilesGone(Metadata):
    files: int
    runs: int
    """Archived runs that were in them."""
    bytes: int
    keep_days: int
    """How long files are kept."""
    newest: str
    """When the newest of them was written."""


class FileRead(Metadata):
    runs: int


ARCHIVE_CHANGED = Action(
    "workspace.archive_changed",
    "Where ended runs are archived before they are deleted was changed.",
    sentence="{actor} changed where ended runs are archived",
    severity="notice",
)
ARCHIVED_RUN_TAKEN = Action(
    "run.archived_record_taken",
    "Somebody downloaded the whole record of an archived run: every step with what it got and gave.",
    sentence="{actor} downloaded the record of the archived run “{target}”",
    severity="notice",
    ocsf=6003,
)
ARCHIVE_FILES_DELETED = Action(
    "workspace.archive_files_deleted",
    "Files of archived runs were deleted, since they were kept long enough. Their runs are found no longer.",
    sentence="{files} archive files with {runs} runs were deleted after {keep_days} days",
    severity="notice",
    metadata=FilesGone,
    example={"files": 4, "runs": 1812, "bytes": 9163021, "keep_days": 365, "newest": "2026-11-27T04:00:00+00:00"},
)
ARCHIVE_FILE_READ = Action(
    "workspace.archive_file_read",
    "An operator read a whole file of archived runs by `studio archive read`.",
    sentence="{actor} read the archived file “{target}”, with {runs} runs",
    severity="notice",
    ocsf=6003,
    metadata=FileRead,
    example={"runs": 480},
)
