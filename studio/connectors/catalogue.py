"""Every connector, found by its folder."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from studio.connectors import definitions
from studio.connectors.definition import Connector
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _


@cache
def connectors() -> Mapping[str, Connector]:
    """All of them, by key. A folder below `definitions` has one, named CONNECTOR."""
    found: dict[str, Connector] = {}
    for module in iter_modules(definitions.__path__, definitions.__name__ + "."):
        connector: Connector = import_module(module.name).CONNECTOR
        found[connector.key] = connector
    return found


def connector(key: str) -> Connector:
    """One of them. Raises NotFound: a row may be older than a definition that is gone."""
    found = connectors().get(key)
    if found is None:
        raise NotFound(_("This Studio has no connector %(key)s.", key=key), code="connector.unknown", field="connector")
    return found
