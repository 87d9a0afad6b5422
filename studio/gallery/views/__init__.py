"""The gallery's pages, a file a subject."""

from importlib import import_module

from studio.gallery.views.blueprint import blueprint

for _name in ("pages", "own", "following"):
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
