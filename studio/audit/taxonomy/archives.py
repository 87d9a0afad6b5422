"""Where ended runs are archived before they are deleted."""

from studio.audit.registry import Action

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
