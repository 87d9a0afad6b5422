"""The console's blueprint with all its pages: every module of `pages/`, found by discovery."""

from importlib import import_module
from pkgutil import iter_modules

from studio.console import pages
from studio.console.blueprint import blueprint

for _module in iter_modules(pages.__path__, pages.__name__ + "."):
    import_module(_module.name)

__all__ = ["blueprint"]
