"""What is protected, what it asks for, and what steps prove: the words in which guard, runtime and nodes speak."""

from studio.contract.protecting.gate import Gate
from studio.contract.protecting.requirement import (
    NOTHING,
    ApprovalDemand,
    Freeze,
    Requirement,
    StepUpDemand,
    Strength,
    covers,
    strictest,
    strictest_of,
)
from studio.contract.protecting.target import Fact, Limit, Target, registry, target

__all__ = [
    "NOTHING",
    "ApprovalDemand",
    "Fact",
    "Freeze",
    "Gate",
    "Limit",
    "Requirement",
    "StepUpDemand",
    "Strength",
    "Target",
    "covers",
    "registry",
    "strictest",
    "strictest_of",
    "target",
]
