"""What stands on the canvas beside the steps: sticky notes, groups, loops shown as one card. Never logic. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.runtime.document.part import Key, Number, Part

MAX_NOTES = 200
MAX_GROUPS = 100
MAX_TEXT = 2_000

Place = Annotated[Number, Field(ge=-1e6, le=1e6)]
Side = Annotated[Number, Field(ge=60, le=2_000)]


class Note(Part):
    """A sticky note: plain text at a place."""

    id: Key
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    x: Place = 0
    y: Place = 0
    width: Side = 240
    height: Side = 120
    tone: Literal["plain", "yellow", "blue", "green", "pink"] = "yellow"


class Group(Part):
    """Steps of one level under one name, drawn as a frame around them, or as one card."""

    id: Key
    name: Annotated[str, Field(min_length=1, max_length=120)]
    steps: Annotated[list[Key], Field(min_length=1, max_length=2_000)]
    collapsed: bool = False


class Layout(Part):
    """All of it; `collapsed` names the loops that are shown as one card."""

    notes: Annotated[list[Note], Field(max_length=MAX_NOTES)] = Field(default_factory=list)
    groups: Annotated[list[Group], Field(max_length=MAX_GROUPS)] = Field(default_factory=list)
    collapsed: Annotated[list[Key], Field(max_length=2_000)] = Field(default_factory=list)


def layout_problems(layout: Layout, parents: Mapping[str, str | None]) -> list[FieldProblem]:
    """What leads nowhere or stands twice. `parents`: each step's key, and the loop around it."""
    return [
        *_twice("layout.notes", (note.id for note in layout.notes)),
        *_twice("layout.groups", (group.id for group in layout.groups)),
        *_members(layout, parents),
        *(
            _unknown(f"layout.collapsed.{index}", key)
            for index, key in enumerate(layout.collapsed)
            if key not in parents
        ),
    ]


def fitting(layout: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """A layout as it is written, for the steps that are left of its document."""
    fitted = dict(layout)
    if "groups" in layout:
        left = ({**one, "steps": [key for key in one["steps"] if key in keys]} for one in layout["groups"])
        fitted["groups"] = [one for one in left if one["steps"]]
    if "collapsed" in layout:
        fitted["collapsed"] = [key for key in layout["collapsed"] if key in keys]
    return fitted


def _twice(path: str, ids: Iterable[str]) -> list[FieldProblem]:
    seen: set[str] = set()
    found = []
    for index, one in enumerate(ids):
        if one in seen:
            message = _("“%(key)s” stands here twice.", key=one)
            found.append(FieldProblem(f"{path}.{index}.id", "layout.duplicate_id", message))
        seen.add(one)
    return found


def _members(layout: Layout, parents: Mapping[str, str | None]) -> list[FieldProblem]:
    homes: dict[str, str] = {}
    found = []
    for index, group in enumerate(layout.groups):
        level = parents.get(group.steps[0])
        for at, key in enumerate(group.steps):
            path = f"layout.groups.{index}.steps.{at}"
            if key not in parents:
                found.append(_unknown(path, key))
            elif key in homes:
                message = _("The step “%(key)s” is in the group “%(name)s” already.", key=key, name=homes[key])
                found.append(FieldProblem(path, "layout.two_groups", message))
            elif parents[key] != level:
                message = _("The steps of one group stand in the same loop, or all outside of any.")
                found.append(FieldProblem(path, "layout.across_loops", message))
            homes.setdefault(key, group.name)
    return found


def _unknown(path: str, key: str) -> FieldProblem:
    return FieldProblem(path, "document.unknown_step", _("There is no step “%(parent)s”.", parent=key))
