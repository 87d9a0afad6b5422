"""Pages of connections. Importing it hangs all of them on the blueprint."""

from studio.connectors.views import callback
from studio.connectors.views.blueprint import blueprint

__all__ = ["blueprint", "callback"]
