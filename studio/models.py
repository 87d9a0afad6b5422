"""Every package's tables, loaded for migrations and for the schema check."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

PACKAGES = (
    "core",
    "audit",
    "accounts",
    "runtime",
    "approvals",
    "oversight",
    "guard",
    "export",
    "connectors",
    "flags",
    "builder",
    "portal",
    "console",
    "gallery",
    "api",
)


@cache
def load_all() -> None:
    """Import the models module (or package) of every package that has one."""
    for package in PACKAGES:
        name = f"studio.{package}.models"
        if find_spec(name) is not None:
            import_module(name)
