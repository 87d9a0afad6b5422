"""Pages of the portal, of approver groups and of calendars, a file a subject."""

from importlib import import_module

from studio.portal.views.blueprint import blueprint

for _name in ("inbox", "bulk", "news", "decision", "away", "links", "groups", "calendars"):
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
