"""Where ended runs are archived before they are deleted."""

from studio.audit.registry import Action

ARCHIVE_CHANGED = Action(
    "workspace.archive_changed",
    "Where ended runs are archived before they are deleted was changed.",
    sentence="{actor} changed where ended runs are archived",
    severity="notice",
)
