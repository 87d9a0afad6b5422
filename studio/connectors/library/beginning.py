"""What the form of a new connection begins with, where it is opened for a description."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.library import looking
from studio.connectors.models import ConnectorDocument
from studio.core.unit_of_work import UnitOfWork

_AUTHS = {"basic": "basic", "bearer": "bearer", "oauth_code": "oauth", "client_credentials": "client"}
"""Keys of the definition's ways, by the kinds of the document's."""


def auth(row: ConnectorDocument) -> str | None:
    """Which of the definition's ways to sign in the document names first; None: none that is known."""
    return next((found for way in row.ways if (found := _auth(way)) is not None), None)


def begun(uow: UnitOfWork, query: Mapping[str, str]) -> Mapping[str, str]:
    """Fields by name. The address is the document's own: a link cannot name another, where a key would go."""
    row = looking.newest(uow, query.get("description", "")[:60])
    if row is None:
        return {}
    held = {"title": row.title, "document": row.name, "base_url": row.base_url}
    for way in row.ways:
        if way["kind"] == "api_key":
            held.setdefault("parameter" if way["place"] == "query" else "header", way["name"])
        for name in ("authorize_url", "token_url"):
            if way[name]:
                held.setdefault(name, way[name])
    return held


def _auth(way: Mapping[str, Any]) -> str | None:
    if way["kind"] == "api_key":
        return {"header": "api_key", "query": "query_key"}.get(way["place"])
    return _AUTHS.get(way["kind"])
