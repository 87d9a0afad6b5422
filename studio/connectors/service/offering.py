"""What a connection can do, and the form of one action."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.action import Action
from studio.connectors.catalogue import connector
from studio.connectors.definition import Offered
from studio.connectors.models import Connection
from studio.core.i18n import gettext as _
from studio.core.i18n import schema
from studio.core.unit_of_work import UnitOfWork

MOST = 200
"""Actions of one answer; whoever looks for another one searches."""


def offered(uow: UnitOfWork, row: Connection, search: str = "") -> list[Offered]:
    """Actions whose names hold all words of `search`, in their connector's order."""
    definition, words = connector(row.connector), search.casefold().split()
    found = [Offered(one.key, _(one.title), _help(one)) for one in definition.actions]
    fits = [one for one in found if all(word in f"{one.title} {one.key}".casefold() for word in words)]
    if definition.dynamic is not None:
        fits += definition.dynamic.offered(uow, row.id, search, MOST)
    return fits[:MOST]


def form(uow: UnitOfWork, row: Connection, key: str) -> Mapping[str, Any] | None:
    """The JSON Schema of an action's fields, in the reader's language; None: it has no such action."""
    definition = connector(row.connector)
    static = next((one for one in definition.actions if one.key == key), None)
    if static is not None:
        drawn: Mapping[str, Any] = schema(static.Config.model_json_schema())
        return drawn
    return definition.dynamic.form(uow, row.id, key) if definition.dynamic is not None else None


def _help(action: type[Action]) -> str:
    lines = (action.__doc__ or "").strip().split("\n\n")
    return _(" ".join(lines[0].split())) if lines[0] else ""
