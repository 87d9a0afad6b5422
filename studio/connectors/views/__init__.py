"""Pages of connections: every module beside this one, found by discovery."""

from importlib import import_module
from pkgutil import iter_modules

from studio.connectors.views.blueprint import blueprint

for _module in iter_modules(__path__, __name__ + "."):
    import_module(_module.name)

__all__ = ["blueprint"]
