"""Tables of gates."""

from studio.guard.models.elevations import GuardElevation, GuardEligibility
from studio.guard.models.holds import GuardException, GuardHold, ProtectedSetting
from studio.guard.models.passes import GuardPass
from studio.guard.models.policies import GuardPolicy, GuardPolicyVersion, GuardRevision, GuardTarget
from studio.guard.models.step_up import StepUp

__all__ = [
    "GuardElevation",
    "GuardEligibility",
    "GuardException",
    "GuardHold",
    "GuardPass",
    "GuardPolicy",
    "GuardPolicyVersion",
    "GuardRevision",
    "GuardTarget",
    "ProtectedSetting",
    "StepUp",
]
