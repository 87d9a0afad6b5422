"""Staged versions in words."""

from flask_babel import gettext as _

from studio.core.formats import number
from studio.core.i18n import marked
from studio.runtime.models import VersionStage
from studio.runtime.stages.policy import Figures, Outcome

OUTCOMES = {
    Outcome.TAKEN: (marked("Taken to everybody"), "good"),
    Outcome.BACK: (marked("Taken back"), "none"),
    Outcome.RETURNED: (marked("Went back by itself"), "bad"),
    Outcome.REPLACED: (marked("Replaced by another version"), "none"),
    Outcome.ARCHIVED: (marked("Archived with its workflow"), "none"),
}


def outcome(stage: VersionStage) -> tuple[str, str]:
    """How it ended, and the kind of its chip."""
    text, kind = OUTCOMES[Outcome(str(stage.outcome))]
    return _(text), kind


def failing(figures: Figures) -> str:
    """The share of failed runs; a dash where none has ended."""
    return "-" if figures.failing is None else f"{number(round(figures.failing, 1))} %"


def rule(stage: VersionStage) -> str:
    """When it goes back by itself."""
    said: str = _(
        "It goes back by itself once %(min_runs)s of its runs have ended and its share of failed ones lies "
        "%(points)s percentage points or more above that of version %(number)s.",
        min_runs=number(stage.min_runs), points=stage.points, number=stage.before_number,
    )  # fmt: skip
    return said
