"""Named filters of the list of runs that everybody of a workspace sees."""

from studio.audit.registry import Action, Metadata


class Named(Metadata):
    filter: str
    """Which runs, as the address of the list says it."""


_EXAMPLE = {"filter": "state=failed&since=7d"}

RUN_VIEW_SHARED = Action(
    "run_view.shared",
    "Somebody named a filter of the list of runs for everybody of the workspace.",
    sentence="{actor} shared the view of runs “{target}”",
    metadata=Named,
    example=_EXAMPLE,
)
RUN_VIEW_CHANGED = Action(
    "run_view.changed",
    "Somebody renamed a view of runs that everybody of the workspace has, or changed its filter.",
    sentence="{actor} changed the shared view of runs “{target}”",
)
RUN_VIEW_REMOVED = Action(
    "run_view.removed",
    "Somebody removed a view of runs that everybody of the workspace had.",
    sentence="{actor} removed the shared view of runs “{target}”",
    metadata=Named,
    example=_EXAMPLE,
)
