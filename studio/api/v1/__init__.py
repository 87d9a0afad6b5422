"""The public REST API, version 1. Importing this package registers every operation."""

from importlib import import_module
from pkgutil import iter_modules

from studio.api.v1 import resources
from studio.api.v1.blueprint import blueprint

for _module in iter_modules(resources.__path__, f"{resources.__name__}."):
    import_module(_module.name)

__all__ = ["blueprint"]
