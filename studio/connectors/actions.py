"""Actions by the name that steps give them: connector and action, such as `vendure.refund`."""

from studio.connectors.action import Action
from studio.connectors.catalogue import connectors


def action_named(name: object) -> type[Action] | None:
    """The action; None where there is none (a draft's config may hold anything)."""
    if not isinstance(name, str):
        return None
    connector, _dot, key = name.partition(".")
    found = connectors().get(connector)
    return found.action(key) if found is not None else None
