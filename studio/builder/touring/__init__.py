"""The tour of somebody's first days, from a template to a run that was seen."""

from studio.builder.touring.policy import STEPS, Facts, Step, done, next_step, within_reach
from studio.builder.touring.service import (
    facts,
    hide,
    is_first_sight,
    is_shown,
    lacks_trial,
    leave_out,
    seen,
    show,
    tried,
)

__all__ = [
    "STEPS",
    "Facts",
    "Step",
    "done",
    "facts",
    "hide",
    "is_first_sight",
    "is_shown",
    "lacks_trial",
    "leave_out",
    "next_step",
    "seen",
    "show",
    "tried",
    "within_reach",
]
