"""Protected targets that Studio knows: one module a kind of thing, found by its folder."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def load() -> None:
    """Import every module of this folder, which registers its targets."""
    for module in iter_modules(__path__, __name__ + "."):
        import_module(module.name)
