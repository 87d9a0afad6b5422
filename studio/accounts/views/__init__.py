"""Pages of sign-in, profile and settings, a file a subject."""

from importlib import import_module

from studio.accounts.views.blueprint import blueprint

for _name in ("signin", "passwords", "profile", "settings", "people", "tokens", "secrets", "security"):
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
