"""Pages of sign-in, profile and settings, a file a subject."""

from importlib import import_module

from studio.accounts.views.blueprint import blueprint

_PAGES = (
    "signin", "sso", "passwords", "profile", "settings", "provider", "people", "tokens", "secrets", "security",
)  # fmt: skip
for _name in _PAGES:
    import_module(f"{__name__}.{_name}")

__all__ = ["blueprint"]
