"""Pages of the portal, of approver groups, calendars and schedules, a file a subject."""

from importlib import import_module

from studio.portal.views.blueprint import blueprint

for _name in (
    "inbox", "requests", "bulk", "news", "decision", "revising", "taking_back", "bypassing", "away", "links", "groups",
    "policies", "policy_dry_run", "group_applying", "policy_applying", "matrices", "matrix_trying",
    "calendars", "recounting", "schedules", "slack", "slack_account", "load",
    "reviews", "reviewers", "alerts", "alert_links", "alert_rules",
):  # fmt: skip
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
