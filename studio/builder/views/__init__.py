"""The editor's page and its API, a file a subject."""

from importlib import import_module

from studio.builder.views.blueprint import blueprint

for _name in ("pages", "drafts", "assist", "versions", "flags", "backtests", "shadows", "heat"):
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
