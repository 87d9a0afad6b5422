"""Monthly reports: to whom they go."""

from studio.audit.registry import Action

REPORT_SENDING_CHANGED = Action(
    "report.sending_changed",
    "Somebody changed to whom the report of each month is mailed, or when.",
    sentence="{actor} changed to whom the monthly report goes",
    severity="notice",
)
