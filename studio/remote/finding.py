"""Workflows by what people call them: an id, or a name that only one has."""

from typing import Any
from uuid import UUID

from studio.remote.client import Api
from studio.remote.exits import Exit, Stopped

MOST_OF_A_NAME = 200
"""Workflows that are looked at whose names hold the one that is sought."""


def by_name(api: Api, name: str) -> dict[str, Any] | None:
    """The workflow of exactly this name, or None. Raises Stopped where several have it."""
    sought = " ".join(name.split())
    rows = api.each("/workflows", {"q": sought[:120]}, MOST_OF_A_NAME)
    found = [row for row in rows if row["name"] == sought]
    if len(found) > 1:
        ids = ", ".join(row["id"] for row in found)
        raise Stopped(f"{len(found)} workflows are called “{sought}”. Name one by its id: {ids}", Exit.REFUSED)
    return found[0] if found else None


def workflow(api: Api, named: str) -> dict[str, Any]:
    """The workflow of this id or name. Raises Stopped."""
    if is_id(named):
        one: dict[str, Any] = api.get(f"/workflows/{named}")
        return one
    found = by_name(api, named)
    if found is None:
        raise Stopped(f"There is no workflow called “{named}”. `studio workflow list` shows them.", Exit.REFUSED)
    return found


def is_id(text: str) -> bool:
    """Whether a text is the id of something."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
