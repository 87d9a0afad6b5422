"""Approval matrices: who decides by what a request is about."""

from studio.audit.registry import Action, Metadata


class Begun(Metadata):
    rows: int
    """How many rows it began with."""


class Versioned(Metadata):
    version: int
    """The version that was published last; 0: none."""


class Publication(Versioned):
    rows: int
    """How many rows it has."""
    note: str
    """Why, as whoever published it wrote; may be empty."""


MATRIX_CREATED = Action(
    "approval_matrix.created",
    "An approval matrix was made, as a draft that nothing asks by.",
    sentence="{actor} made the approval matrix “{target}”",
    metadata=Begun,
    example={"rows": 3},
    severity="notice",
    ocsf=3004,
)
MATRIX_PUBLISHED = Action(
    "approval_matrix.published",
    "A version of an approval matrix was published: requests ask by it from then on. Row by row, at most a hundred "
    "differences. What is open keeps the rule that it was asked by.",
    sentence="{actor} published version {version} of the approval matrix “{target}”",
    metadata=Publication,
    example={"version": 2, "rows": 12, "note": "Legal decides above 5,000"},
    severity="warning",
    ocsf=3004,
)
MATRIX_DELETED = Action(
    "approval_matrix.deleted",
    "An approval matrix was deleted with its versions. What was asked by it keeps its rule.",
    sentence="{actor} deleted the approval matrix “{target}”",
    metadata=Versioned,
    example={"version": 3},
    severity="warning",
    ocsf=3004,
)
